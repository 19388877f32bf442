"""The `checks` section of the configuration: a bar for each check, and what follows when something was found."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, Literal, TypeVar

from pydantic import Field, create_model, model_validator

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Check
from components.annotation_validator.findings import Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from foundation.section import Section
from models.pretrained.cards import EFFICIENTNET_LITE0

Config = TypeVar("Config", bound=Section)


def with_bars(checks: Sequence[Check]) -> Callable[[type[Config]], type[Config]]:
    """Give a section a key for each check, its id, with its bar; null switches the check off."""
    bars: dict[str, Any] = {check.id: (float | None, Field(**asdict(check.bar))) for check in checks}

    def extended(section: type[Config]) -> type[Config]:
        return create_model(
            section.__name__, __base__=section, __module__=section.__module__, __doc__=section.__doc__, **bars
        )

    return extended


@with_bars(CHECKS)
class ChecksConfig(Section):
    """The bar of each check, under the check's id; null switches the check off."""

    fail_on: Severity = Field(Severity.ERROR, description="a finding of this severity, or a worse one, fails the check")
    on_failure: Literal["stop", "warn"] = Field(
        "warn", description="what a run does when a check fails, before it trains"
    )
    frames: bool = Field(False, description="also look into the videos: each is decoded once more than for ingest")
    encoder: bool = Field(
        True,
        description="with frames, where motion does not tell classes: also compare what ImageNet's encoder of pictures sees, "
        "if it is installed",
    )
    previous_annotations: str | None = Field(
        None,
        min_length=1,
        description="those of the span before this one, to compare with; read as data.annotations are",
    )
    previous_videos: str | None = Field(None, min_length=1, description="where their videos lie; default: data.videos")

    decisions: str | None = Field(
        None,
        min_length=1,
        description="the log of what people decided, for clipgate check; default: <annotations>.decisions.jsonl, if there",
    )

    def wants_looks(self, inputs: CheckInputs) -> bool:
        """Whether the encoder of pictures is to look at the segments."""
        return self.encoder and EFFICIENTNET_LITE0.is_installed and inputs.lacks_looks

    @model_validator(mode="after")
    def _previous_videos_are_annotated(self) -> "ChecksConfig":
        if self.previous_videos and not self.previous_annotations:
            raise ValueError(
                f"previous_videos is {self.previous_videos}, and there are no previous_annotations of them; name these too"
            )
        return self

    def bar(self, check: str) -> float | None:
        """The bar of the check with this id; None if it is switched off."""
        value: float | None = getattr(self, check)
        return value
