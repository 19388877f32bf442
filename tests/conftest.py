"""How pytest-xdist spreads the tests over processes: see README.md in this folder."""

import pytest

# Their fixtures serve several files of tests.
pytest_plugins = ("tests.e2e.pushed", "tests.e2e.rejected")

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
    return len(SHARED_FIXTURES) + (item.get_closest_marker("e2e") is None)
