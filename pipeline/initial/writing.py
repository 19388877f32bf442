"""Writes the configuration to begin with: short, and each value with the reason for it."""

import math
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from foundation.messages.wording import counted, duration
from models.config import ONE, SEVERAL, ModelConfig
from pipeline.initial.gates import Bars
from pipeline.initial.network import WITH_WEIGHTS, Choice
from pipeline.initial.sources import Sources

_PRETRAINED = "begins with ImageNet's weights; `training` is of a linear layer"


def configuration(folder: Path, sources: Sources, bars: Bars, choice: Choice, machine: str) -> str:
    """The text of a configuration file in `folder`. Paths below it are relative to it."""
    data, splits, model = sources.data, bars.splits, choice.model
    groups = (
        "each clip's own group (who or where)"
        if sources.has_groups
        else "none was found, so each video is its own; see docs/data.md"
    )
    lines = [
        f"# To begin with, for {machine}. Every key is in docs/configuration.md.",
        "",
        "output_dir: run",
        "",
        "data:",
        _line("  annotations", _path(folder, data.annotations), ""),
        _line("  videos", _path(folder, data.videos), "paths in the annotations are relative to this folder"),
        _line("  format", data.format, "as it was found"),
        *([_line("  label_field", data.label_field, "which attribute is the class")] if data.label_field else []),
        _line("  group_pattern", data.group_pattern, groups),
        "",
        "splits:",
        _line("  test", round(splits.test, 4), _test(bars)),
        _line("  train", round(splits.train, 4), "whole groups are assigned; none is in two splits"),
        _line("  eval", round(1 - round(splits.test, 4) - round(splits.train, 4), 4), "decides when training stops"),
        "",
        "sampling:",
        _line("  short_side", model.clip_height, "pixels of what is stored: what the network sees, and room to crop"),
        *_crops(sources, model),
        "",
        "model:",
        _line("  network", model.network, "docs/models.md has the others"),
        _line("  preset", model.preset, _PRETRAINED if model == WITH_WEIGHTS else "larger ones take longer"),
        _line("  num_frames", model.num_frames, "of each clip, spread evenly"),
        _line("  height", model.height, "pixels"),
        _line("  width", model.width, ""),
        *_labels(sources),
        "",
        "training:",
        _line("  epochs", choice.num_epochs, f"about {duration(choice.seconds)} on this machine, as measured"),
        "",
        *_evaluation(bars),
        "gates:",
        _line("  min_recall", bars.bar, "of every class; below it nothing is pushed"),
        _line("  min_precision", bars.bar, ""),
        _line("  certainty", bars.certainty, _certainty(bars)),
    ]
    return "\n".join(lines) + "\n"


def found(sources: Sources, clips: Mapping[str, int], bars: Bars) -> list[str]:
    """What is there, a line each; `clips`: of each split."""
    manifest, labels = sources.manifest, sources.labels
    sizes = Counter(sorted(labels))
    fewest, most = min(sizes, key=lambda label: sizes[label]), max(sizes, key=lambda label: sizes[label])
    return [
        f"annotations: {sources.data.annotations}, read as {sources.data.format}",
        f"videos: {sources.data.videos}, {counted(len(manifest.segments_by_video), 'video')} with "
        f"{counted(sum(map(len, sources.clips.values())), 'clip')}{_rows(sources)}; "
        f"{counted(len(manifest.rejects), 'row')} left out",
        f"classes: {len(sizes)}, from {sizes[fewest]} clips ({fewest}) to {sizes[most]} ({most})",
        f"groups: {len(sources.groups)}"
        + ("" if sources.has_groups else ", each video its own: clips of one person may then be in train and in test"),
        f"judged by {bars.folds} folds: about {counted(clips['train'] + clips['test'], 'clip')}"
        if bars.folds
        else f"test: about {counted(clips['test'], 'clip')}",
    ]


def _rows(sources: Sources) -> str:
    """How many rows clips with several labels are of."""
    return "" if sources.kind_of_labels == ONE else f" of {counted(len(sources.labels), 'row')}, several labels a clip"


def _crops(sources: Sources, model: ModelConfig) -> list[str]:
    if not sources.cuts_clips:
        return []
    aspect = _line("  crop_aspect", float(f"{model.width / model.height:.3g}"), "that of what the network sees")
    return [
        _line("  crop_to_boxes", 0.15, "spans are of several people: each clip is cut around one, with this margin"),
        *([aspect] if model.width != model.height else []),
    ]


def _labels(sources: Sources) -> list[str]:
    if sources.kind_of_labels == ONE:
        return []
    return [_line("  labels", SEVERAL, f"{sources.share_of_several:.0%} of the spans carry more than one")]


def _line(key: str, value: Any, comment: str) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, width=math.inf).removesuffix("\n...\n").strip()
    return f"{key}: {text}".ljust(28 if comment else 0) + (f"  # {comment}" if comment else "")


def _path(folder: Path, path: str) -> str:
    absolute = Path(path).resolve()
    return str(absolute.relative_to(folder)) if absolute.is_relative_to(folder) else str(absolute)


def _test(bars: Bars) -> str:
    return "witnesses as train does, in folds" if bars.folds else "what the gates below can be shown with"


def _evaluation(bars: Bars) -> list[str]:
    if not bars.folds:
        return []
    comment = "trainings that witness together: the test split alone could not show these gates"
    return ["evaluation:", _line("  folds", bars.folds, comment), ""]


def _certainty(bars: Bars) -> str:
    if bars.certainty is None:
        return "too few clips to be certain of anything: the measured rate decides"
    return f"a rate must be above its bar with a probability of {bars.certainty:g}"
