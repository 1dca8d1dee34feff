"""The processes that `test_kill` kills: each pins places and says what was acknowledged.

``python writer.py DATA DATABASE`` loads the program once, then forks a writing process for every line
``WORKER FIRST LAST OUT`` it reads and prints its number. A writing process sends the pins of its numbers,
approves each, and after each writes a line to OUT (``sent <number>``, ``kept <number>``) once the service has
returned. A number that was sent before is sent again, as a phone does that never got the answer.
For a line ``serve`` it forks a server of our routes instead and prints its number and port. The port is bound
once, here: were it free between two servers, any other process of the machine could get it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette

from micropolis_map import web
from micropolis_map.bootstrap import build_application
from micropolis_map.domain.permission import LOCAL_ADMINISTRATOR
from micropolis_map.services import moderating, pinning
from micropolis_map.services.submission import Submission
from micropolis_map.settings import Settings


def submission(worker: int, number: int) -> Submission:
    """The pin of that number: the same each time."""
    return Submission(
        id=f"pin-{worker:04d}-{number:08d}",
        secret=f"secret-of-{worker:04d}-{number:08d}-abcdefgh",
        kind="place",
        community="wawer",
        feature=feature(worker, number),
        seconds=30.0,
    )


def feature(worker: int, number: int) -> dict[str, Any]:
    """A place with enough in it to be half there."""
    text = f"Story {number} of {worker}. " * 40
    story = {"title": f"Story {number}", "text": text, "lang": "en"}
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [21.1 + worker / 100, 52.2 + number / 100_000]},
        "properties": {
            "kind": "historical",
            "name": {"en": f"Pin {worker}-{number}", "pl": f"Pinezka {worker}-{number}"},
            "description": {"en": text},
            "stories": [story],
        },
    }


def write(settings: Settings, worker: int, first: int, last: int) -> None:
    """Pin the numbers from `first` up to `last`; standard output is the file of acknowledgements."""
    desk = build_application(settings).participation
    for number in range(first, last):
        receipt = pinning.submit(desk, submission(worker, number), f"192.0.2.{worker}.{number}")
        os.write(1, f"sent {number}\n".encode())
        moderating.approve(desk, LOCAL_ADMINISTRATOR, receipt.proposal.id)
        os.write(1, f"kept {number}\n".encode())
    os.write(1, b"done\n")


def serve(settings: Settings, door: socket.socket) -> None:
    """Answer at the door until killed."""
    routes = web.routes(build_application(settings))
    uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_level="error")).run([door])


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system clears away who was killed
    settings = Settings(data=Path(sys.argv[1]), database_url=sys.argv[2])
    door = socket.create_server(("127.0.0.1", 0))
    for line in sys.stdin:
        order = line.split(maxsplit=3)
        pid = os.fork()
        if pid:
            port = f" {door.getsockname()[1]}" if order[0] == "serve" else ""
            sys.stdout.write(f"{pid}{port}\n")
            sys.stdout.flush()
            continue
        if order[0] == "serve":
            os.dup2(2, 1)  # standard output is for the numbers of processes
            serve(settings, door)
            os._exit(1)
        worker, first, last, out = order
        file = os.open(out.strip(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(file, 1)
        os.dup2(file, 2)
        write(settings, int(worker), int(first), int(last))
        os._exit(0)


if __name__ == "__main__":
    main()
