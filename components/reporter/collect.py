"""Reads the files of a run's artifacts into ReportData."""

import json
from pathlib import Path

import numpy as np
from tensorflow_metadata.proto.v0 import anomalies_pb2

from components.annotation_validator.findings import FINDINGS_FILE, PAGE_FILE
from components.annotation_validator.findings import Finding as DataFinding
from components.annotations.splits.config import FOLD_SPLITS, SPLITS
from components.evaluator.results import (
    CANDIDATE,
    read_confusion_matrix,
    read_mean_ious,
    read_misses,
    read_overall,
    read_reliability,
    read_slices,
)
from components.model_gate.measurements import GATE_FILE, Measurements
from components.model_gate.verdict import Verdict
from components.model_gate.weighing import Evidence, weigh
from components.reporter.data import (
    Anomaly,
    Inspected,
    Push,
    ReportData,
    make_account,
    make_history,
    make_split_table,
    rank_groups,
)
from components.reporter.frames import read_strips
from components.reporter.misses import NUM_SHOWN, missed_clips
from components.reporter.quality import Quality, slice_tables
from components.serving_validator.rules import SERVING_FILE, ServingVerdict
from components.video_example_gen.ledger import REJECTED_FILE, Entries, read_summary
from foundation.evidence import mean_interval
from foundation.statistics import Interval
from models import features
from models.training.history import HISTORY_FILE
from models.worth import read_worth

_ANOMALIES_FILE = "SchemaDiff.pb"


def collect(
    *,
    name: str,
    push: Push | None,
    examples: Path,
    ledger: Path,
    annotation_report: Path,
    anomalies: Path,
    model_run: Path,
    evaluation: Path,
    gate_report: Path,
    train_evaluation: Path | None,
    serving_report: Path,
) -> ReportData:
    """Read the data of the page from the folders of these artifacts."""
    gate = json.loads((gate_report / GATE_FILE).read_text())
    measured = Measurements.from_json(gate)
    classes = measured.candidate.classes
    evidence = weigh(measured)
    summary = read_summary(ledger)
    asked = FOLD_SPLITS if measured.num_folds else ("test",)
    labels = {label for split in asked for label in summary["splits"].get(split, {}).get("clips_by_label", {})}
    found_anomalies = read_anomalies(anomalies)
    findings = json.loads((annotation_report / FINDINGS_FILE).read_text())["findings"]
    evaluation_uri, train_uri = str(evaluation), str(train_evaluation) if train_evaluation else None
    slices = read_slices(evaluation_uri, CANDIDATE)
    misses = read_misses(evaluation_uri, CANDIDATE, classes)
    missed_ids = {
        miss.segment_id
        for found in misses.values()
        for listed in (found.misses, found.false_alarms)
        for miss in listed[:NUM_SHOWN]
    }
    return ReportData(
        name=name,
        push=push,
        verdict=Verdict.from_json(gate),
        matrix=measured.candidate,
        has_baseline=gate["baseline_uri"] is not None and not measured.not_compared,
        history=make_history(json.loads((model_run / HISTORY_FILE).read_text())),
        strips=read_strips(examples, asked, features.LABEL, labels),
        misses=missed_clips(
            misses,
            read_strips(examples, asked, features.SEGMENT_ID, missed_ids),
            classes,
            measured.candidate.mean_recall,
            has_several_labels=measured.candidate.has_several_labels,
        ),
        splits=make_split_table(summary, classes),
        inspected=Inspected(tuple(map(DataFinding.from_json, findings)), str(annotation_report / PAGE_FILE)),
        account=make_account(summary, Entries(ledger / REJECTED_FILE)),
        validated_splits=tuple(found_anomalies),
        anomalies=tuple(anomaly for split in found_anomalies.values() for anomaly in split),
        groups=rank_groups(slices),
        mean_ious=read_mean_ious(evaluation_uri, CANDIDATE),
        quality=Quality(
            confidence=gate["confidence"],
            evidence=evidence,
            mean_recall_interval=_mean_recall_interval(measured, evidence, gate["confidence"]),
            reliability=tuple(read_reliability(evaluation_uri, CANDIDATE)),
            overall=read_overall(evaluation_uri, CANDIDATE),
            train_overall=read_overall(train_uri, CANDIDATE) if train_uri else {},
            train_matrix=read_confusion_matrix(train_uri, CANDIDATE, classes) if train_uri else None,
            slices=slice_tables(slices),
            thresholds=measured.thresholds,
            average_precisions=measured.average_precisions,
            calibration_errors=measured.calibration_errors,
        ),
        num_folds=measured.num_folds,
        not_compared=measured.not_compared,
        worth=read_worth(model_run),
        serving=ServingVerdict.from_json(json.loads((serving_report / SERVING_FILE).read_text())),
    )


def _mean_recall_interval(measured: Measurements, evidence: Evidence | None, confidence: float) -> Interval | None:
    if measured.groups is None or evidence is None:
        return None
    hits, trials = measured.groups.matrices(measured.candidate.classes)
    return mean_interval(hits.astype(np.float64), trials.astype(np.float64), confidence, evidence.accuracy.share)


def read_anomalies(folder: Path) -> dict[str, list[Anomaly]]:
    """The anomalies that ExampleValidator found, by split; an empty list if the data fit the schema."""
    files = {split: folder / f"Split-{split}" / _ANOMALIES_FILE for split in SPLITS}
    return {
        split: _anomalies(split, anomalies_pb2.Anomalies.FromString(path.read_bytes()))
        for split, path in files.items()
        if path.exists()
    }


def _anomalies(split: str, message: anomalies_pb2.Anomalies) -> list[Anomaly]:
    infos = dict(message.anomaly_info)
    if message.HasField("dataset_anomaly_info"):
        infos[""] = message.dataset_anomaly_info
    found = []
    for feature, info in sorted(infos.items()):
        severity = anomalies_pb2.AnomalyInfo.Severity.Name(info.severity).lower()
        found.append(Anomaly(split, feature, severity, info.short_description, info.description))
    if message.data_missing:
        found.append(Anomaly(split, "", "error", "No data", "The split holds no Example."))
    return found
