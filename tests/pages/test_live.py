"""What draws itself again: the page below it stays, whatever Streamlit throws away for the next turn."""

from __future__ import annotations

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.testing.v1 import AppTest


def page() -> None:
    import streamlit as st

    from micropolis_map.ui.components.live import live

    @live(1.0)
    def part(share: float) -> None:
        st.progress(share)
        st.button("Stop")

    st.markdown("above")
    part(0.5)
    st.markdown("below")
    st.columns(2)


def test_without_what_a_fragment_wrote_every_other_position_still_follows_the_one_before(monkeypatch):
    sent = []
    monkeypatch.setattr(ForwardMsgQueue, "_before_enqueue_msg", sent.append)
    assert not AppTest.from_function(page).run().exception
    deltas = [message for message in sent if message.HasField("delta")]
    kept = [tuple(m.metadata.delta_path) for m in deltas if not m.delta.fragment_id]
    assert len(kept) < len(deltas)  # the fragment's own were there to be thrown away
    there = {(0,), (1,), (2,), (3,)}  # main, sidebar and what else a page begins with
    for path in kept:
        assert path[:-1] in there
        assert path[-1] == 0 or (*path[:-1], path[-1] - 1) in there
        there.add(path)
