"""The `data` and `splits` sections of the configuration."""

from typing import Literal

from pydantic import Field, model_validator

from models.section import Section

SPLITS = ("train", "eval", "test")


class Columns(Section):
    """Names of the columns (CSV) or keys (JSONL). A file without a header has them in this order."""

    path: str = "path"
    start_seconds: str = "start_seconds"
    end_seconds: str = "end_seconds"
    label: str = "label"
    group: str = "group"
    split: str = "split"
    boxes: str = "boxes"


class DataConfig(Section):
    """Which videos, and which annotations of them."""

    annotations: str
    videos: str
    format: Literal["auto", "csv", "jsonl", "folders", "ucf101"] = "auto"
    header: bool = True
    delimiter: str = Field(",", min_length=1, max_length=1, pattern=r'[^"\r\n\x00]')
    columns: Columns = Columns()


class SplitsConfig(Section):
    """How groups (people, places, source videos) are distributed; no group is ever in two splits."""

    mode: Literal["stratified", "hash", "official"] = "stratified"
    train: float = Field(0.7, gt=0, lt=1)
    eval: float = Field(0.15, gt=0, lt=1)
    test: float = Field(0.15, gt=0, lt=1)
    seed: int = 0

    @model_validator(mode="after")
    def _shares_add_up(self) -> "SplitsConfig":
        total = self.train + self.eval + self.test
        if abs(total - 1) > 1e-6:
            raise ValueError(f"train, eval and test must add up to 1; received {total:g}")
        return self

    @property
    def shares(self) -> dict[str, float]:
        """The share of the segments that each split should get."""
        return {"train": self.train, "eval": self.eval, "test": self.test}
