"""The class of the run that tests share; the run itself is a fixture for all folders: see pushed.py."""

from tests.e2e.pushed import PushedRun

__all__ = ["PushedRun"]
