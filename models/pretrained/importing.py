"""Brings weights of other libraries into networks of ours, and into folders that trainings begin from."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import keras

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.networks.build import build_network
from models.pretrained import efficientnet_lite0, movinet, r2plus1d
from models.pretrained.foreign import ForeignFile
from models.pretrained.imported import IMPORTED_WEIGHTS_FILE, ImportedCard, write_card
from models.pretrained.parts import Layout, Tensors, fill, without_counters
from models.pretrained.published import PUBLISHED, Published

_LAYOUTS: Mapping[str, Callable[[str], Layout]] = {
    "r2plus1d": r2plus1d.layout,
    "movinet": movinet.layout,
    "frames": lambda _: efficientnet_lite0.layout(),
}
_LEAST_LIKENESS = 0.5
_LOGITS = "logits/bias"


def inspect(file: ForeignFile, classes: tuple[str, ...] = ()) -> ImportedCard:
    """What weights a file has; `classes`: labels of its logits in their order, if they are known.

    Raises:
      UserError: the file cannot be read, has the weights of no known network, or has another number of classes.
    """
    return _inspect(file, classes)[0]


def import_weights(file: ForeignFile, folder: Path, classes: tuple[str, ...] = ()) -> ImportedCard:
    """Write the weights of a file into `folder`, with their card, in place of what is there: as a whole, or not at all.

    Raises:
      UserError: see `inspect`; or tensors are missing, additional, or of another shape.
      OSError: the folder cannot be written.
    """
    card, tensors = _inspect(file, classes)
    # No weight depends on the size of what a network sees, so that the smallest will do.
    config = ModelConfig(network=card.network, preset=card.preset, num_frames=1, height=32, width=32)
    network = build_network(config, num_classes=max(1, card.num_classes), dropout=0)
    fill(network, _layout(card.network, card.preset), tensors, file.path)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as partial:
        whole = Path(partial, folder.name)
        whole.mkdir()
        network.save_weights(whole / IMPORTED_WEIGHTS_FILE)
        write_card(card, whole)
        if folder.exists():
            shutil.rmtree(folder)
        whole.rename(folder)
    return card


def load_foreign(network: keras.Model, file: ForeignFile, card: ImportedCard) -> None:
    """Give a network with `card.num_classes` logits the weights of a file.

    Raises:
      UserError: see `import_weights`.
    """
    fill(network, _layout(card.network, card.preset), without_counters(file.read()), file.path)


def _inspect(file: ForeignFile, classes: tuple[str, ...]) -> tuple[ImportedCard, Tensors]:
    tensors = without_counters(file.read())
    layouts = {(one.network, one.preset): _layout(one.network, one.preset) for one in PUBLISHED}
    network, preset = max(layouts, key=lambda key: layouts[key].likeness(tensors))
    layout = layouts[network, preset]
    if layout.likeness(tensors) < _LEAST_LIKENESS:
        known = ", ".join(dict.fromkeys(layout.title for layout in layouts.values()))
        raise UserError(f"{file.path} has the weights of no network that is known; known are {known}")
    num_classes = _num_classes(layout, tensors)
    if classes and len(classes) != num_classes:
        raise UserError(
            f"{file.path} has {num_classes} classes, and {len(classes)} labels were given; give one for each"
        )
    card = _card(_nearest(preset, num_classes, file.sha256), file, num_classes, classes)
    return card, tensors


def _layout(network: str, preset: str) -> Layout:
    return _LAYOUTS[network](preset)


def _num_classes(layout: Layout, tensors: Tensors) -> int:
    """Of the logits that a network takes over; 0: it takes none."""
    part = layout.parts.get(_LOGITS)
    return int(tensors[part.tensor].size) if part and part.tensor in tensors else 0


def _nearest(preset: str, num_classes: int, sha256: str) -> Published:
    """What is published for a preset: the very file, or else what has as many classes, or else the first."""

    def rank(one: Published) -> tuple[bool, bool]:
        return (not (one.sha256 and sha256.startswith(one.sha256)), one.num_classes != num_classes)

    return min((one for one in PUBLISHED if one.preset == preset), key=rank)


def _card(published: Published, file: ForeignFile, num_classes: int, classes: tuple[str, ...]) -> ImportedCard:
    if published.sha256:
        is_published: bool | None = file.sha256.startswith(published.sha256)
    else:
        is_published = None if num_classes == published.num_classes else False
    return ImportedCard(
        name=f"own_{published.preset}" if is_published is False else published.name,
        network=published.network,
        preset=published.preset,
        source=f"not the published file, but laid out as {published.source}"
        if is_published is False
        else published.source,
        licence="unknown" if is_published is False else published.licence,
        is_published=is_published,
        file=file.path.name,
        sha256=file.sha256,
        num_classes=num_classes,
        classes=classes,
        input=published.input,
    )
