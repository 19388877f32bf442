"""The `training` section of the configuration."""

from typing import Literal

from pydantic import Field, model_validator

from foundation.section import Section
from models.augmentation.config import AugmentationConfig

# In place of a path: the weights that a network with a pretrained encoder begins with.
PRETRAINED = "pretrained"

SeveralLabelsLoss = Literal["cross_entropy", "focal", "asymmetric"]


class WarmStartConfig(Section):
    """The earlier model with whose weights a training begins."""

    model: str = Field(
        "latest",
        min_length=1,
        description=(
            "folder of an exported model, of pushed versions or of imported weights, or a file *.weights.h5 or one that "
            "clipgate weights import reads; latest: the last pushed model; pretrained: what the encoder of frames comes with"
        ),
    )
    frozen_through: str | None = Field(
        None,
        pattern=r"^(stem|stage\d+|head)$",
        description="layers up to and including this stage keep the base model's weights",
    )

    @property
    def place(self) -> str | None:
        """The path or address that `model` is; None for a word that stands for one."""
        return None if self.model in ("latest", PRETRAINED) else self.model


class TrainingConfig(Section):
    """Settings of a training."""

    epochs: int = Field(40, ge=1, description="how often the training clips are gone through, at the most")
    batch_size: int = Field(8, ge=1, description="clips in a step, of all devices together")
    optimizer: Literal["adamw", "adam", "sgd"] = Field(
        "adamw", description="what changes the weights; sgd has Nesterov momentum of 0.9"
    )
    learning_rate: float = Field(1e-3, gt=0, lt=10, description="the highest one, after the warm-up")
    schedule: Literal["cosine", "step", "plateau", "constant"] = Field(
        "cosine", description="of the learning rate, after the warm-up"
    )
    warmup_epochs: float = Field(2, ge=0, description="in which the learning rate rises linearly from 0")
    decay_factor: float = Field(0.1, gt=0, lt=1, description="what step and plateau multiply the rate with")
    decay_epochs: int = Field(10, ge=1, description="step: epochs between two decays, counted from the warm-up's end")
    plateau_patience: int = Field(
        5,
        ge=1,
        description="plateau: epochs without a better validation loss before a decay; then the count starts anew",
    )
    weight_decay: float | None = Field(
        None, ge=0, lt=1, description="decoupled, of all weights but biases and normalisation; 0.01, but none with adam"
    )
    l1: float = Field(0, ge=0, description="penalty on the absolute values of the same weights, in the loss")
    l2: float = Field(0, ge=0, description="penalty on their squares, in the loss")
    clip_norm: float | None = Field(None, gt=0, description="longer gradients of a step are scaled down to this norm")
    dropout: float = Field(0.4, ge=0, lt=1, description="before the last layer")
    stochastic_depth: float = Field(
        0, ge=0, lt=1, description="how often a clip skips the last residual block; earlier ones proportionally less"
    )
    loss: SeveralLabelsLoss = Field(
        "cross_entropy",
        description="with model.labels: several, of each label; focal and asymmetric look less at what is right already",
    )
    label_smoothing: float = Field(0.1, ge=0, lt=1, description="share of each target that is spread over all classes")
    box_loss_weight: float = Field(1, ge=0, le=1000, description="of a tracker's boxes, beside its classes")
    class_weights: bool = Field(False, description="clips of rare classes weigh more in the loss")
    balanced_sampling: bool = Field(
        False, description="clips of rare classes are seen more often, those of others less"
    )
    ema_decay: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="a moving average of the weights, with this decay a step, is evaluated and exported; slower while young",
    )
    early_stopping_patience: int = Field(
        15, ge=1, description="epochs without a better validation loss; the best weights are kept in any case"
    )
    precision: Literal["float32", "bfloat16", "float16", "mixed"] = Field(
        "float32",
        description="of the computation; mixed: float16 on GPUs, bfloat16 on CPUs that have it, else float32",
    )
    distribution: Literal["none", "mirrored", "multi_worker"] = Field(
        "none", description="mirrored: on all GPUs of this machine; multi_worker: on all machines that TF_CONFIG names"
    )
    warm_start: WarmStartConfig | None = Field(None, description="begin with the weights of an earlier model")
    augmentation: AugmentationConfig = AugmentationConfig()
    cache_megabytes: int = Field(
        4000,
        ge=0,
        description="up to this size decoded clips are kept in memory; clips as they are stored where only those fit",
    )
    seed: int = Field(0, description="of the first weights, the order of the clips and their augmentation")

    @property
    def decoupled_weight_decay(self) -> float:
        """The weight decay with its default resolved."""
        if self.weight_decay is None:
            return 0.0 if self.optimizer == "adam" else 0.01
        return self.weight_decay

    @model_validator(mode="after")
    def _options_agree(self) -> "TrainingConfig":
        if self.optimizer == "adam" and self.weight_decay:
            raise ValueError(
                f"weight_decay is {self.weight_decay}, but adam has none; choose adamw, or l2 for a penalty in the loss"
            )
        if self.class_weights and self.balanced_sampling:
            raise ValueError("class_weights and balanced_sampling both balance the classes; choose one of them")
        return self
