"""What every test may ask for."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import needs
import pytest
import sqlalchemy as sa
from hypothesis import settings
from look_alikes import look_alike
from replay_server import RECORDED, Answers

ROOT = Path(__file__).parent.parent

FindFile = Callable[[str], Path]

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


@pytest.fixture(scope="session")
def data_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> FindFile:
    """Find a file by its name: one of the real data, or ``look-alikes/…``, made by the project."""
    made = tmp_path_factory.mktemp("look-alikes")

    def find(name: str) -> Path:
        if name.startswith("look-alikes/"):
            return look_alike(made, name.removeprefix("look-alikes/"))
        folder: Path = request.getfixturevalue("test_data")
        return folder / name

    return find


@pytest.fixture
def recorded(request: pytest.FixtureRequest, data_file: FindFile) -> Answers:
    """What a replaying server has to answer with: the look-alike, or the one of `RECORDED` a test names."""
    return Answers(*map(data_file, RECORDED[getattr(request, "param", "look-alike")]))


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
    named = {"options": f"-csearch_path={schema}", "application_name": schema}
    url = sa.make_url(server).update_query_dict(named)
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        # Pools that nobody closed keep their connections until the collector comes; there are a hundred.
        end = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = :name")
        connection.execute(end, {"name": schema})
        connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()
