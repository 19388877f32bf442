"""Options for how scores over time become segments. The command line imports this file at every start."""

from typing import Literal

from pydantic import Field, model_validator

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
