"""The `splits` section of the configuration."""

from typing import Literal

from pydantic import Field, model_validator

from foundation.section import Section

SPLITS = ("train", "eval", "test")
# With folds these are asked about. The eval split decides when each training stops, so it is a witness of nothing.
FOLD_SPLITS = ("train", "test")


class SplitsConfig(Section):
    """Rules by which groups (people, places, source videos) are assigned to splits; no group is in two splits."""

    mode: Literal["stratified", "hash", "official"] = Field(
        "stratified",
        description="every class in every split; by a hash of the group, so that new data never move old; as annotated",
    )
    train: float = Field(0.7, gt=0, lt=1, description="share of the clips that the network learns from")
    eval: float = Field(0.15, gt=0, lt=1, description="share that decides when training stops")
    test: float = Field(0.15, gt=0, lt=1, description="share that the gates measure on")
    seed: int = Field(0, description="another seed assigns other groups")
    assignment: str | None = Field(None, description="an earlier run's splits.csv: its groups stay where they are")

    @model_validator(mode="after")
    def _shares_add_up(self) -> "SplitsConfig":
        total = self.train + self.eval + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, eval and test must add up to 1; received {total:g}")
        if self.assignment and self.mode == "official":
            raise ValueError("assignment is for the modes stratified and hash; with mode 'official' the lists decide")
        return self

    @property
    def shares(self) -> dict[str, float]:
        """The share of all segments that each split should get."""
        return {"train": self.train, "eval": self.eval, "test": self.test}
