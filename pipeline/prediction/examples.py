"""Predictions for stored Examples, by Beam, in memory that does not depend on their number."""

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf
from apache_beam.options.pipeline_options import PipelineOptions
from google.protobuf.message import DecodeError

from components.storage.root import is_remote
from foundation.messages.errors import UserError
from models import features
from models.export_info import ExportInfo
from models.labelling import Labelling
from pipeline.beam.config import BeamConfig
from pipeline.beam.failures import engine_failures_explained
from pipeline.beam.options import beam_args
from pipeline.prediction.cells import text_cell
from pipeline.prediction.classifier import BATCH_SIZE
from pipeline.prediction.model import find_model, use_model
from pipeline.prediction.record_files import read_records
from pipeline.prediction.thresholds import Thresholds, choose_labelling, require_several

COLUMNS = ("segment_id", "video_id", "start_seconds", "end_seconds", "label", "score", "reason", "message")
FORMATS = (".csv", ".jsonl")
LABELS = "labels"  # of a clip that may have several, with their scores
_INVALID = "no Example, or one without as many JPEG frames as the model was trained on"
_BROKEN_NAME = "broken"
_BROKEN = beam.metrics.Metrics.counter("clipgate", _BROKEN_NAME)

Row = dict[str, Any]


class Predict(beam.DoFn):
    """Turns lists of serialized Examples into rows."""

    def __init__(self, version: str, labelling: Labelling) -> None:
        self._version = version
        self._labelling = labelling

    def setup(self) -> None:
        self._model = tf.saved_model.load(self._version)

    def process(self, batch: Sequence[bytes]) -> Iterator[Row]:
        """Yield a row for each Example; an Example that the model refuses has a reason, and the others have their answers."""
        try:
            outputs = self._model.signatures["serving_default"](examples=tf.constant(list(batch)))
        except tf.errors.InvalidArgumentError:
            if len(batch) == 1:
                yield {**_identity(batch[0]), "reason": "example_invalid", "message": _INVALID}
                return
            for record in batch:
                yield from self.process([record])
            return
        for record, probabilities in zip(batch, outputs["probabilities"].numpy().tolist(), strict=True):
            yield {**_identity(record), **answer(probabilities, self._labelling)}


def answer(probabilities: Sequence[float], labelling: Labelling) -> Row:
    """The most probable class of a clip, its score, all probabilities, and of several labels those that it has."""
    scores = dict(zip(labelling.classes, probabilities, strict=True))
    best = max(scores, key=scores.__getitem__)
    labels = {LABELS: {label: scores[label] for label in labelling.labels(probabilities)}}
    return {"label": best, "score": scores[best], **(labels if labelling.has_several else {}), "probabilities": scores}


def predict_examples(pattern: str, model: Path, output: Path, thresholds: Thresholds, settings: BeamConfig) -> int:
    """Write what is said of each Example of the TFRecord files that match, in any order; return how many have a reason.

    Where `settings` name an engine, its workers have to see the files, the model and the folder of the table.

    Raises:
      UserError: no file matches, one is no TFRecord file, the table cannot be written, or the model has no such thresholds.
      MachineError: an engine did not come to the end.
    """
    _choose(find_model(model)[1], thresholds)
    if output.suffix not in FORMATS:
        raise UserError(f"--output: {output} has to end in {' or '.join(FORMATS)}, which says what is written")
    files = [pattern] if Path(pattern).is_file() else sorted(tf.io.gfile.glob(pattern))
    if not files:
        raise UserError(f"--examples: no file matches {pattern}")
    # Workers elsewhere are in another folder.
    files = [file if is_remote(file) else str(Path(file).absolute()) for file in files]
    options = beam_args(settings)

    def write(version: Path, info: ExportInfo) -> int:
        return _predict_files(files, version, _choose(info, thresholds), pattern, output, options)

    with engine_failures_explained(settings):
        return use_model(model, write)


