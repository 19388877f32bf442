"""From the artifacts of a run to the page."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_model_analysis as tfma
from tensorflow_metadata.proto.v0 import anomalies_pb2
from tfx.types.standard_artifacts import ExampleAnomalies, Examples, ModelEvaluation, ModelRun, PushedModel

from components.annotation_validator.findings import FINDINGS_FILE, Finding, Severity
from components.artifacts import AnnotationReport, GateReport, IngestLedger, RunReport, ServingReport
from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from components.reporter.collect import read_anomalies
from components.reporter.executor import ReporterExecutor
from components.serving_validator.rules import SERVING_FILE, SIZE, Measurement, ServingValidationConfig
from components.serving_validator.rules import judge as judge_serving
from components.video.images import encode_jpeg
from components.video_example_gen.ledger import Ledger
from models import features

INPUTS = {
    "examples": Examples,
    "ledger": IngestLedger,
    "annotation_report": AnnotationReport,
    "anomalies": ExampleAnomalies,
    "model_run": ModelRun,
    "evaluation": ModelEvaluation,
    "gate_report": GateReport,
    "serving_report": ServingReport,
    "pushed_model": PushedModel,
}
NAME_OF_NO_ENCODING = "caf\udce9.mp4"  # what Python makes of the bytes b"caf\xe9.mp4"


def artifact(artifact_type: Any, folder: Path) -> Any:
    folder.mkdir(exist_ok=True)
    made = artifact_type()
    made.uri = str(folder)
    return made


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, list[Any]]:
    """A run on two groups, one class, without a push."""
    folders = {key: tmp_path / key for key in INPUTS}
    found = {key: [artifact(kind, folders[key])] for key, kind in INPUTS.items()}
    write_examples(folders["examples"])
    write_ledger(folders["ledger"])
    write_findings(folders["annotation_report"])
    write_anomalies(folders["anomalies"])
    write_history(folders["model_run"])
    write_evaluation(folders["evaluation"])
    write_gate(folders["gate_report"])
    write_serving(folders["serving_report"])
    return found


def test_the_page_of_a_run_holds_something_of_every_artifact(inputs: dict[str, list[Any]], tmp_path: Path) -> None:
    report = artifact(RunReport, tmp_path / "report")
    ReporterExecutor().Do(inputs, {"report": [report]}, {"name": "tiny run"})
    page = (tmp_path / "report" / "report.html").read_text()
    assert "✗ Not pushed" in page and "tiny run" in page
    assert "class &#39;sit&#39;: examples 2, bar at least 3" in page
    assert "size on disk: 7.5 MB, bar at most 5 MB" in page
    assert "data:image/jpeg;base64," in page and "ann.mp4" in page
    assert "video_unreadable" in page and r"caf\udce9.mp4" in page
    assert "few_groups" in page and "class &#39;sit&#39; comes from 2 groups" in page
    assert "Out-of-range values" in page
    assert "restored: epoch 1" in page
    assert page.index("bob") < page.index(">ann<")
    assert [path.name for path in (tmp_path / "report").iterdir()] == ["report.html"]


def test_a_pushed_model_is_reported_with_the_version_that_the_pusher_gave_it(
    inputs: dict[str, list[Any]], tmp_path: Path
) -> None:
    pushed = inputs["pushed_model"][0]
    pushed.set_int_custom_property("pushed", 1)
    pushed.set_string_custom_property("pushed_destination", "/models/1700000000")
    pushed.set_string_custom_property("pushed_version", "1700000000")
    report = artifact(RunReport, tmp_path / "report")
    ReporterExecutor().Do(inputs, {"report": [report]}, {"name": "tiny run"})
    page = (tmp_path / "report" / "report.html").read_text()
    assert "✓ Pushed as version 1700000000" in page and "/models/1700000000" in page


def test_a_split_that_was_not_validated_is_not_called_clean(tmp_path: Path) -> None:
    write_anomalies(tmp_path)
    found = read_anomalies(tmp_path)
    assert list(found) == ["eval", "test"]
    assert [(a.feature, a.severity, a.problem) for a in found["eval"]] == [
        ("brightness", "error", "Out-of-range values"),
        ("", "error", "No data"),
    ]
    assert found["test"] == []


def write_examples(folder: Path) -> None:
    frame = encode_jpeg(np.zeros((8, 8, 3), np.uint8), 90)
    values: dict[str, list[Any]] = {
        features.LABEL: ["sit"],
        features.VIDEO_ID: ["ann.mp4"],
        features.FRAMES: [frame],
        features.FRAME_SECONDS: [0.5],
        features.START_SECONDS: [0.0],
        features.END_SECONDS: [1.0],
    }
    (folder / "Split-test").mkdir()
    with tf.io.TFRecordWriter(str(folder / "Split-test" / "data_tfrecord-00000-of-00001.gz"), "GZIP") as writer:
        writer.write(features.make_example(values))


def write_ledger(folder: Path) -> None:
    clip = {"kind": "row", "reason": None, "clips": 1, "file": "a.csv", "label": "sit", "split": "test"}
    video = {"kind": "video", "reason": "video_unreadable", "row": None, "label": "", "value": "", "message": "damaged"}
    accepted = tuple({**clip, "row": i, "video": f"{name}.mp4", "group": name} for i, name in enumerate(("ann", "bob")))
    rejected = ({**video, "file": NAME_OF_NO_ENCODING, "video": NAME_OF_NO_ENCODING},)
    Ledger((*accepted, *rejected), num_rows=2, num_videos=3).write(folder)


def write_findings(folder: Path) -> None:
    finding = Finding("few_groups", Severity.ERROR, "class 'sit' comes from 2 groups", "Add groups.")
    (folder / FINDINGS_FILE).write_text(json.dumps({"findings": [finding.as_json()]}))


def write_anomalies(folder: Path) -> None:
    found = anomalies_pb2.Anomalies(data_missing=True)
    found.anomaly_info["brightness"].severity = anomalies_pb2.AnomalyInfo.ERROR
    found.anomaly_info["brightness"].short_description = "Out-of-range values"
    for split, message in (("eval", found), ("test", anomalies_pb2.Anomalies())):
        (folder / f"Split-{split}").mkdir()
        (folder / f"Split-{split}" / "SchemaDiff.pb").write_bytes(message.SerializeToString())


def write_history(folder: Path) -> None:
    (folder / "history.json").write_text(
        '{"loss": [1, NaN], "val_loss": [1, 2], "accuracy": [0, 1], "val_accuracy": [0, 1]}'
    )


def write_evaluation(folder: Path) -> None:
    with tf.io.TFRecordWriter(str(folder / "metrics-00000-of-00001.tfrecord")) as writer:
        for group, accuracy in (("ann", 1.0), ("bob", 0.0)):
            record = tfma.proto.metrics_for_slice_pb2.MetricsForSlice()
            record.slice_key.single_slice_keys.add(column="group", bytes_value=group.encode())
            for name, value in (("sparse_categorical_accuracy", accuracy), ("example_count", 1.0)):
                metric = record.metric_keys_and_values.add()
                metric.key.name, metric.key.model_name = name, "candidate"
                metric.value.double_value.value = value
            writer.write(record.SerializeToString())


def write_gate(folder: Path) -> None:
    matrix = ConfusionMatrix(("sit", "stand"), ((1, 1), (0, 0)))
    verdict = judge(GatesConfig(), Measurements(matrix))
    content = Measurements(matrix).as_json() | {"baseline_uri": None, "confidence": 0.95}
    (folder / "gate.json").write_text(json.dumps(verdict.as_json() | content))


def write_serving(folder: Path) -> None:
    verdict = judge_serving(ServingValidationConfig(max_model_megabytes=5), (Measurement(SIZE, "", 7.5),))
    (folder / SERVING_FILE).write_text(json.dumps(verdict.as_json()))
