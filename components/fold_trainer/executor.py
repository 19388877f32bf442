"""The executor of the FoldTrainer."""

import hashlib
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from components.annotations.records.record import Segment, Source
from components.annotations.splits.config import FOLD_SPLITS
from components.annotations.splits.folds import assign_folds
from components.annotations.splits.grouping import Videos
from components.fold_trainer.answers import Answer, Fold, Folds, answers_file, to_lines, write_folds
from components.fold_trainer.clips import ClipsOfFold, share_out
from components.video_example_gen.ledger import ACCEPTED_FILE, Entries, read_summary
from foundation.messages.errors import UserError
from foundation.messages.progress import announce, say, told_of
from models.heads import best_of_heads, heads_of
from models.training.feature_batches import SeenOnce
from models.training.folds import answer
from models.training.job import Job
from models.training.key import read_data_digest, training_key


class FoldTrainerExecutor(base_executor.BaseExecutor):
    """A fold that is finished is not trained again after a kill, and one in the middle goes on from its checkpoint."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        config = json.loads(exec_properties["custom_config"])
        examples = artifact_utils.get_single_instance(input_dict["examples"])
        videos, ties = _videos(Path(artifact_utils.get_single_uri(input_dict["ledger"])))
        num_folds = int(exec_properties["num_folds"])
        fold_of = assign_folds(videos, ties, num_folds, int(exec_properties["seed"]))
        scratch = _scratch(config, examples.uri, exec_properties)
        template = Job(
            train_files=(),
            eval_files=(f"{artifact_utils.get_split_uri([examples], 'eval')}/*",),
            transform_output=artifact_utils.get_single_uri(input_dict["transform_graph"]),
            serving_model_dir="",
            model_run_dir="",
            base_model=None,
            config=config,
        )
        with tempfile.TemporaryDirectory() as folder:
            files = [
                str(path)
                for split in FOLD_SPLITS
                for path in Path(artifact_utils.get_split_uri([examples], split)).glob("*.gz")
            ]
            folds = share_out(files, fold_of, Path(folder))
            _require_clips(folds)
            seen = SeenOnce()
            for number in range(num_folds):
                with told_of(f"fold {number + 1}/{num_folds}"):
                    _answer(template, folds, number, scratch, seen)
        output = Path(artifact_utils.get_single_uri(output_dict["answers"]))
        output.mkdir(parents=True, exist_ok=True)
        for number in range(num_folds):
            with tf.io.gfile.GFile(scratch.answers(number)) as file:
                (output / answers_file(number)).write_text(file.read())
        write_folds(output, Folds(tuple(json.loads(config["classes"])), _groups(folds)))
        tf.io.gfile.rmtree(scratch.path)
        say(
            f"{sum(len(each.clips) for each in folds)} clips were answered by {num_folds} models, each new to its groups"
        )


class _Scratch(NamedTuple):
    """The folder in which these very trainings go on after an interruption, on any file system that TensorFlow knows."""

    path: str

    def answers(self, fold: int) -> str:
        return f"{self.path}/{answers_file(fold)}"

    def training(self, fold: int) -> str:
        return f"{self.path}/training-{fold}"


def _answer(template: Job, folds: Sequence[ClipsOfFold], number: int, scratch: _Scratch, seen: SeenOnce) -> None:
    """Train without a fold and write down the answers on it, unless that is done already."""
    if tf.io.gfile.exists(scratch.answers(number)):
        announce("its answers are there already")
        return
    started = time.monotonic()
    held_out = folds[number]
    job = replace(
        template,
        train_files=tuple(each.path for each in folds if each is not held_out),
        model_run_dir=f"{scratch.training(number)}/run",
        config={**template.config, "checkpoint_dir": f"{scratch.training(number)}/checkpoint"},
    )
    found = answer(job, held_out.path, seen)
    classes = json.loads(template.config["classes"]) if found.thresholds else ()
    thresholds = np.array([found.thresholds[label] for label in classes], np.float32).tolist()
    heads = heads_of(job.classes, job.model.labels)
    answers = [
        Answer(
            *clip[:-1],
            number,
            tuple(scores),
            tuple(best_of_heads(scores, heads).tolist() if heads else thresholds),
            clip.known_labels,
        )
        for clip, scores in zip(held_out.clips, found.probabilities.tolist(), strict=True)
    ]
    path = scratch.answers(number)
    with tf.io.gfile.GFile(f"{path}.partial", "w") as file:
        file.write(to_lines(answers))
    tf.io.gfile.rename(f"{path}.partial", path, overwrite=True)
    tf.io.gfile.rmtree(scratch.training(number))
    announce(f"{len(answers)} clips answered, {time.monotonic() - started:.0f} s")


def _scratch(config: Mapping[str, str], examples_uri: str, parameters: Mapping[str, Any]) -> _Scratch:
    parts = [config["recipe"], *(str(parameters[name]) for name in ("num_folds", "seed", "code_digest"))]
    recipe = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return _Scratch(f"{config['checkpoint_root']}/{training_key(read_data_digest(examples_uri), recipe)}.folds")


def _videos(ledger: Path) -> tuple[Videos, Sequence[Sequence[str]]]:
    """The videos of the clips that are asked about, with their segments; and sets of videos that belong together."""
    videos: dict[str, list[Segment]] = defaultdict(list)
    # Folds depend on labels and groups only: rows of a video that have the same ones are one object.
    known: dict[tuple[str, str, str], Segment] = {}
    for entry in Entries(ledger / ACCEPTED_FILE):
        if entry["split"] in FOLD_SPLITS:
            key = video, label, group = entry["video"], entry["label"], entry["group"]
            if key not in known:
                known[key] = Segment(video, label, Source(entry["file"], entry["row"] or 0), 0, None, group=group)
            videos[video].append(known[key])
    return videos, read_summary(ledger)["identical_videos"]


def _groups(folds: Sequence[ClipsOfFold]) -> tuple[Fold, ...]:
    """The groups of the clips in the files that each model was asked about and trained on."""
    of_fold = [{clip.group for clip in each.clips} for each in folds]
    others = [set().union(*(each for each in of_fold if each is not own)) for own in of_fold]
    return tuple(Fold(tuple(sorted(own)), tuple(sorted(rest))) for own, rest in zip(of_fold, others, strict=True))


def _require_clips(folds: Sequence[ClipsOfFold]) -> None:
    for number, each in enumerate(folds, 1):
        if not each.clips:
            raise UserError(
                f"evaluation.folds: fold {number} of {len(folds)} would be empty; ask for fewer folds, or add videos of other "
                "people or places"
            )
