"""The networks of torchvision with few channels, and their files: small enough for tests."""

from pathlib import Path

import pytest

from models.networks import r2plus1d
from tests.models.pretrained.torch_writing import write_pth
from tests.models.pretrained.waves import Array, torch_waves, video_resnet_shapes

PRESETS = TORCHVISION, IG65M = "r2plus1d_18_torchvision", "r2plus1d_34_ig65m"
CLASSES = ("climb", "jump", "run", "sit", "walk")
_STEM_MIDDLE, _WIDTHS = 6, (8, 8, 16, 16)


def narrow_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the presets have few channels."""
    for preset in PRESETS:
        few = r2plus1d.PRESETS[preset]._replace(stem_middle_width=_STEM_MIDDLE, stage_widths=_WIDTHS)
        monkeypatch.setitem(r2plus1d.PRESETS, preset, few)


def shapes_of(preset: str) -> dict[str, tuple[int, ...]]:
    """Names and shapes of the tensors in a file."""
    blocks = r2plus1d.PRESETS[preset].blocks
    return video_resnet_shapes(_STEM_MIDDLE, _WIDTHS, blocks, len(CLASSES), as_in_caffe2=preset == IG65M)


def write_narrow(folder: Path, preset: str = TORCHVISION, **changes: Array) -> Path:
    """Write PyTorch's file, with other values for some tensors."""
    path = folder / f"{preset}.pth"
    write_pth(path, torch_waves(shapes_of(preset)) | changes)
    return path
