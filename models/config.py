"""The `model` section of the configuration."""

from typing import Literal

from pydantic import Field, field_validator

from models.section import Section


class ModelConfig(Section):
    """The network and what it sees."""

    network: Literal["r2plus1d"] = "r2plus1d"
    preset: Literal["tiny", "small", "r2plus1d_10", "r2plus1d_18", "r2plus1d_34"] = "r2plus1d_18"
    num_frames: int = Field(16, ge=1, le=256, description="frames the network sees; 1 makes it a single-frame network")
    height: int = Field(112, ge=16, le=1024, description="pixels")
    width: int = Field(112, ge=16, le=1024, description="pixels")
    crop_margin: float = Field(1.15, ge=1, le=2, description="clips are this much larger than the input, for crops")
    resize: Literal["crop", "pad", "stretch"] = "crop"
    normalization: Literal["unit", "symmetric", "train_statistics"] = "train_statistics"
    classes: tuple[str, ...] | None = Field(None, description="labels in the order of their ids; default: by name")

    @field_validator("classes")
    @classmethod
    def _classes_are_distinct(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes is not None and (len(classes) < 2 or len(set(classes)) != len(classes)):
            raise ValueError(f"at least two different labels are needed; received {list(classes)}")
        return classes

    @property
    def clip_height(self) -> int:
        """Height of a preprocessed clip, in pixels."""
        return round(self.height * self.crop_margin)

    @property
    def clip_width(self) -> int:
        """Width of a preprocessed clip, in pixels."""
        return round(self.width * self.crop_margin)
