"""What `clipgate watch` takes for drift."""

from typing import Literal

from pydantic import Field

from foundation.section import Section


class WatchConfig(Section):
    """Bars of the comparison of served requests with the training data."""

    significance: float = Field(
        0.05, gt=0, lt=0.5, description="how often unchanged traffic may raise an alarm, all comparisons together"
    )
    min_distance: float = Field(
        0.1, ge=0, lt=1, description="smaller Kolmogorov-Smirnov distances of a feature are no alarm"
    )
    min_share_change: float = Field(0.05, ge=0, lt=1, description="smaller changes of a share of clips are no alarm")
    uncertain_below: float = Field(
        0.5,
        gt=0,
        le=1,
        description="a best score below this is an uncertain answer; with several labels, one with a class that lies within "
        "this share of the way from its threshold to 0 or 1",
    )
    unlike_share: float = Field(
        0.02, gt=0, lt=0.5, description="share of the clips of eval and test that counts as unlike the training clips"
    )
    min_groups: int = Field(20, ge=5, description="fewer clients, or fewer groups of the data, cannot be compared")
    group_by: Literal["client", "clip"] = Field(
        "client", description="what is independent of each other: clients, or every clip"
    )
    left_out: tuple[str, ...] = Field((), description="features that are not compared, such as [height, width]")
