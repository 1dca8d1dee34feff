"""What a test does where something it needs is missing, and what the end of a run says of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from needs import NEEDS, VARIABLE, not_tried, required

pytest_plugins = ["pytester"]

TESTS = Path(__file__).parents[1]
CONFTEST = f"""
    import sys
    sys.path.insert(0, {str(TESTS)!r})
    import needs

    def pytest_configure(config):
        config.pluginmanager.register(needs)
"""
A_FILE = """
    import pytest
    from needs import missing

    @pytest.fixture(scope="session")
    def town():
        missing("real-data", "no real data at /nowhere")

    @pytest.mark.parametrize("number", range(3))
    def test_a_town(town, number): ...

    def test_a_page():
        missing("chromium", "no chromium at /nowhere")

    def test_a_sum():
        assert 1 + 1 == 2
"""
ANOTHER_SKIP = {
    "a call": "import pytest\ndef test_x(): pytest.skip('not today')",
    "a mark": "import pytest\n@pytest.mark.skip(reason='not today')\ndef test_x(): ...",
    "a condition": "import pytest\n@pytest.mark.skipif(True, reason='not today')\ndef test_x(): ...",
    "a whole file": "import pytest\npytest.skip('not today', allow_module_level=True)",
    "a package": "import pytest\npytest.importorskip('no_such_package', reason='not today')",
}


@pytest.fixture
def run(pytester, monkeypatch):
    """Run pytest on a file of tests with MICROPOLIS_NEEDS; return the result."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("CI", "true")  # decides nothing
    pytester.makeconftest(CONFTEST)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # they take a second of each run

    def run(content, needs=None, *options):
        if needs is not None:
            monkeypatch.setenv(VARIABLE, needs)
        pytester.makepyfile(test_it=content)
        return pytester.runpytest("-ra", "-p", "no:cacheprovider", *options)

    return run


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "in a worker"])
def test_the_run_ends_with_what_was_not_tried_and_how_to_get_it(run, options):
    result = run(A_FILE, None, *options)
    result.assert_outcomes(passed=1, skipped=4)
    *before, data, chromium, closing = [line for line in result.outlines if line]
    assert before[-1].startswith("SKIPPED")  # pytest's own summary is over
    assert data == f"Not tried: 3 tests need the real data ({NEEDS['real-data'].how})"
    assert chromium == f"Not tried: 1 test needs chromium ({NEEDS['chromium'].how})"
    assert re.fullmatch(r"=+ 1 passed, 4 skipped in [\d.]+s =+", closing)


def test_all_tried_is_no_word(run):
    result = run("def test_x(): ...", "real-data,postgres,chromium")
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*Not tried*")


def test_what_must_be_there_fails_and_the_rest_skips(run):
    result = run(A_FILE, "postgres, real-data")
    result.assert_outcomes(passed=1, skipped=1, errors=3)
    result.stdout.fnmatch_lines(["*no real data at /nowhere: *MICROPOLIS_TEST_DATA*real-data is here*"])
    result.stdout.fnmatch_lines(["Not tried: 1 test needs chromium *"])


@pytest.mark.parametrize("how", ANOTHER_SKIP)
def test_any_other_skip_is_a_failure_once_there_is_a_list(run, how):
    assert run(ANOTHER_SKIP[how]).parseoutcomes().keys() == {"skipped"}
    result = run(ANOTHER_SKIP[how], "")
    assert not result.parseoutcomes().keys() & {"skipped", "passed"}
    result.stdout.fnmatch_lines(["*skipped for none of real-data, postgres, chromium, *not today*"])


def test_an_expected_failure_is_no_skip(run):
    run("import pytest\n@pytest.mark.xfail\ndef test_x(): assert False", "").assert_outcomes(xfailed=1)


def test_an_unknown_need_stops_the_run_and_is_named(run):
    result = run("def test_x(): ...", "postgres,chrome,real_data")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stdout.no_fnmatch_line("*passed*")
    result.stderr.fnmatch_lines([f"*{VARIABLE} names 'chrome', 'real_data', *{', '.join(NEEDS)}*"])


@pytest.mark.parametrize(
    ("value", "names"),
    [("", set()), (",", set()), (" postgres , chromium,", {"postgres", "chromium"})],
)
def test_a_list_has_commas_and_blanks(value, names):
    assert required({VARIABLE: value}) == names


def test_no_list_requires_nothing():
    assert required({}) is None


def test_every_need_says_how_to_get_it():
    assert len(not_tried(dict.fromkeys(NEEDS, 2))) == len(NEEDS)
    assert not_tried({}) == not_tried({"chromium": 0}) == []
