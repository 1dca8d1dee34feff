"""Whoever runs the server gets in again."""

from __future__ import annotations

import pytest

from micropolis_map.bootstrap import build_application
from micropolis_map.cli import main
from micropolis_map.services import signing_in
from micropolis_map.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
def run(tmp_path, capsys):
    def run_(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return code, printed.out.strip(), printed.err.strip()

    return run_


def test_the_first_link_and_a_lost_password(run, tmp_path):
    code, out, _ = run("setup-link")
    assert code == 0
    assert out.startswith("/sign_in#setup=")
    desk = build_application(Settings(data=tmp_path)).participation
    signing_in.set_up(desk, out.removeprefix("/sign_in#setup="), "ada", "Ada", PASSWORD)
    code, out, err = run("setup-link")
    assert (code, out, err.startswith("error: the map has an administrator")) == (1, "", True)
    assert run("setup-link", "nobody")[0] == 1
    code, out, _ = run("setup-link", "ada")
    signing_in.accept_invitation(desk, out.removeprefix("/?invited="), "another long password")
    assert signing_in.sign_in(desk, "ada", "another long password")[0].login == "ada"
