"""Whose places in the pool of workers a page takes: in its run, and in a callback, which runs before it."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGE = """
import streamlit as st
from micropolis_map.ui import people
from micropolis_map.workers.asking import asker

st.button("ask", on_click=lambda: st.session_state.update(told=asker()))
st.text(asker())
"""


@pytest.mark.parametrize(
    ("host", "asker"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::"),
        ("2001:db8::ffff", "2001:db8::"),
        (None, "page"),
    ],
)
def test_a_pages_work_takes_the_places_of_its_address(monkeypatch, host, asker):
    monkeypatch.setattr(type(st.context), "ip_address", host)
    app = AppTest.from_string(PAGE).run()
    app.button[0].click().run()
    assert not app.exception
    told = (app.text[0].value, app.session_state["told"])
    assert [one.split()[0] for one in told] == [asker] * 2
