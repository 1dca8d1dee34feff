"""What every test may ask for."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# No clock: a slow machine is not wrong. The same examples at every run, so that a red run is about the change
# that made it; `make full` looks at new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, print_blob=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data; skips with a reason where it is missing, fails in CI."""
    folder = Path(os.environ.get("MICROPOLIS_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"no real data at {folder}: set MICROPOLIS_TEST_DATA to a copy of shared/data"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of an empty schema in the PostgreSQL that MICROPOLIS_TEST_POSTGRES names."""
    server = os.environ.get("MICROPOLIS_TEST_POSTGRES")
    if not server:
        reason = (
            "no PostgreSQL: set MICROPOLIS_TEST_POSTGRES to a URL such as postgresql+psycopg://user@host/db"
        )
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    schema = f"test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(server)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    url = sa.make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """In CI every service is there: a skip is a failure."""
    outcome = yield
    report = outcome.get_result()
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be skipped: {item.nodeid}: {report.longrepr}"
