"""What reaches Streamlit's WebSocket: pages' own words, of a bearable size."""

from __future__ import annotations

import gc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_loop import run
from streamlit.proto.BackMsg_pb2 import BackMsg
from uvicorn.config import Config

from micropolis_map.web.socket_guard import ALLOWED, MOST_BYTES, SocketGuard, is_of_pages, limit_messages

KINDS = [field for field in BackMsg.DESCRIPTOR.fields if field.containing_oneof]
OF_PAGES = {"stop_script", "rerun_script", "file_urls_request", "app_heartbeat", "backend_operation_request"}


def of_kind(name: str) -> bytes:
    message, field = BackMsg(), BackMsg.DESCRIPTOR.fields_by_name[name]
    if field.message_type:
        getattr(message, name).SetInParent()
    else:
        setattr(message, name, True)
    return message.SerializeToString()


def came_through(*said: bytes) -> tuple[list[bytes], list[dict]]:
    """What Streamlit hears of these messages, and what is answered."""
    waiting, heard, answered = [*said], [], []

    async def receive():
        if waiting:
            return {"type": "websocket.receive", "bytes": waiting.pop(0), "text": None}
        return {"type": "websocket.disconnect", "code": 1000}

    async def send(message):
        answered.append(message)

    async def streamlit(scope, receive, send):
        while (message := await receive())["type"] == "websocket.receive":
            heard.append(message["bytes"])

    run(SocketGuard(streamlit)({"type": "websocket", "path": "/_stcore/stream"}, receive, send))
    return heard, answered


@pytest.mark.parametrize("name", [field.name for field in KINDS])
def test_only_what_pages_say_comes_through(name):
    """Of every kind this version of Streamlit has: a new one is left out until somebody looked at it."""
    heard, _ = came_through(of_kind(name), of_kind("app_heartbeat"))
    assert heard == [of_kind(name)] * (name in OF_PAGES) + [of_kind("app_heartbeat")]


def test_the_numbers_are_those_of_what_pages_say():
    assert {field.number for field in KINDS if field.name in OF_PAGES} == ALLOWED


@pytest.mark.parametrize("name", sorted({field.name for field in KINDS} - OF_PAGES))
def test_nothing_hides_before_or_behind_what_pages_say(name):
    one, other = of_kind(name), of_kind("rerun_script")
    assert came_through(one + other, other + one)[0] == []


@given(st.binary(max_size=40))
def test_what_streamlit_reads_as_another_kind_never_comes_through(said):
    message = BackMsg()
    try:
        message.ParseFromString(said)
    except Exception:  # noqa: BLE001 - whatever protobuf raises: Streamlit closes then
        return
    kind = message.WhichOneof("type")
    if kind and kind not in OF_PAGES:
        assert not is_of_pages(said)


@pytest.mark.parametrize("field", [b"\x08\x00", b"\x00", b"\x38\x01", b"\x12\x00"])
def test_a_message_of_a_million_parts_is_not_looked_through(field):
    assert came_through(field * 400_000, of_kind("app_heartbeat"))[0] == [of_kind("app_heartbeat")]


def a_page_with(size: int) -> bytes:
    message = BackMsg()
    message.rerun_script.widget_states.widgets.add(id="w", string_value="a" * size)
    return message.SerializeToString()


def test_what_a_page_holds_may_be_as_large_as_is_said():
    said = a_page_with(MOST_BYTES - 100)
    assert came_through(said)[0] == [said]


def test_a_message_that_is_too_large_ends_the_connection():
    heard, answered = came_through(of_kind("app_heartbeat"), bytes(MOST_BYTES + 1), of_kind("app_heartbeat"))
    assert heard == [of_kind("app_heartbeat")]
    assert answered == [{"type": "websocket.close", "code": 1009}]


def test_the_server_is_told_where_a_message_is_too_large():
    config = Config(app=None, ws_max_size=200_000_000)
    assert config in gc.get_objects()
    limit_messages()
    assert config.ws_max_size == MOST_BYTES
