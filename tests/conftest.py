"""How pytest-xdist spreads the tests over processes: see README.md in this folder."""

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

# Their fixtures serve several files of tests.
pytest_plugins = ("tests.e2e.pushed", "tests.e2e.rejected", "tests.components.evaluator.evaluated")

# Each takes long to make, and is made once: all tests that need it run in one process. What takes longest comes first.
SHARED_FIXTURES = (
    "pushed_run",
    "transform",
    "metadata_outcome",
    "evaluation_uri",
    "causal_model",
    "tfma_uri",
    "exported_model",
)


# What takes long without a shared fixture; a file that comes last must not keep one process busy alone.
LONG_FOLDERS = ("models", "security")


class GroupsAndFiles(LoadGroupScheduling):
    """Hands out groups, and of all other tests whole files: most take less time than to ask for the next one."""

    def _split_scope(self, nodeid: str) -> str:
        scope = str(super()._split_scope(nodeid))
        return nodeid.partition("::")[0] if scope == nodeid else scope


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadGroupScheduling:
    """Called where the tests are handed out."""
    return GroupsAndFiles(config, log)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Keep tests together that share something slow."""
    for name in SHARED_FIXTURES:
        if name in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group(name))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what stays together for minutes, one in each process; short tests fill up the processes at the end."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    if group := item.get_closest_marker("xdist_group"):
        return SHARED_FIXTURES.index(group.args[0])
    if item.get_closest_marker("e2e"):
        return len(SHARED_FIXTURES)
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return len(SHARED_FIXTURES) + (1 if folder in LONG_FOLDERS else 2)
