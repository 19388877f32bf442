"""The `data` and `negatives` sections of the configuration."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator

from components.annotations.readers.catalogue import READERS
from components.annotations.readers.options import ReaderOptions
from foundation.section import OneOf, Section
from models.metadata import Imputation, MetadataConfig, PcaConfig, check_columns


class DataConfig(ReaderOptions):
    """The videos, and their annotations."""

    annotations: str = Field(description="file, folder or address of the annotations")
    format: Annotated[str, OneOf(("auto", *sorted(READERS)))] = Field(
        "auto", description="of the annotations; auto looks at their content"
    )
    imputation: Imputation = Field(
        "mean",
        description="what stands in for a gap in metadata: mean or median of the training split, or the mean of the "
        "nearest of its rows",
    )
    pca: PcaConfig | None = Field(None, description="columns of metadata that are reduced to principal components")
    min_cover: float = Field(
        0.5,
        gt=0,
        le=1,
        description="with model.labels: several, the share of a segment's span that another one must cover to give its clip a "
        "label",
    )

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
        return MetadataConfig(columns=self.metadata, imputation=self.imputation, pca=self.pca)


class NegativesConfig(Section):
    """Clips of a class for `none of the actions`, from unannotated parts of the videos or from rows that state a negative."""

    label: str = Field("background", min_length=1, max_length=256, description="of the class that these clips are of")
    clips_per_video: int = Field(
        0, ge=0, le=10_000, description="taken from unannotated time; 0: only stated negatives"
    )
    clip_seconds: float = Field(2.0, gt=0, description="length of the clips from unannotated time")
    margin_seconds: float = Field(1.0, ge=0, description="kept free around each annotated action")
    unannotated_videos: bool = Field(False, description="also take clips from videos that no row names")
    unlabelled_is_background: bool = Field(
        False, description="take clips from unannotated time even where the format says that it is unknown"
    )
    seed: int = Field(0, description="of the places in unannotated time")

    @model_validator(mode="after")
    def _unannotated_videos_give_clips(self) -> "NegativesConfig":
        if self.unannotated_videos and not self.clips_per_video:
            raise ValueError("unannotated_videos needs clips_per_video, the number of clips to take; received 0")
        return self