def _choose(info: ExportInfo, thresholds: Thresholds) -> Labelling:
    labelling = choose_labelling(Labelling.of(info), thresholds)
    require_several(labelling, thresholds)
    return labelling


def _predict_files(
    files: Sequence[str], version: Path, labelling: Labelling, pattern: str, output: Path, options: Sequence[str]
) -> int:
    header = _csv_line([*COLUMNS, *(f"p_{label}" for label in labelling.classes)]) if output.suffix == ".csv" else None
    write = as_csv if output.suffix == ".csv" else as_json
    pipeline = beam.Pipeline(options=PipelineOptions(list(options)))
    rows = (
        pipeline
        | "Files" >> beam.Create(files)
        | "Examples" >> beam.FlatMap(read_records)
        | "Batches" >> beam.BatchElements(min_batch_size=1, max_batch_size=BATCH_SIZE)
        | "Predict" >> beam.ParDo(Predict(str(version.absolute()), labelling))
    )
    _ = rows | "Count" >> beam.Map(lambda row: _BROKEN.inc() if row.get("reason") else None)
    lines = rows | "Lines" >> beam.Map(write, classes=labelling.classes)
    try:
        # Beam leaves a folder behind when it is stopped.
        with tempfile.TemporaryDirectory(prefix=".partial_", dir=output.absolute().parent) as folder:
            partial = Path(folder, output.name)
            _ = lines | "Write" >> beam.io.WriteToText(
                str(partial), num_shards=1, shard_name_template="", header=header
            )
            result = pipeline.run()
            result.wait_until_finish()
            partial.replace(output)
    except OSError as error:
        raise UserError(f"--output: {output} cannot be written: {error.strerror}") from error
    except (RuntimeError, ValueError) as error:
        if "TFRecord" not in str(error):
            raise
        raise UserError(f"--examples: {pattern}: a file is damaged or no TFRecord file") from error
    counters = result.metrics().query(beam.metrics.MetricsFilter().with_name(_BROKEN_NAME))["counters"]
    # Of an engine's counters only attempts are known, which are those of its last one.
    return sum(counter.result or 0 for counter in counters)


def _identity(record: bytes) -> Row:
    """The columns that name an Example; empty where the bytes are none."""
    try:
        found = tf.train.Example.FromString(record).features.feature
    except DecodeError:
        return {}
    row: Row = {}
    for name in (features.SEGMENT_ID, features.VIDEO_ID):
        if texts := found[name].bytes_list.value:
            row[name] = texts[0].decode("utf-8", "replace")
    for name in (features.START_SECONDS, features.END_SECONDS):
        if numbers := found[name].float_list.value:
            row[name] = round(numbers[0], 3)
    return row


def as_json(row: Row, classes: Sequence[str]) -> str:
    return json.dumps(row, ensure_ascii=False)


def as_csv(row: Row, classes: Sequence[str]) -> str:
    """The lines of an Example: of one that may have several labels a line for each, or one that says that it has none."""
    return "\n".join(_as_csv(each, classes) for each in _rows_of_labels(row))


def _rows_of_labels(row: Row) -> list[Row]:
    if LABELS not in row:
        return [row]
    nothing = {"reason": "no_action", "message": f"none was found; the best is {row['label']} with {row['score']:.3f}"}
    found = [{"label": label, "score": score} for label, score in row[LABELS].items()]
    return [{**row, **said} for said in found or [{"label": "", "score": "", **nothing}]]


def _as_csv(row: Row, classes: Sequence[str]) -> str:
    probabilities = row.get("probabilities", {})
    values = [row.get(name, "") for name in COLUMNS]
    texts = [text_cell(value) if isinstance(value, str) else value for value in values]
    return _csv_line([*texts, *(probabilities.get(label, "") for label in classes)])


def _csv_line(values: Sequence[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="").writerow(values)
    return buffer.getvalue()
