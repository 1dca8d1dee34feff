"""Two clicks at once are two clicks: each callback runs whole, once and in its order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit import config
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime import app_session
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import RerunData, ScriptRunner, ScriptRunnerEvent
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.state import SessionState

from micropolis_map.ui import whole_clicks

ROOT = Path(__file__).resolve().parents[2]
PAGE = """
import streamlit as st
told = st.session_state["told"]
for name in ("first", "second", "third"):
    st.button(name, key=name, on_click=st.session_state["click"], args=(name,))
"""
LONG_S = 30
"""Nobody waits so long unless something hangs."""


class Visit:
    """One visitor's page, its buttons, and what their callbacks did."""

    def __init__(self, folder: Path) -> None:
        script = folder / "page.py"
        script.write_text(PAGE, encoding="utf-8")
        self.told: list[str] = []
        self.within: Callable[[str], None] = lambda _name: None
        """Called in the middle of a callback."""
        self.state = SessionState()
        self.state["told"], self.state["click"] = self.told, self._clicked
        self.drawn = threading.Event()
        self.over = threading.Event()
        self.taken_up: Callable[[], None] = lambda: None
        """Called when a run begins, before its callbacks."""
        self._script = str(script)

    def _clicked(self, name: str) -> None:
        self.told.append(f"{name} begun")
        self.within(name)
        assert st.session_state["told"] is self.told  # where Streamlit would have stopped it
        self.told.append(f"{name} done")

    def open(self, first: RerunData) -> ScriptRunner:
        runner = whole_clicks.WholeClicks(
            session_id="visit",
            main_script_path=self._script,
            session_state=self.state,
            uploaded_file_mgr=MemoryUploadedFileManager("/upload"),
            script_cache=ScriptCache(),
            initial_rerun_data=first,
            user_info={},
            fragment_storage=MemoryFragmentStorage(),
            pages_manager=PagesManager(self._script, ScriptCache()),
            event_loop=asyncio.new_event_loop(),
        )
        runner.on_event.connect(self._heard, weak=False)
        runner.start()
        return runner

    def _heard(self, _runner: ScriptRunner, event: ScriptRunnerEvent, **_rest: object) -> None:
        if event == ScriptRunnerEvent.SCRIPT_STARTED:
            self.taken_up()
        elif event == ScriptRunnerEvent.SHUTDOWN:
            self.over.set()

    def click(self, name: str) -> RerunData:
        """Return the message of a browser whose button of this name was pressed."""
        states = WidgetStates()
        state = states.widgets.add()
        state.id, state.trigger_value = self.state._key_id_mapper.get_id_from_key(name), True
        return RerunData(widget_states=states)


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """A page that was drawn once, so that its buttons are known."""
    monkeypatch.setattr("streamlit.runtime.get_instance", _NoRuntime)
    opened = Visit(tmp_path)
    opened.open(RerunData())
    assert opened.over.wait(LONG_S)
    opened.over.clear()
    yield opened
    assert opened.over.wait(LONG_S)


class _NoRuntime:
    """Stands for the server, of which a run asks only to forget files."""

    def __getattr__(self, _name: str) -> _NoRuntime:
        return self

    def __call__(self, *_args: object, **_kwargs: object) -> None:
        return None


def test_a_click_in_the_middle_of_another_leaves_both_whole(visit: Visit) -> None:
    """The second arrives while the callback of the first is at work."""
    runner: list[ScriptRunner] = []
    ready = threading.Event()

    def second_arrives(name: str) -> None:
        if name == "first":
            assert ready.wait(LONG_S)
            runner[0].request_rerun(visit.click("second"))

    visit.within = second_arrives
    runner.append(visit.open(visit.click("first")))
    ready.set()
    assert visit.over.wait(LONG_S)
    assert visit.told == ["first begun", "first done", "second begun", "second done"]


def test_a_click_taken_up_is_not_forgotten_for_the_next_two(visit: Visit) -> None:
    """Two more arrive after the first was taken up and before its callback."""
    runner: list[ScriptRunner] = []
    ready = threading.Event()
    more = [visit.click("second"), visit.click("third")]

    def two_arrive() -> None:
        assert ready.wait(LONG_S)
        while more:
            runner[0].request_rerun(more.pop(0))

    visit.taken_up = two_arrive
    runner.append(visit.open(visit.click("first")))
    ready.set()
    assert visit.over.wait(LONG_S)
    assert visit.told[:2] == ["first begun", "first done"]
    assert sorted(visit.told[2:]) == ["second begun", "second done", "third begun", "third done"]


def test_a_tab_that_is_closed_lets_the_callback_end(visit: Visit) -> None:
    runner: list[ScriptRunner] = []
    ready = threading.Event()

    def closed(_name: str) -> None:
        assert ready.wait(LONG_S)
        runner[0].request_stop()

    visit.within = closed
    runner.append(visit.open(visit.click("first")))
    ready.set()
    assert visit.over.wait(LONG_S)
    assert visit.told == ["first begun", "first done"]


def test_the_server_runs_every_page_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread for each page, and our runner on it."""
    monkeypatch.setattr(app_session, "ScriptRunner", ScriptRunner)
    whole_clicks.install()
    assert app_session.ScriptRunner is whole_clicks.WholeClicks
    assert "whole_clicks.install()" in (ROOT / "app.py").read_text(encoding="utf-8")
    config.get_config_options(force_reparse=True)
    assert config.get_option("runner.fastReruns") is False
