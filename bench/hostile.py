"""42 hostile requests at once from one address, while another reads: ``make attack``.

A server of its own, with the demo town alone. Prints one JSON line for each kind of attack: how long pages
and ``/healthz`` take for the other address, before and meanwhile, and what became of the attack. The attacker
takes turns of this machine's processor from the server; so each is done again with one who comes last for
them, as it is when the attack comes from another machine.
"""

from __future__ import annotations

import http.client
import io
import json
import math
import multiprocessing
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, product
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).parent.parent
AT_ONCE, SECONDS = 42, 20.0
PAUSE_S = 0.02
LAST = 19
ATTACKER, READER = "127.0.0.2", "127.0.0.3"
PAGES = (
    "/walk/demo-op-ad-bakketrappen",
    "/embed/demo",
    "/pin/demo",
    "/data/demo/places.geojson",
    "/feeds/demo.atom",
)
KEY = {"X-Micropolis-Key": "hostile-0123456789abcdefghijklm"}
Asked = tuple[str, str, bytes, dict[str, str]]

APART = multiprocessing.get_context("spawn")
"""Pools have threads; a copy of a process with threads may wait for ever for one that it does not have."""

_numbers = count(1)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as port:
        stops = [f["id"] for f in json.loads(answer(port, READER, ("GET", PAGES[3], b"", {}))[1])["features"]]
        quiet = read(port, SECONDS)
        for name, behind in product(attacks(stops), (0, LAST)):
            answers, stop = APART.Queue(), APART.Event()
            attacker = APART.Process(target=hostile, args=(port, name, behind, stops, stop, answers))
            attacker.start()
            busy = read(port, SECONDS)
            stop.set()
            done = answers.get()
            attacker.join()
            told = {
                "attack": f"{AT_ONCE} × {name}", "attacker": "comes last" if behind else "beside the server",
                "seconds": SECONDS, "quiet": quiet, "busy": busy, "load": round(os.getloadavg()[0], 1),
                "machine": f"{os.cpu_count()} cores",
                "answers": {str(status): n for status, n in sorted(done.items())},
            }  # fmt: skip
            print(json.dumps(told), flush=True)


def hostile(port: int, name: str, behind: int, stops: list[str], stop: Any, answers: Any) -> None:
    """Attack until told to stop, in a process of its own: the reader is not to wait for this one."""
    os.nice(behind)
    attack, done = attacks(stops)[name], Counter[int]()
    threads = [threading.Thread(target=send, args=(port, attack, done, stop)) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.put(dict(done))


def attacks(stops: list[str]) -> dict[str, Callable[[], Asked]]:
    """Return what is sent, each time another one."""
    photo = io.BytesIO()
    Image.fromarray(np.zeros((7700, 7700), np.uint16)).save(photo, "PNG")

    def outline() -> Asked:
        n = 401 + 2 * (next(_numbers) % 50)
        turn = [2 * math.pi * k * (n // 2) / n for k in range(n)]
        ring = [[17.2 + 0.004 * math.cos(t), 55.7 + 0.002 * math.sin(t)] for t in turn]
        feature = {"geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}, "properties": {}}
        body = json.dumps({"feature": {"type": "Feature", **feature}}).encode()
        return "POST", "/api/demo/check", body, {"Content-Type": "application/json"}

    def picture() -> Asked:
        number = next(_numbers)
        return "POST", f"/api/demo/photos?submission=hostile-{number:012d}", photo.getvalue(), KEY

    def sheet() -> Asked:
        number = next(_numbers)
        a, b = 2 + number % 11, 14 + number % 17
        turned = stops[number % len(stops) :] + stops[: number % len(stops)]
        paths = (
            f"/data/demo/tour.pdf?stops={','.join(turned[:20])}",
            f"/report/demo/coverage.pdf?minutes={a},{b}.{number % 97}",
            f"/report/demo/siting.pdf?within={5 * (1 + number % 4)}&sites=17.2,55.7{number % 89:02d}",
        )
        return "GET", paths[number % 3], b"", {}

    return {"outlines that cross themselves": outline, "photos of 16 bits": picture, "sheets to print": sheet}


def send(port: int, attack: Callable[[], Asked], done: Counter[int], stop: Any) -> None:
    """Send one after the other, whatever is answered."""
    while not stop.is_set():
        try:
            done[answer(port, ATTACKER, attack())[0]] += 1
        except OSError:
            done[0] += 1


def read(port: int, seconds: float) -> dict[str, Any]:
    """Return how long (ms) pages and ``/healthz`` took a reader, each asked by a process of its own.

    A reader stands on this machine, too: ``…_served_longest_ms`` leaves out how long it waited for a turn of
    the processor itself, as one elsewhere would not.
    """
    found: dict[str, Any] = {}
    with APART.Pool(2) as pool:
        asked = {
            what: pool.apply_async(_times, (port, paths, seconds))
            for what, paths in (("page", PAGES), ("healthz", ("/healthz",)))
        }
        for what, answers in asked.items():
            waited = answers.get()
            times = sorted(whole for whole, _own in waited)
            found |= {
                f"{what}s": len(times),
                f"{what}_median_ms": round(statistics.median(times), 1),
                f"{what}_p99_ms": round(times[math.ceil(0.99 * len(times)) - 1], 1),
                f"{what}_longest_ms": round(times[-1], 1),
                f"{what}_served_longest_ms": round(max(whole - own for whole, own in waited), 1),
            }
    return found


def _times(port: int, paths: tuple[str, ...], seconds: float) -> list[tuple[float, float]]:
    """Return how long each answer took, and how much of it the asker itself waited for a processor."""
    ends, times = time.monotonic() + seconds, []
    while time.monotonic() < ends:
        for path in paths:
            begun, own = time.monotonic(), _own_wait_ms()
            status, _ = answer(port, READER, ("GET", path, b"", {}))
            times.append(((time.monotonic() - begun) * 1e3, _own_wait_ms() - own))
            assert status == 200, (path, status)
        time.sleep(PAUSE_S)
    return times


def _own_wait_ms() -> float:
    """Return how long this thread was ready to run and did not (Linux, scheduler/sched-stats)."""
    return int(Path("/proc/thread-self/schedstat").read_text().split()[1]) / 1e6


def answer(port: int, address: str, asked: Asked) -> tuple[int, bytes]:
    """Return status and body, asked from that address of this machine."""
    method, path, body, headers = asked
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120, source_address=(address, 0))
    try:
        connection.request(method, path, body or None, headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
    finally:
        connection.close()


def _free_port() -> int:
    """Return a free port below those that the system gives to who connects, which are taken any time."""
    for port in range(18_500, 19_000):
        with socket.socket() as free:
            try:
                free.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit("no port between 18500 and 19000 is free")


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """Run the server on a free port, with the demo town loaded."""
    command = [sys.executable, "-m", "micropolis_map"]
    environment = os.environ | {"MICROPOLIS_DATA": str(folder)}
    built = shutil.ignore_patterns("built", "cache")
    shutil.copytree(ROOT / "data" / "geo" / "demo", folder / "geo" / "demo", ignore=built)
    shutil.copytree(ROOT / "data" / "tours", folder / "tours")
    shutil.copy(ROOT / "data" / "places.geojson", folder)
    subprocess.run(
        [*command, "load", "demo"], cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    port = _free_port()
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "serve", "--port", str(port)], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        while True:
            if server.poll() is not None:
                raise SystemExit(f"the server did not start: {(folder / 'log').read_text()[-500:]}")
            try:
                if answer(port, READER, ("GET", "/healthz", b"", {}))[0] == 200:
                    break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
