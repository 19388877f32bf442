"""All networks, by the names that `model.network` has for them. No Keras here, so that the command line starts fast."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    """Facts of a network that are known before it is built.

    Attributes:
      module: its file in models/networks, with a function of the network's name, and the sizes of its presets as `PRESETS`.
        None: it learns nothing.
      presets: from small to large, and then the networks that others have trained, if there are any.
      is_floor: it must not see motion.
      streams: it sees the past only, and so also works on videos that arrive frame by frame.
      tracks: it also says where the actor is in each frame.
      has_residual_blocks: it has blocks that stochastic depth can skip.
      is_pretrained: its encoder begins with weights from elsewhere, which it keeps unless it is told otherwise.
    """

    module: str | None
    presets: tuple[str, ...]
    is_floor: bool = False
    streams: bool = False
    tracks: bool = False
    has_residual_blocks: bool = True
    is_pretrained: bool = False

    @property
    def learns(self) -> bool:
        return self.module is not None

    @property
    def takes_differences(self) -> bool:
        # Differences are motion, and relative to the contrast of the whole clip, which is not known in a stream.
        return not self.is_floor and not self.streams


_RESNETS = ("tiny", "small", "resnet_18")
_R2PLUS1DS = ("tiny", "small", "r2plus1d_10", "r2plus1d_18", "r2plus1d_34")
_MOVINETS = ("tiny", "movinet_a0", "movinet_a1", "movinet_a2")
# After those of one's own, networks that others have trained.
NETWORKS: Mapping[str, Network] = {
    "r2plus1d": Network("r2plus1d", (*_R2PLUS1DS, "r2plus1d_18_torchvision", "r2plus1d_34_ig65m")),
    "c3d": Network("c3d", ("tiny", "small", "c3d"), has_residual_blocks=False),
    "cnn_lstm": Network("cnn_rnn", _RESNETS),
    "cnn_gru": Network("cnn_rnn", _RESNETS),
    "conv_transformer": Network("conv_transformer", ("tiny", "small", "vivit_s", "vivit_b")),
    "movinet": Network("movinet", (*_MOVINETS, *(f"{name}_stream" for name in _MOVINETS[1:])), streams=True),
    "frames": Network("frames", ("tiny", "efficientnet_lite0"), has_residual_blocks=False, is_pretrained=True),
    "single_frame": Network("floors", _RESNETS, is_floor=True),
    "cnn_lstm_tracker": Network("cnn_rnn", _RESNETS, tracks=True),
    "cnn_gru_tracker": Network("cnn_rnn", _RESNETS, tracks=True),
    "majority": Network(None, ("tiny",), is_floor=True, has_residual_blocks=False),
}
