"""The `model` section of the configuration."""

from collections.abc import Mapping
from typing import Literal, get_args

from pydantic import Field, ValidationInfo, field_validator

from foundation.section import Section

Classifier = Literal["r2plus1d", "c3d", "cnn_lstm", "cnn_gru", "conv_transformer", "movinet", "single_frame"]
Tracker = Literal["cnn_lstm_tracker", "cnn_gru_tracker"]
LearningNetwork = Literal[Classifier, Tracker]
Network = Literal[LearningNetwork, "majority"]

# From small to large; models/networks/ says what they are. This file imports no Keras, so that the command line starts fast.
PRESETS: Mapping[Network, tuple[str, ...]] = {
    "r2plus1d": ("tiny", "small", "r2plus1d_10", "r2plus1d_18", "r2plus1d_34"),
    "c3d": ("tiny", "small", "c3d"),
    "cnn_lstm": ("tiny", "small", "resnet_18"),
    "cnn_gru": ("tiny", "small", "resnet_18"),
    "conv_transformer": ("tiny", "small", "vivit_s", "vivit_b"),
    "movinet": ("tiny", "movinet_a0", "movinet_a1", "movinet_a2"),
    "single_frame": ("tiny", "small", "resnet_18"),
    "cnn_lstm_tracker": ("tiny", "small", "resnet_18"),
    "cnn_gru_tracker": ("tiny", "small", "resnet_18"),
    "majority": ("tiny",),
}

# A floor must not see motion, and in a stream nobody knows the contrast of the whole clip.
WITHOUT_DIFFERENCES: tuple[Network, ...] = ("single_frame", "majority", "movinet")
WITHOUT_RESIDUAL_BLOCKS: tuple[Network, ...] = ("c3d", "majority")


class ModelConfig(Section):
    """The network and what it sees."""

    network: Network = "r2plus1d"
    preset: str = Field("r2plus1d_18", validate_default=True, description="size of the network")
    num_frames: int = Field(16, ge=1, le=256, description="frames the network sees; 1 makes it a single-frame network")
    modality: Literal["rgb", "differences"] = Field("rgb", description="the frames, or what changed between them")
    height: int = Field(112, ge=16, le=1024, description="pixels")
    width: int = Field(112, ge=16, le=1024, description="pixels")
    crop_margin: float = Field(1.15, ge=1, le=2, description="clips are this much larger than the input, for crops")
    resize: Literal["crop", "pad", "stretch"] = "crop"
    normalization: Literal["unit", "symmetric", "train_statistics"] = "train_statistics"
    classes: tuple[str, ...] | None = Field(None, description="labels in the order of their ids; default: by name")

    @field_validator("preset")
    @classmethod
    def _network_has_the_preset(cls, preset: str, info: ValidationInfo) -> str:
        network = info.data.get("network")  # missing when it is wrong itself
        if network is not None and preset not in PRESETS[network]:
            raise ValueError(
                f"the network {network} has no preset {preset}; choose one of {', '.join(PRESETS[network])}"
            )
        return preset

    @field_validator("modality")
    @classmethod
    def _differences_need_frames_and_a_network(cls, modality: str, info: ValidationInfo) -> str:
        network, num_frames = info.data.get("network"), info.data.get("num_frames", 2)
        if modality == "differences" and network in WITHOUT_DIFFERENCES:
            raise ValueError(f"the network {network} takes rgb only; choose rgb or another network")
        if modality == "differences" and num_frames < 2:
            raise ValueError("one frame has no difference to another; choose rgb or a num_frames of 2 or more")
        return modality

    @field_validator("classes")
    @classmethod
    def _classes_are_distinct(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if classes is not None and (len(classes) < 2 or len(set(classes)) != len(classes)):
            raise ValueError(f"at least two different labels are needed; received {list(classes)}")
        return classes

    @property
    def tracks(self) -> bool:
        """Whether the network also says where the actor is in each frame."""
        return self.network in get_args(Tracker)

    @property
    def clip_height(self) -> int:
        """Height of a preprocessed clip, in pixels."""
        return round(self.height * self.crop_margin)

    @property
    def clip_width(self) -> int:
        """Width of a preprocessed clip, in pixels."""
        return round(self.width * self.crop_margin)
