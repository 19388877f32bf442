"""R(2+1)D-18 in PyTorch, as in `models/networks/r2plus1d.py`: what `benchmarks.train_step` compares with.

Three-dimensional convolutions, and memory formats and fused updates as PyTorch's own guides for CPUs recommend them.
"""

import contextlib

import torch
from torch import Tensor, nn

from benchmarks.turns import contestant_options, serve

_WIDTHS = (64, 128, 256, 512)


class Block(nn.Module):
    """Two factorised convolutions beside a shortcut."""

    def __init__(self, in_width: int, width: int, stride: int) -> None:
        super().__init__()
        middle = 27 * in_width * width // (9 * in_width + 3 * width)
        self.branch = nn.Sequential(
            *space(in_width, middle, 3, stride),
            nn.ReLU(inplace=True),
            *time(middle, width, stride),
            nn.ReLU(inplace=True),
            *space(width, middle, 3, 1),
            nn.ReLU(inplace=True),
            *time(middle, width, 1),
        )
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(nn.Conv3d(in_width, width, 1, stride, bias=False), nn.BatchNorm3d(width))

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu_(self.branch(x) + self.shortcut(x))


def space(in_width: int, width: int, size: int, stride: int) -> tuple[nn.Module, ...]:
    """A convolution of each frame, normalised."""
    kernel, strides, padding = (1, size, size), (1, stride, stride), (0, size // 2, size // 2)
    return nn.Conv3d(in_width, width, kernel, strides, padding, bias=False), nn.BatchNorm3d(width)


def time(in_width: int, width: int, stride: int) -> tuple[nn.Module, ...]:
    """A convolution of each pixel along time, normalised."""
    conv = nn.Conv3d(in_width, width, (3, 1, 1), (stride, 1, 1), (1, 0, 0), bias=False)
    return conv, nn.BatchNorm3d(width)


class R2Plus1D18(nn.Module):
    """uint8 frames [batch, channels, time, height, width] to logits."""

    def __init__(self, num_classes: int) -> None:
        super().__init__()
        blocks = []
        in_width = _WIDTHS[0]
        for stage, width in enumerate(_WIDTHS):
            blocks += [Block(in_width, width, 2 if stage else 1), Block(width, width, 1)]
            in_width = width
        self.features = nn.Sequential(
            *space(3, 45, 7, 2), nn.ReLU(inplace=True), *time(45, _WIDTHS[0], 1), nn.ReLU(inplace=True), *blocks
        )
        self.head = nn.Linear(_WIDTHS[-1], num_classes)

    def forward(self, frames: Tensor) -> Tensor:
        """Scaled to -1..1 first."""
        x = self.features(frames.float() / 127.5 - 1)
        return self.head(x.mean(dim=(2, 3, 4)))


def main() -> None:
    arguments = contestant_options(__doc__)

    network = R2Plus1D18(arguments.classes).to(memory_format=torch.channels_last_3d)
    clips = torch.randint(0, 256, (arguments.batch, 3, 16, 112, 112), dtype=torch.uint8)
    clips = clips.to(memory_format=torch.channels_last_3d)
    labels = torch.arange(arguments.batch) % arguments.classes
    optimizer = torch.optim.AdamW(network.parameters(), fused=True)
    cross_entropy = nn.CrossEntropyLoss()

    def precision() -> contextlib.AbstractContextManager[None]:
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=arguments.precision == "bfloat16")

    def train() -> None:
        network.train()
        optimizer.zero_grad(set_to_none=True)
        with precision():
            loss = cross_entropy(network(clips), labels)
        loss.backward()
        optimizer.step()
        loss.item()

    def predict() -> None:
        network.eval()
        with precision(), torch.inference_mode():
            network(clips).float().sum().item()

    num_weights = sum(weight.numel() for weight in network.parameters())
    serve({"version": torch.__version__, "weights": num_weights}, {"train": train, "predict": predict})


if __name__ == "__main__":
    main()
