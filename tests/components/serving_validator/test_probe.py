"""What the probe measures on good and on bad exports."""

import re
from pathlib import Path

import pytest

from components.serving_validator.probe import measure
from components.serving_validator.process import ProbeJob, ProbeStoppedError, run_probe
from components.serving_validator.rules import (
    Measurement,
    ServingFinding,
    ServingValidationConfig,
    ServingVerdict,
    judge,
)
from components.serving_validator.warmup import read_warmup
from tests.components.serving_validator.exports import save_export, write_clips

STREAMS = ("stream_init", "stream_step")


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clips(tmp_path_factory.mktemp("examples") / "Split-test", num_clips=3)


def job_on(model_dir: Path, examples: Path) -> ProbeJob:
    return ProbeJob(str(model_dir), str(examples), num_requests=3, model_name="pose")


def verdict_on(model_dir: Path, examples: Path) -> ServingVerdict:
    """The verdict on what is measured in this very process."""
    found = measure(job_on(model_dir, examples))
    return judge(ServingValidationConfig(), tuple(one for one in found if isinstance(one, Measurement)))


def failures(verdict: ServingVerdict) -> dict[str, ServingFinding]:
    return {finding.id: finding for finding in verdict.failures}


def test_a_good_export_passes_every_check_and_gets_a_warm_up_request_for_each_signature(
    tmp_path: Path, examples: Path
) -> None:
    verdict = verdict_on(save_export(tmp_path), examples)
    assert not [finding.sentence() for finding in verdict.failures]
    assert verdict.passed
    measured = {finding.id for finding in verdict.findings}
    for signature in ("serving_default", "predict_jpeg", "predict_frames", "stream_step"):
        assert {f"parity/{signature}", f"latency/{signature}, 1 clip", f"latency/{signature}, 8 clips"} <= measured
        assert any(name.startswith(f"bad_request/{signature}, ") for name in measured)
    # A thousand, or as many as this machine answers in a few seconds.
    assert any(re.fullmatch(r"memory/a request of \d+ clips", name) for name in measured)
    warmup = read_warmup(tmp_path)
    assert set(warmup) == {"serving_default", "predict_jpeg", "predict_frames", *STREAMS}
    assert warmup["predict_jpeg"]["frames"].shape == (1, 4)
    assert warmup["predict_jpeg"]["frames"][0, 0].startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("fault", "finding", "words"),
    [
        ("other weights", "parity/predict_jpeg", "bar at most 1e-05"),
        ("other classes", "parity/predict_jpeg", "classes are"),
        ("not finite", "bad_request/predict_jpeg, zero frames", "not finite"),
    ],
)
def test_an_export_with_a_fault_fails_and_the_finding_names_it(
    tmp_path: Path, examples: Path, fault: str, finding: str, words: str
) -> None:
    failed = failures(verdict_on(save_export(tmp_path, fault=fault, without=STREAMS), examples))
    assert words in failed[finding].sentence()
    if fault == "other weights":
        assert {name for name in failed if "predict_jpeg" not in name} == set()


def test_with_several_labels_probabilities_need_not_add_up_to_one(tmp_path: Path, examples: Path) -> None:
    verdict = verdict_on(save_export(tmp_path, several=True), examples)
    assert not [finding.sentence() for finding in verdict.failures]


@pytest.mark.parametrize(
    ("fault", "finding", "words"),
    [
        ("other choice", "parity/predict_jpeg", "chosen are not the classes whose probability reaches the threshold"),
        ("other thresholds", "parity/evaluate", "thresholds are"),
    ],
)
def test_labels_that_do_not_follow_from_the_card_are_a_fault(
    tmp_path: Path, examples: Path, fault: str, finding: str, words: str
) -> None:
    failed = failures(verdict_on(save_export(tmp_path, fault=fault, without=STREAMS, several=True), examples))
    assert words in failed[finding].sentence()


@pytest.mark.parametrize("missing", ["predict_jpeg", "stream_init"])
def test_a_missing_signature_is_named(tmp_path: Path, examples: Path, missing: str) -> None:
    (found,) = verdict_on(save_export(tmp_path, without=(missing,)), examples).failures
    assert found.sentence() == f"signatures: 1 missing, bar at most 0 missing ({missing})"


def test_a_damaged_file_is_an_export_that_does_not_load(tmp_path: Path, examples: Path) -> None:
    path = save_export(tmp_path, without=STREAMS) / "saved_model.pb"
    path.write_bytes(path.read_bytes()[:1000])
    (found,) = verdict_on(tmp_path, examples).failures
    assert found.check == "load" and found.value is None and found.detail


def test_an_export_that_never_answers_is_stopped_and_the_request_is_named(tmp_path: Path, examples: Path) -> None:
    model_dir = save_export(tmp_path, fault="endless", without=STREAMS)
    with pytest.raises(ProbeStoppedError, match=r"no answer in 10 s \(predict_frames: an empty batch\)"):
        run_probe(job_on(model_dir, examples), time_limit_seconds=10)
