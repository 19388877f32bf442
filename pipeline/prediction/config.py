"""Options for how scores over time become segments. The command line imports this file at every start."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field, ValidationError, model_validator

from foundation.messages.errors import UserError
from foundation.section import Section

Method = Literal["hysteresis", "argmax"]
Smoothing = Literal["gaussian", "median", "none"]
Format = Literal["csv", "json", "activitynet", "label_studio", "cvat_video", "elan", "fiftyone"]


class SegmentsConfig(Section):
    """Rules by which scores of each moment make a segment."""

    smoothing: Smoothing = "gaussian"
    smoothing_seconds: float = Field(0.1, ge=0, description="standard deviation, or the width of the median")
    method: Method = Field("hysteresis", description="argmax: a class also has to be the most probable one")
    threshold: float = Field(0.5, gt=0, le=1, description="a score that a segment reaches somewhere")
    low_threshold: float = Field(0.4, gt=0, le=1, description="a score that it does not fall below")
    min_seconds: float = Field(0.3, ge=0, description="shorter segments are left out")
    max_gap_seconds: float = Field(0.2, ge=0, description="segments of one label that are no further apart are joined")
    background: str | None = Field(None, description="the class that is no action")

    @model_validator(mode="after")
    def _thresholds_are_in_order(self) -> "SegmentsConfig":
        if self.low_threshold > self.threshold:
            raise ValueError(f"low_threshold is {self.low_threshold:g}, above threshold, {self.threshold:g}")
        return self


def checked_segments(options: Mapping[str, object]) -> SegmentsConfig:
    """The rules that options of the command line ask for; raises UserError, naming the option, if one of them is wrong."""
    try:
        return SegmentsConfig.model_validate(options)
    except ValidationError as error:
        problem = error.errors()[0]
        if not problem["loc"]:  # options that do not go together
            raise UserError(problem["msg"].removeprefix("Value error, ")) from error
        option = str(problem["loc"][0]).replace("_", "-")
        raise UserError(f"--{option}: {problem['msg']}; found {problem['input']!r}") from error
