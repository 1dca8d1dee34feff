"""Restoring while others pin: what was acknowledged is in the copy made before, in the database, or both."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from micropolis_map.bootstrap import build_application
from micropolis_map.domain.community import Community
from micropolis_map.services.backing_up import back_up, restore
from micropolis_map.settings import Settings
from micropolis_map.stores import backup_archive
from micropolis_map.stores.people_tables import REPORT

WRITERS = 3
WRITER = """
import sys
import threading
from pathlib import Path

sys.path.insert(0, {crash!r})
from writer import submission

from micropolis_map.bootstrap import build_application
from micropolis_map.errors import StoreUnavailable
from micropolis_map.services import pinning
from micropolis_map.settings import Settings

worker = int(sys.argv[3])
desk = build_application(Settings(data=Path(sys.argv[1]), database_url=sys.argv[2])).participation
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
number = 0
while not ended.is_set():
    print("trying", number, flush=True)
    try:
        kept = pinning.submit(desk, submission(worker, number)).proposal.id
    except StoreUnavailable:
        continue  # sent again, as a phone does
    print("kept", kept, flush=True)
    number += 1
"""


class Writer:
    """A process that pins as fast as it can; `told` has what it says."""

    def __init__(self, data: Path, url: str, number: int) -> None:
        code = WRITER.format(crash=str(Path(__file__).parent))
        environ = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, str(data), url, str(number)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environ,
        )  # fmt: skip
        self.kept: list[str] = []
        self.told: queue.Queue[str] = queue.Queue()
        self.reading = threading.Thread(target=self._read)
        self.reading.start()

    def _read(self) -> None:
        for line in self.process.stdout:
            word, what = line.split()
            if word == "kept":
                self.kept.append(what)
            self.told.put(word)
        self.told.put("ended")

    def wait_for(self, word: str, times: int = 1) -> None:
        while times:
            heard = self.told.get(timeout=120)
            assert heard != "ended", self.process.wait()
            times -= heard == word

    def end(self) -> None:
        self.process.stdin.close()
        self.process.wait(120)
        self.reading.join()
        self.process.stdout.close()


def _write_without_waiting(url):
    sqlite = url.get_backend_name() == "sqlite"
    engine = sa.create_engine(url, connect_args={"timeout": 0} if sqlite else {})
    values = {"place_id": "x", "community": "wawer", "device": "", "reason": "", "text": "", "recorded": ""}
    with engine.begin() as connection:  # one of those writers that do not wait for their turn first
        if not sqlite:
            connection.execute(sa.text("SET LOCAL lock_timeout = 50"))
        connection.execute(sa.insert(REPORT).values(id="x", closed="", closed_by="", **values))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_acknowledged_pin_is_lost_by_a_restore(tmp_path, request, monkeypatch, kind):
    url = "" if kind == "sqlite" else request.getfixturevalue("postgres_url")
    application = build_application(Settings(data=tmp_path / "data", database_url=url))
    application.community_store.save(Community("wawer", {"en": "Wawer"}, centre=(21.15, 52.22)))
    back_up(application.participation, application.database, tmp_path / "b.zip")
    writers = [Writer(tmp_path / "data", url, number) for number in range(WRITERS)]
    try:
        for writer in writers:
            writer.wait_for("kept", 2)
        replace_all = backup_archive.replace_all

        def nobody_else_writes(*given):
            """The copy is made: whoever could write now would be in neither."""
            with pytest.raises(sa.exc.OperationalError, match="lock"):
                _write_without_waiting(application.database.url)
            replace_all(*given)

        monkeypatch.setattr(backup_archive, "replace_all", nobody_else_writes)
        desk = application.participation
        facts = restore(desk, application.database, application.publishing, tmp_path / "b.zip")
        for writer in writers:
            writer.wait_for("kept", 2)
    finally:
        for writer in writers:
            writer.end()
    with zipfile.ZipFile(facts["before"]) as copy:
        lines = copy.read("tables/proposal.jsonl").splitlines()
    before = {json.loads(line)["id"] for line in lines}
    now = {proposal.id for proposal in desk.proposals.in_states(["pending"])}
    kept = {one for writer in writers for one in writer.kept}
    assert len(before) >= 2 * WRITERS
    assert kept - before
    assert kept <= before | now
