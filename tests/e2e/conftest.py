"""The classes of the runs that tests share; the runs themselves are fixtures for all folders: see pushed.py and rejected.py."""

from tests.e2e.pushed import PushedRun, RepeatedRun
from tests.e2e.rejected import RejectedRun

__all__ = ["PushedRun", "RejectedRun", "RepeatedRun"]
