"""The `model` and `training` sections of the configuration."""

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


class AugmentationConfig(Section):
    """Random changes to training clips, the same for all frames of a clip."""

    crop: bool = True
    flip: bool = True
    flip_protected: tuple[str, ...] = Field((), description="labels that a mirror would turn into another")
    min_time_span: float = Field(
        0.8, gt=0, le=1, description="share of the clip's duration that a view covers at least"
    )
    brightness: float = Field(0.2, ge=0, lt=1, description="largest shift, as a share of the full range")
    contrast: float = Field(0.2, ge=0, lt=1, description="largest relative change")


class TrainingConfig(Section):
    """How the network is trained."""

    epochs: int = Field(40, ge=1)
    batch_size: int = Field(8, ge=1)
    optimizer: Literal["adamw", "sgd"] = "adamw"
    learning_rate: float = Field(1e-3, gt=0, lt=10)
    schedule: Literal["cosine", "constant"] = Field("cosine", description="of the learning rate, after the warm-up")
    warmup_epochs: float = Field(2, ge=0)
    weight_decay: float = Field(1e-2, ge=0, lt=1)
    dropout: float = Field(0.4, ge=0, lt=1)
    label_smoothing: float = Field(0.1, ge=0, lt=1)
    class_weights: bool = False
    early_stopping_patience: int = Field(15, ge=1, description="epochs without a better validation loss")
    augmentation: AugmentationConfig = AugmentationConfig()
    cache_megabytes: int = Field(4000, ge=0, description="decoded clips are kept in memory up to this size")
    seed: int = 0
