"""The `data` and `negatives` sections of the configuration."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from foundation.section import Section
from models.metadata import Imputation, MetadataConfig, PcaConfig, check_columns

FormatName = Literal[
    "activitynet",
    "ava",
    "coco_video",
    "csv",
    "cvat_images",
    "cvat_video",
    "diving48",
    "elan",
    "epic_kitchens",
    "folders",
    "hmdb51",
    "jester",
    "jsonl",
    "kinetics",
    "label_studio",
    "lists",
    "moments",
    "mot",
    "something_something",
    "twelve_labs",
    "ucf101",
    "vertex_csv",
    "vertex_jsonl",
    "via",
]


class Columns(Section):
    """Names of the columns (CSV) or keys (JSONL). A file without a header has them in this order."""

    path: str = "path"
    start_seconds: str = "start_seconds"
    end_seconds: str = "end_seconds"
    label: str = "label"
    group: str = "group"
    split: str = "split"
    boxes: str = "boxes"
    masks: str = "masks"
    negative: str = "negative"


class DataConfig(Section):
    """Which videos, and which annotations of them."""

    annotations: str
    videos: str
    format: Literal["auto"] | FormatName = "auto"
    header: bool = Field(True, description="generic CSV: the first row names the columns")
    delimiter: str = Field(
        ",", min_length=1, max_length=1, pattern=r'[^"\r\n\x00]', description="generic CSV and lists"
    )
    columns: Columns = Columns()
    metadata: tuple[str, ...] = Field(
        (), description="generic CSV and JSONL: columns of numbers to keep with each clip"
    )
    imputation: Imputation = Field(
        "mean",
        description="what stands in for a gap in metadata: mean or median of the training split, or the mean of the "
        "nearest of its rows",
    )
    pca: PcaConfig | None = Field(None, description="columns of metadata that are reduced to principal components")
    label_map: str | None = Field(None, description="a file with the names of the classes, where labels are numbers")
    label_field: str | None = Field(
        None,
        description="where the label stands, if there is a choice: attribute, tier, column or control of the format",
    )
    frame_rate: float | None = Field(
        None,
        gt=0,
        lt=10_000,
        description="frames per second of the annotation tool's own clock; default: the video's frames",
    )
    fold: int = Field(1, ge=1, le=9, description="UCF101 and HMDB51: which of the official splits")

    @field_validator("metadata")
    @classmethod
    def _columns_become_features(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        return check_columns(columns)

    @model_validator(mode="after")
    def _pca_has_columns(self) -> "DataConfig":
        if self.pca:
            self.pca.select(self.metadata)
        return self

    @property
    def metadata_config(self) -> MetadataConfig:
        """The columns of numbers, and what is done with them."""
        return MetadataConfig(columns=self.metadata, imputation=self.imputation, pca=self.pca)


class NegativesConfig(Section):
    """Clips of a class for `none of the actions`: taken from the unannotated parts of the videos, or stated by a format."""

    label: str = Field("background", min_length=1, max_length=256)
    clips_per_video: int = Field(
        0, ge=0, le=10_000, description="taken from unannotated time; 0: only stated negatives"
    )
    clip_seconds: float = Field(2.0, gt=0)
    margin_seconds: float = Field(1.0, ge=0, description="kept free around each annotated action")
    unannotated_videos: bool = Field(False, description="also take clips from videos that no row names")
    unlabelled_is_background: bool = Field(
        False, description="take clips from unannotated time even where the format says that it is unknown"
    )
    seed: int = 0

    @model_validator(mode="after")
    def _unannotated_videos_give_clips(self) -> "NegativesConfig":
        if self.unannotated_videos and not self.clips_per_video:
            raise ValueError("unannotated_videos needs clips_per_video, the number of clips to take; received 0")
        return self
