"""What a visitor clicked is worked through before Streamlit begins the page anew for the next click."""

from __future__ import annotations

from streamlit.runtime import app_session
from streamlit.runtime.scriptrunner import ScriptRunner, get_script_run_ctx


class WholeClicks(ScriptRunner):
    """A runner of pages that is interrupted only once the callbacks of a click are done.

    Streamlit 1.67 may begin a page anew wherever a callback reads the session: half of it was done, and a
    click taken up a moment before the next was forgotten unread. Together with ``runner.fastReruns = false``,
    which keeps the clicks of a page on one thread, each is answered whole, once, and in its order
    (streamlit/streamlit#16763 is the plan to have it so upstream).
    """

    def _maybe_handle_execution_control_request(self) -> None:
        context = get_script_run_ctx(suppress_warning=True)
        if context is not None and not context.has_script_started:
            return  # asked again when the page itself begins to draw
        super()._maybe_handle_execution_control_request()


def install() -> None:
    """Have every page that is opened from now on run so."""
    app_session.ScriptRunner = WholeClicks  # type: ignore[attr-defined]
