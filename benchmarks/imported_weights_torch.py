"""torchvision's networks with random weights, and what they say: what `benchmarks.imported_weights` compares with.

    python -m benchmarks.imported_weights_torch FOLDER

Writes for each network NAME: NAME.pth and NAME.safetensors with its weights, and NAME.npz with uint8 `clips_SIZE`
[clips, time, height, width, 3] and `logits_SIZE` for each size. And narrow.json, which tests/models/pretrained/ has as
r2plus1d.json: what networks of a few channels say, whose weights and clips follow from formulas.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision.models.video import R2Plus1D_18_Weights, r2plus1d_18
from torchvision.models.video.resnet import BasicBlock, Conv2Plus1D, R2Plus1dStem, VideoResNet

# Time, height and width: as trained, even and odd, and all odd.
SIZES = ((16, 112, 112), (8, 64, 97), (5, 61, 83))
_KINETICS_CLASSES, _IG65M_CLASSES = 400, 487


# Of a narrow network: channels of the stem's middle and of the stages; and its sizes.
_NARROW, _NARROW_CLASSES = (6, (8, 8, 16, 16)), 5
_NARROW_SIZES = ((4, 32, 32), (5, 33, 47))


def networks() -> Iterator[tuple[str, nn.Module]]:
    yield "r2plus1d_18", r2plus1d_18(weights=None, num_classes=_KINETICS_CLASSES)
    yield "r2plus1d_34_ig65m", as_in_caffe2(_video_resnet([3, 4, 6, 3], _IG65M_CLASSES), (64, 128, 256, 512))


def narrow_networks() -> Iterator[tuple[str, nn.Module]]:
    """By the names of our presets."""
    yield "r2plus1d_18_torchvision", narrowed(_video_resnet([2, 2, 2, 2], _NARROW_CLASSES), [2, 2, 2, 2])
    ig65m = narrowed(_video_resnet([3, 4, 6, 3], _NARROW_CLASSES), [3, 4, 6, 3])
    yield "r2plus1d_34_ig65m", as_in_caffe2(ig65m, _NARROW[1])


def _video_resnet(blocks: list[int], num_classes: int) -> VideoResNet:
    return VideoResNet(BasicBlock, [Conv2Plus1D] * 4, blocks, R2Plus1dStem, num_classes=num_classes)


def as_in_caffe2(network: VideoResNet, widths: tuple[int, ...]) -> VideoResNet:
    """The network of IG-65M's weights: a second convolution has as many channels in its middle as its own size asks for."""
    for number, width in enumerate(widths[1:], start=2):
        first = getattr(network, f"layer{number}")[0]
        first.conv2[0] = Conv2Plus1D(width, width, 27 * width * width // (9 * width + 3 * width))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.eps = 1e-3
    return network


def narrowed(network: VideoResNet, blocks: list[int]) -> VideoResNet:
    middle, widths = _NARROW
    network.stem[0] = nn.Conv3d(3, middle, (1, 7, 7), (1, 2, 2), (0, 3, 3), bias=False)
    network.stem[1] = nn.BatchNorm3d(middle)
    network.stem[3] = nn.Conv3d(middle, widths[0], (3, 1, 1), padding=(1, 0, 0), bias=False)
    network.stem[4] = nn.BatchNorm3d(widths[0])
    network.inplanes = widths[0]
    for number, (width, num_blocks) in enumerate(zip(widths, blocks, strict=True), start=1):
        layer = network._make_layer(BasicBlock, Conv2Plus1D, width, num_blocks, stride=1 if number == 1 else 2)
        setattr(network, f"layer{number}", layer)
    network.fc = nn.Linear(widths[-1], _NARROW_CLASSES)
    return network


def fill_with_waves(network: nn.Module) -> None:
    """Weights that follow from their names and shapes; the tests have the same formula."""
    for number, (name, tensor) in enumerate(sorted(network.state_dict().items())):
        if tensor.is_floating_point():
            waves = np.sin(0.7 * np.arange(tensor.numel()) + number).reshape(tensor.shape)
            scale = 2 / np.sqrt(np.prod(tensor.shape[1:])) if tensor.ndim > 1 else 0.3
            shift = 1.0 if tensor.ndim == 1 and name.endswith(("weight", "running_var")) else 0.0
            tensor.copy_(torch.from_numpy(shift + scale * waves))


def coloured_clips(size: tuple[int, ...]) -> Tensor:
    """Two clips, uint8 [2, *size, 3], of a formula that the tests have as well."""
    places = np.arange(2 * int(np.prod(size)) * 3).reshape(2, *size, 3)
    return torch.from_numpy((places**2 % 251).astype(np.uint8))


def randomize(network: nn.Module) -> None:
    """Statistics and scales as after a training, so that each of them matters."""
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            nn.init.uniform_(module.weight, 0.5, 1.0)
            nn.init.normal_(module.bias, 0, 0.1)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.05, 1.5)


def normalize(clips: Tensor) -> Tensor:
    """From uint8 [clips, time, height, width, 3] to what torchvision gives the network."""
    seen = R2Plus1D_18_Weights.KINETICS400_V1.transforms()
    mean, std = (torch.tensor(values).view(1, 3, 1, 1, 1) for values in (seen.mean, seen.std))
    return (clips.permute(0, 4, 1, 2, 3) / 255 - mean) / std


@torch.inference_mode()
def main() -> None:
    folder = Path(sys.argv[1])
    torch.manual_seed(0)
    for name, network in networks():
        randomize(network.eval())
        torch.save(network.state_dict(), folder / f"{name}.pth")
        save_file(network.state_dict(), folder / f"{name}.safetensors")
        arrays = {}
        for size in SIZES:
            clips = torch.randint(0, 256, (2, *size, 3), dtype=torch.uint8)
            key = "x".join(map(str, size))
            arrays |= {f"clips_{key}": clips.numpy(), f"logits_{key}": network(normalize(clips)).numpy()}
        np.savez(folder / f"{name}.npz", **arrays)
        print(name, sum(weight.numel() for weight in network.parameters()), torch.__version__)
    expected = {}
    for name, network in narrow_networks():
        fill_with_waves(network.eval())
        expected[name] = {
            "x".join(map(str, size)): network(normalize(coloured_clips(size))).tolist() for size in _NARROW_SIZES
        }
    (folder / "narrow.json").write_text(json.dumps(expected, indent=1) + "\n")


if __name__ == "__main__":
    main()
