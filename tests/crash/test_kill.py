"""Whoever writes is killed at random moments; what was acknowledged is there, once and whole.

Four processes pin through the services, on SQLite and on PostgreSQL; then over HTTP, the server is killed.

The short form pins 152 places. ``make crash`` (or ``MICROPOLIS_CRASH_PINS=2000``) runs the long one.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa
from writer import feature, submission

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.settings import Settings
from micropolis_map.stores.database import Database
from micropolis_map.stores.people_tables import PROPOSAL
from micropolis_map.stores.tables import PLACE, PLACE_REVISION

ROOT = Path(__file__).parents[2]
WORKERS = 4
PINS = int(os.environ.get("MICROPOLIS_CRASH_PINS", "152"))
LONGEST_S = 0.7
"""Between two kills: some pins, less than a worker needs for all of its own."""
MOST_KILLS = PINS // 8
HTTP_PINS = max(40, PINS // 4)
HTTP_KILLS = max(3, PINS // 50)
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


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request, tmp_path):
    """A fresh data folder with a database of either kind."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return Settings(data=tmp_path, database_url=url)


@pytest.fixture
def nursery(settings):
    command = [sys.executable, str(Path(__file__).with_name("writer.py"))]
    command += [str(settings.data), settings.database_url]
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_loses_nothing_acknowledged(tmp_path, settings, nursery, capsys):
    application = build_application(settings)
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
    database = Database(settings.sql_url)
    with database.reading() as connection:
        revisions = Counter(connection.execute(sa.select(PLACE_REVISION.c.place_id)).scalars())
        states = Counter(connection.execute(sa.select(PROPOSAL.c.state)).scalars())
        documents = connection.execute(sa.select(PLACE.c.document)).scalars()
        names = Counter(json.loads(text)["properties"]["name"]["en"] for text in documents)
    twice = [name for name, count in names.items() if count > 1]
    repeated = [place_id for place_id, count in revisions.items() if count != 1]
    with capsys.disabled():
        sys.stdout.write(
            f"\nkill -9 of processes on {settings.sql_url.partition(':')[0]} (seed {SEED}): "
            f"{counts['kills']} kills ({counts['all at once']} times all at once), {len(expected)} pins "
            f"acknowledged by {WORKERS} processes in {seconds:.0f} s, {counts['repeated']} sent again; "
            f"lost {len(lost)}, twice {len(twice) + len(repeated)}, half {len(half)}, "
            f"unasked {len(unasked)}\n"
        )
    assert counts["kills"] >= WORKERS
    assert database.integrity() == []
    assert len(expected) == PINS // WORKERS * WORKERS
    assert (lost, unasked, half, twice, repeated) == (set(), set(), [], [], [])
    assert states == {"approved": len(expected)}


def is_whole(place, worker: int, number: int, status: str = "published") -> bool:
    wanted = feature(worker, number)["properties"]
    return (
        place.name == wanted["name"]
        and place.description == wanted["description"]
        and [story.text for story in place.stories] == [wanted["stories"][0]["text"]]
        and place.status == status
        and place.revision == 1
    )


class Phone(threading.Thread):
    """Sends its pins one after the other, each again until it is acknowledged, as the pin page does."""

    def __init__(self, port: int, number: int) -> None:
        super().__init__(daemon=True)  # a test that failed does not wait for it
        self.port, self.number = port, number
        self.kept: list[str] = []
        self.again = 0
        self.refused = ""

    def run(self) -> None:
        for number in range(HTTP_PINS // WORKERS):
            while not self.refused and not self.sent(number):
                self.again += 1
                time.sleep(0.02)

    def sent(self, number: int) -> bool:
        pin = submission(self.number, number)
        document = {"id": pin.id, "secret": pin.secret, "kind": "place", "feature": pin.feature}
        document |= {"started": 0, "sent": 30_000}
        headers = {
            "Content-Type": "application/json",
            "X-Forwarded-For": f"192.0.2.{self.number * 50 + number % 50}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("POST", "/api/wawer/submissions", json.dumps(document), headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status not in {200, 201}:
            self.refused = f"{answer.status} {text[:300]!r}"
            return False
        self.kept.append(json.loads(text)["proposal_id"])
        return True


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_kill_9_of_the_server_loses_nothing_it_acknowledged(settings, nursery, capsys):
    application = build_application(settings)
    application.community_store.save(Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22)))
    chance, kills = random.Random(SEED), 0

    def start() -> tuple[int, int]:
        nursery.stdin.write("serve\n")
        nursery.stdin.flush()
        pid, port = nursery.stdout.readline().split()
        return int(pid), int(port)

    server, port = start()
    phones = [Phone(port, number) for number in range(WORKERS)]
    for phone in phones:
        phone.start()
    while any(phone.is_alive() for phone in phones):
        time.sleep(chance.uniform(0.3, 1.5))
        os.kill(server, 0)  # a server that ended by itself is a failure, not something to wait for
        if kills < HTTP_KILLS:
            os.kill(server, signal.SIGKILL)
            kills += 1
            server, _ = start()
    os.kill(server, signal.SIGKILL)

    assert [phone.refused for phone in phones] == [""] * WORKERS
    kept = [proposal_id for phone in phones for proposal_id in phone.kept]
    expected = {submission(w, n).id: (w, n) for w in range(WORKERS) for n in range(HTTP_PINS // WORKERS)}
    stored = {p.id: p for p in application.participation.proposals.in_states(["pending"])}
    half = [p.id for p in stored.values() if not is_whole(p.content, *expected[p.id], status="pending")]
    with capsys.disabled():
        sys.stdout.write(
            f"\nkill -9 of the server on {settings.sql_url.partition(':')[0]} (seed {SEED}): {kills} kills, "
            f"{len(kept)} pins acknowledged to {WORKERS} phones, "
            f"{sum(phone.again for phone in phones)} sent again; "
            f"lost {len(set(kept) - set(stored))}, half {len(half)}\n"
        )
    assert sorted(kept) == sorted(expected) == sorted(stored)
    assert half == []
    assert Database(settings.sql_url).integrity() == []
