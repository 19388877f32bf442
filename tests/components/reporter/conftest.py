"""A small run to report on."""

from collections.abc import Callable

import pytest

from components.reporter.data import ReportData
from tests.components.reporter import reports


@pytest.fixture
def make_report() -> Callable[..., ReportData]:
    """Returns the small run with some fields changed."""
    return reports.make_report
