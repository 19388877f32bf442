"""Shares the clips of Examples out to a file for each fold."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import tensorflow as tf

from models import features

_BATCH = 64
# JPEGs hardly become smaller, and these files are read a few times only.
_OPTIONS = tf.io.TFRecordOptions("GZIP", compression_level=1)
_NAMES = (features.SEGMENT_ID, features.VIDEO_ID, features.GROUP)
_LISTS = (features.LABEL, features.KNOWN_LABELS)


class Clip(NamedTuple):
    """What identifies a clip, and what it is annotated as; see `Answer`."""

    clip: str
    video: str
    group: str
    labels: tuple[str, ...]
    known_labels: tuple[str, ...] = ()


class ClipsOfFold(NamedTuple):
    """A file of Examples, and its clips in the same order."""

    path: str
    clips: tuple[Clip, ...]


def share_out(files: Sequence[str], fold_of: Mapping[str, int], folder: Path) -> list[ClipsOfFold]:
    """Copy the Examples in `files` to a file in `folder` for each fold; `fold_of`: by video.

    The same Examples give the same files.
    """
    num_folds = 1 + max(fold_of.values())
    paths = [str(folder / f"fold-{number}.gz") for number in range(num_folds)]
    clips: list[list[Clip]] = [[] for _ in paths]
    spec = {name: tf.io.FixedLenFeature([], tf.string) for name in _NAMES}
    spec |= {name: tf.io.RaggedFeature(tf.string) for name in _LISTS}
    with ExitStack() as stack:
        writers = [stack.enter_context(tf.io.TFRecordWriter(path, _OPTIONS)) for path in paths]
        for batch in tf.data.TFRecordDataset(tf.constant(sorted(files)), "GZIP").batch(_BATCH):
            columns = tf.io.parse_example(batch, spec)
            names = zip(*(columns[name].numpy() for name in _NAMES), strict=True)
            lists = zip(*(columns[name].to_list() for name in _LISTS), strict=True)
            for record, texts, of_clip in zip(batch.numpy(), names, lists, strict=True):
                name, video, group = (text.decode() for text in texts)
                labels, known = (tuple(label.decode() for label in each) for each in of_clip)
                clip = Clip(name, video, group, labels, known)
                writers[fold_of[clip.video]].write(record)
                clips[fold_of[clip.video]].append(clip)
    return [ClipsOfFold(path, tuple(of_fold)) for path, of_fold in zip(paths, clips, strict=True)]
