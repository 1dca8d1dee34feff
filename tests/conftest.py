"""What every test may ask for."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import needs
import pytest
import sqlalchemy as sa
from hypothesis import settings

ROOT = Path(__file__).parent.parent

# No clock: a slow machine is not wrong. The same examples at every run, so that a red run is about the change
# that made it; `make full` looks at new ones.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, print_blob=True)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Let a test skip only for what may be missing, and say at the end what was not tried."""
    config.pluginmanager.register(needs)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real data."""
    folder = Path(os.environ.get("MICROPOLIS_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        needs.missing("real-data", f"no real data at {folder}")
    return folder


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """The URL of an empty schema in the PostgreSQL that MICROPOLIS_TEST_POSTGRES names."""
    server = os.environ.get("MICROPOLIS_TEST_POSTGRES")
    if not server:
        needs.missing("postgres", "no PostgreSQL")
    schema = f"test_{uuid.uuid4().hex[:12]}"
    engine = sa.create_engine(server)
    with engine.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    url = sa.make_url(server).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()
