"""From a configuration to what is reviewed: first the rows alone, which takes seconds, then what the checks find."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.look import look
from components.annotation_validator.measuring.headers import OnVideo, inputs_of, manifest_of
from components.annotation_validator.previous import find_previous
from components.annotation_validator.runner import run_checks
from components.annotations.files.fetch import load_annotations
from components.annotations.records.record import Annotations
from components.storage.root import Root
from foundation.processes import child_environment
from pipeline.checks import make_inspection, with_looks
from pipeline.config import Config
from pipeline.pushed_classes import served_classes
from pipeline.review.clips import Answer, Catalogue, make_catalogue
from pipeline.runs.book import Book
from pipeline.runs.measured import MeasuredRun, read_measured
from pipeline.runs.record import RunRecord

_EVALUATION = "Evaluator.evaluation"


@dataclass(frozen=True)
class Tested:
    """The run whose answers are shown, and what it has measured."""

    record: RunRecord
    measured: MeasuredRun

    def answers(self) -> dict[str, Answer]:
        """What its model took test clips for, by segment id; of a segment with several clips, a missed one.

        Where clips have several labels nothing is shown: no class is the one that a clip was taken for.
        """
        if self.measured.measured.candidate.has_several_labels:
            return {}
        segments, misses = self.measured.segments or {}, self.measured.misses or {}
        chosen = {
            clip_id.partition("-")[0]: taken for missed in misses.values() for clip_id, (taken,) in missed.items()
        }
        return {
            name: Answer(label, chosen.get(name, label))
            for name, segment in segments.items()
            for label in segment.labels
            if label in misses
        }


def find_tested(settings: Config, version: str | None, tell: Callable[[str], None]) -> Tested | None:
    """The run that pushed a version, or has a number; without one the last that has measured anything, if there is one.

    Raises:
      UserError: there is no such run or version, or what it has measured cannot be read.
    """
    book = Book(settings, tell)
    if version is not None:
        record = book.find(version)
        return Tested(record, read_measured(book.output_dir, record))
    measured = [record for record in book.records if record.figures is not None]
    return Tested(measured[-1], read_measured(book.output_dir, measured[-1])) if measured else None


def probabilities_of(settings: Config, tested: Tested) -> dict[str, Answer]:
    """What the Evaluator kept of the model's misses, with probabilities, by segment id; empty if it is gone.

    TensorFlow Model Analysis reads it, in a process of its own: that takes half a minute, and as much memory as all else.
    """
    place = tested.record.artifacts.get(_EVALUATION)
    if place is None or tested.measured.measured.candidate.has_several_labels:
        return {}
    command = [sys.executable, "-m", "pipeline.review.probabilities", str(Path(settings.output_dir, place))]
    classes = json.dumps(tested.measured.measured.candidate.classes)
    done = subprocess.run(
        command, input=classes, capture_output=True, text=True, env=child_environment(TF_CPP_MIN_LOG_LEVEL="3")
    )
    if done.returncode:
        return {}
    return {name: Answer(*answer) for name, answer in json.loads(done.stdout.splitlines()[-1]).items()}


def read_rows(settings: Config, root: Root) -> tuple[Annotations, CheckInputs]:
    """The annotations, and the clips that they name, without looking into any video.

    Raises:
      UserError: annotations or videos cannot be read.
    """
    annotations = load_annotations(settings.data, settings.beam.args)
    inspection = make_inspection(settings)
    manifest = manifest_of(annotations.records, root, inspection)
    return annotations, inputs_of(manifest, {}, inspection)


def check_all(
    settings: Config,
    root: Root,
    annotations: Annotations,
    answers: Mapping[str, Answer],
    *,
    frames: bool,
    progress: Callable[[str], OnVideo],
) -> Catalogue:
    """The catalogue with what `clipgate check` would find.

    Raises:
      UserError: see `look`.
    """
    inspection = make_inspection(settings).model_copy(update={"served_classes": served_classes(settings)})
    inputs = look(
        annotations.records,
        inspection,
        root,
        progress=progress,
        frames=frames,
        assumptions=annotations.assumptions,
        previous=find_previous(settings.data, settings.checks),
        beam_args=settings.beam.args,
    )
    inputs = with_looks(inputs, settings.checks, progress)
    return make_catalogue(inputs, answers, run_checks(inputs, settings.checks))
