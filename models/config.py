"""The `model` section of the configuration."""

from typing import Annotated, Final, Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from foundation.section import OneOf, Section
from models.networks.catalogue import NETWORKS

Labels = Literal["one", "several", "fields"]
ONE: Final = "one"
SEVERAL: Final = "several"
FIELDS: Final = "fields"

Share = Annotated[float, Field(ge=0, le=1)]


class ModelConfig(Section):
    """The network and what it sees."""

    network: Annotated[str, OneOf(NETWORKS)] = Field("r2plus1d", description="which architecture")
    preset: str = Field(
        "", validate_default=True, description="size of the network; default: the smallest, which a CPU can train"
    )
    num_frames: int = Field(16, ge=1, le=256, description="frames the network sees; 1 makes it a single-frame network")
    modality: Literal["rgb", "differences"] = Field("rgb", description="the frames, or what changed between them")
    height: int = Field(112, ge=16, le=1024, description="of the frames that the network sees, in pixels")
    width: int = Field(112, ge=16, le=1024, description="of the frames that the network sees, in pixels")
    crop_margin: float = Field(1.15, ge=1, le=2, description="clips are this much larger than the input, for crops")
    resize: Literal["crop", "pad", "stretch"] = Field(
        "crop", description="how frames get the network's shape: cut at the sides, with black added, or distorted"
    )
    normalization: Literal["unit", "symmetric", "train_statistics"] = Field(
        "train_statistics",
        description="of pixels: 0 to 1, -1 to 1, or by mean and deviation of each colour in the training split",
    )
    metadata: tuple[str, ...] = Field(
        (),
        description="columns of data.metadata that the network sees beside the frames: names, or patterns such as sensor_*; "
        "metadata_pca: the components of data.pca",
    )
    classes: tuple[str, ...] | None = Field(None, description="labels in the order of their ids; default: by name")
    labels: Labels = Field(
        ONE,
        description="how many a clip has; several: segments of one span are one clip, and each class has a threshold; fields: "
        "one of each of data.label_fields",
    )
    thresholds: dict[str, Share] = Field(
        {},
        description="with several labels: the probability from which on a clip is said to have a class; default: with which F1 "
        "is highest on the eval split",
    )

    @field_validator("preset")
    @classmethod
    def _network_has_the_preset(cls, preset: str, info: ValidationInfo) -> str:
        name = info.data.get("network")  # missing if it is wrong itself
        if name and not preset:
            return NETWORKS[name].presets[0]
        if name and preset not in NETWORKS[name].presets:
            known = ", ".join(NETWORKS[name].presets)
            raise ValueError(f"the network {name} has no preset {preset}; choose one of {known}")
        return preset

    @field_validator("modality")
    @classmethod
    def _differences_need_frames_and_a_network(cls, modality: str, info: ValidationInfo) -> str:
        name, num_frames = info.data.get("network"), info.data.get("num_frames", 2)
        if modality == "differences" and name and not NETWORKS[name].takes_differences:
            raise ValueError(f"the network {name} takes rgb only; choose rgb or another network")
        if modality == "differences" and num_frames < 2:
            raise ValueError("one frame has no difference to another; choose rgb or a num_frames of 2 or more")
        return modality

    @field_validator("metadata")
    @classmethod
    def _the_network_learns_from_numbers(cls, metadata: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        name = info.data.get("network")
        if metadata and name and not NETWORKS[name].learns:
            raise ValueError(f"the network {name} looks at nothing, so it cannot see numbers; choose another network")
        return metadata

    @field_validator("classes")
    @classmethod
    def _classes_are_distinct(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes is not None and (len(classes) < 2 or len(set(classes)) != len(classes)):
            raise ValueError(f"at least two different labels are needed; received {list(classes)}")
        return classes

    @model_validator(mode="after")
    def _thresholds_are_of_several_labels(self) -> "ModelConfig":
        if self.thresholds and self.labels != SEVERAL:
            raise ValueError(
                f"thresholds: with labels: {self.labels} the most probable class is chosen, whatever its probability; leave "
                f"them out, or set labels: {SEVERAL}"
            )
        if self.has_several_labels and self.tracks:
            raise ValueError(
                f"labels: {self.labels}: the network {self.network} gives the box of one actor; choose another network"
            )
        return self

    @property
    def has_several_labels(self) -> bool:
        """Whether labels of clips are sets: any, or one of each field."""
        return self.labels != ONE

    @property
    def tracks(self) -> bool:
        """Whether the network also gives a box of the actor in each frame."""
        return NETWORKS[self.network].tracks

    @property
    def clip_height(self) -> int:
        """Height of a preprocessed clip, in pixels."""
        return round(self.height * self.crop_margin)

    @property
    def clip_width(self) -> int:
        """Width of a preprocessed clip, in pixels."""
        return round(self.width * self.crop_margin)
