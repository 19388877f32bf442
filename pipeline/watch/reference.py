"""The training data as the served model sees them: computed from the Examples once, and remembered."""

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import tensorflow as tf

from components.annotations.splits.config import SPLITS
from components.pusher.card_files import MODEL_CARD_JSON
from foundation.code_digest import code_digest
from foundation.messages.errors import UserError
from models import features
from models.embedding import FeatureExtractor
from models.export_info import ExportInfo
from pipeline.prediction.record_files import read_records
from pipeline.watch.clip_features import measure_jpegs
from pipeline.watch.clips import ClipTable, Reference, join_tables

OnClips = Callable[[int, int], None]

_Item = TypeVar("_Item")

# Of each split: more groups make no interval much narrower, and the network has to look at each clip.
_MOST_CLIPS = 5000
_CLIPS_AT_ONCE = 64
_PREFIX, _MOST_REMEMBERED = "reference-", 3


class Stored(NamedTuple):
    """What is read of an Example."""

    segment_id: str
    group: str
    jpegs: list[bytes]


def find_examples(version: Path, pipeline_root: Path) -> str:
    """The folder of the Examples that a version was trained and judged on, as its card says; it may have moved with the run.

    Raises:
      UserError: they are no more.
    """
    try:
        card = json.loads((version / MODEL_CARD_JSON).read_text())
        uri = next(each["uri"] for each in card["lineage"]["artifacts"] if each["input"] == "examples")
    except (OSError, ValueError, KeyError, StopIteration) as error:
        raise UserError(f"{version} has no model card that names its Examples; push the model once more") from error
    moved = pipeline_root / "VideoExampleGen" / "examples" / Path(uri).name
    for folder in (str(moved), uri):
        if all(_files(folder, split) for split in SPLITS):
            return folder
    raise UserError(
        f"the Examples that version {version.name} was trained on are no longer in {uri}; clipgate run makes them again, and "
        "its next version is compared with those"
    )


def load_reference(
    folder: str, version: Path, info: ExportInfo, remembered_in: Path, on_clips: OnClips = lambda done, total: None
) -> Reference:
    """What is remembered of these Examples and this version; what is not is computed first.

    Raises:
      UserError: the Examples cannot be read, or the network has no embedding.
    """
    files = {split: _files(folder, split) for split in SPLITS}
    sizes = {
        split: [(Path(file).name, tf.io.gfile.stat(file).length) for file in found] for split, found in files.items()
    }
    facts = [version.name, info.training_key, sizes, code_digest("pipeline.watch.reference")]
    path = remembered_in / f"{_PREFIX}{hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]}.npz"
    if known := _read(path):
        return known
    found = _measure_all(files, FeatureExtractor(version, info), int(info.model["num_frames"]), on_clips)
    _write(path, found)
    return found


def _measure_all(
    files: dict[str, list[str]], extractor: FeatureExtractor, num_shown: int, on_clips: OnClips
) -> Reference:
    chosen = {split: _choose_groups(_stored(found)) for split, found in files.items()}
    total = sum(sum(groups.values()) for groups in chosen.values())
    tables, splits = list[ClipTable](), list[str]()
    for split, found in files.items():
        clips = (clip for clip in _stored(found) if clip.group in chosen[split])
        while some := list(islice(clips, _CLIPS_AT_ONCE)):
            tables.append(look(some, extractor, num_shown))
            splits += [split] * len(some)
            on_clips(len(splits), total)
    return Reference(join_tables(tables), np.array(splits, np.str_))


def look(clips: Sequence[Stored], extractor: FeatureExtractor, num_shown: int) -> ClipTable:
    """Measure clips and show them to the network; there must be at least one.

    Raises:
      ValueError: a frame is no image.
    """
    seen = (
        [extractor.see([clip.jpegs]) for clip in clips] if _differ(clips) else [extractor.see([c.jpegs for c in clips])]
    )
    measured = [measure_jpegs(clip.jpegs, num_shown) for clip in clips]
    return ClipTable(
        names=np.array([clip.segment_id for clip in clips], np.str_),
        groups=np.array([clip.group for clip in clips], np.str_),
        features=np.array(measured, np.float32),
        scores=np.concatenate([one.probabilities for one in seen]),
        embedding=np.concatenate([one.features for one in seen]),
    )


def _differ(clips: Sequence[Stored]) -> bool:
    """Whether the clips have other numbers of frames, so that they are no batch."""
    return len({len(clip.jpegs) for clip in clips}) > 1


def _choose_groups(clips: Iterable[Stored]) -> dict[str, int]:
    """Groups with their numbers of clips: all of them, or as many whole ones as there may be, always the same."""
    counts = Counter(clip.group for clip in clips)
    chosen: dict[str, int] = {}
    for group in sorted(counts, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if sum(chosen.values()) + counts[group] <= _MOST_CLIPS or not chosen:
            chosen[group] = counts[group]
    return chosen


def _stored(files: Collection[str]) -> Iterator[Stored]:
    for file in files:
        try:
            for record in read_records(file):
                values = tf.train.Example.FromString(record).features.feature
                name, group = (
                    values[key].bytes_list.value[0].decode() for key in (features.SEGMENT_ID, features.GROUP)
                )
                yield Stored(name, group, list(values[features.FRAMES].bytes_list.value))
        except ValueError as error:
            raise UserError(f"{file} is damaged; run clipgate run, which notices and makes it again") from error


def _files(folder: str, split: str) -> list[str]:
    return sorted(tf.io.gfile.glob(f"{folder}/Split-{split}/*"))


def _read(path: Path) -> Reference | None:
    try:
        with np.load(path) as values:
            return Reference(ClipTable(*(values[name] for name in ClipTable.__annotations__)), values["splits"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # not there, or half of it


def _write(path: Path, reference: Reference) -> None:
    partial = path.with_name(f".partial_{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez(file, splits=reference.splits, **vars(reference.clips))
        partial.replace(path)
        newest_first = sorted(path.parent.glob(f"{_PREFIX}*"), key=lambda each: -each.stat().st_mtime_ns)
        for old in newest_first[_MOST_REMEMBERED:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise UserError(f"{path.parent} cannot be written: {error.strerror}") from error
