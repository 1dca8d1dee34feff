"""Four processes pin places and are killed at random moments; what was acknowledged is there, once and whole.

The short form pins 152 places. ``make crash`` (or ``MICROPOLIS_CRASH_PINS=2000``) runs the long one.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from writer import feature, submission

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.settings import Settings

ROOT = Path(__file__).parents[2]
WORKERS = 4
PINS = int(os.environ.get("MICROPOLIS_CRASH_PINS", "152"))
LONGEST_S = 0.7
"""Between two kills: some pins, less than a worker needs for all of its own."""
MOST_KILLS = PINS // 8
SEED = int(os.environ.get("MICROPOLIS_CRASH_SEED", str(random.SystemRandom().randrange(10**6))))


class Worker:
    """One writing process, started again where the acknowledged pins end."""

    def __init__(self, nursery: subprocess.Popen[str], number: int, pins: int, folder: Path) -> None:
        self.nursery, self.number, self.pins = nursery, number, pins
        self.out = folder / f"worker-{number}.txt"
        self.sent: set[int] = set()
        self.kept: set[int] = set()
        self.pid = 0

    def start(self) -> None:
        self.out.write_bytes(b"")
        first = max(self.kept, default=-1) + 1
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"{self.number} {first} {self.pins} {self.out}\n")
        self.nursery.stdin.flush()
        self.pid = int(self.nursery.stdout.readline())

    def is_running(self) -> bool:
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> bool:
        """Kill it, read what it acknowledged, and return whether it was still running."""
        running = self.is_running()
        if running:
            os.kill(self.pid, signal.SIGKILL)
        while self.is_running():
            time.sleep(0.001)
        lines = self.out.read_bytes().split(b"\n")[:-1]  # acknowledged once the line's end is there
        assert running or lines[-1:] == [b"done"], self.out.read_text()[-2000:]
        for line in lines:
            word, _, number = line.partition(b" ")
            if word in {b"sent", b"kept"}:
                (self.sent if word == b"sent" else self.kept).add(int(number))
        return running


def killed_until_done(workers: list[Worker], chance: random.Random) -> Counter[str]:
    """Kill the writing workers at random moments until all is acknowledged; return how often."""
    counts: Counter[str] = Counter()
    writing = list(workers)
    for worker in writing:
        worker.start()
    while writing:
        time.sleep(chance.uniform(0.05, LONGEST_S))
        while counts["kills"] >= MOST_KILLS and any(worker.is_running() for worker in writing):
            time.sleep(0.02)  # enough: they finish in peace, also where the machine is busy
        together = chance.random() < 0.3  # the whole server dies
        for worker in list(writing) if together else [chance.choice(writing)]:
            counts["kills"] += worker.kill()
            if len(worker.kept) == worker.pins:
                writing.remove(worker)
            else:
                counts["repeated"] += len(worker.sent - worker.kept)
                worker.start()
        counts["all at once"] += together
    return counts


@pytest.fixture
def nursery(tmp_path):
    command = [sys.executable, str(Path(__file__).with_name("writer.py")), str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_loses_nothing_acknowledged(tmp_path, nursery, capsys):
    application = build_application(Settings(data=tmp_path))
    application.community_store.save(Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22)))
    workers = [Worker(nursery, number, PINS // WORKERS, tmp_path) for number in range(WORKERS)]
    begun = time.monotonic()
    counts = killed_until_done(workers, random.Random(SEED))
    seconds = time.monotonic() - begun

    expected = {submission(w.number, n).new_place_id: (w.number, n) for w in workers for n in w.kept}
    places = {place.id: place for place in application.place_store.places(published_only=False)}
    lost = expected.keys() - places.keys()
    unasked = places.keys() - expected.keys()
    half = [
        place_id
        for place_id, place in places.items()
        if place_id in expected and not is_whole(place, *expected[place_id])
    ]
    with sqlite3.connect(tmp_path / "micropolis.sqlite") as database:
        integrity = database.execute("PRAGMA integrity_check").fetchone()[0]
        revisions = Counter(row[0] for row in database.execute("SELECT place_id FROM place_revision"))
        states = Counter(row[0] for row in database.execute("SELECT state FROM proposal"))
        names = Counter(
            json.loads(row[0])["properties"]["name"]["en"]
            for row in database.execute("SELECT document FROM place")
        )
    twice = [name for name, count in names.items() if count > 1]
    repeated = [place_id for place_id, count in revisions.items() if count != 1]
    with capsys.disabled():
        sys.stdout.write(
            f"\nkill -9 (seed {SEED}): {counts['kills']} kills ({counts['all at once']} times all at once), "
            f"{len(expected)} pins acknowledged by {WORKERS} processes in {seconds:.0f} s, "
            f"{counts['repeated']} sent again; lost {len(lost)}, twice {len(twice) + len(repeated)}, "
            f"half {len(half)}, unasked {len(unasked)}\n"
        )
    assert counts["kills"] >= WORKERS
    assert integrity == "ok"
    assert len(expected) == PINS // WORKERS * WORKERS
    assert (lost, unasked, half, twice, repeated) == (set(), set(), [], [], [])
    assert states == {"approved": len(expected)}


def is_whole(place, worker: int, number: int) -> bool:
    wanted = feature(worker, number)["properties"]
    return (
        place.name == wanted["name"]
        and place.description == wanted["description"]
        and [story.text for story in place.stories] == [wanted["stories"][0]["text"]]
        and place.status == "published"
        and place.revision == 1
    )
