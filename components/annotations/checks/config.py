"""The `checks` section of the configuration: a bar for each check, and what follows when something was found."""

from enum import Enum
from typing import Literal

from pydantic import Field

from models.section import Section


class Severity(str, Enum):
    """How bad a finding is: an error spoils the training or its evaluation, a warning may, a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def reaches(self, other: "Severity") -> bool:
        """Whether this is at least as bad as `other`."""
        return self.rank <= other.rank


class ChecksConfig(Section):
    """The bar of each check, under the check's id; null switches the check off."""

    fail_on: Severity = Field(Severity.ERROR, description="a finding of this severity, or a worse one, fails the check")
    on_failure: Literal["stop", "warn"] = Field("warn", description="what a run does then, before it trains")

    def is_on(self, check: str) -> bool:
        """Whether the check with this id is to run."""
        return getattr(self, check) is not None
