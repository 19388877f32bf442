"""From measurements to a verdict."""

import pytest
from pydantic import ValidationError

from components.serving_validator.rules import (
    BAD_REQUEST,
    LATENCY,
    LOAD,
    MEMORY,
    PARITY,
    PROCESS,
    SIGNATURES,
    SIZE,
    Measurement,
    ServingValidationConfig,
    ServingVerdict,
    Value,
    judge,
)


def verdict_on(check: str, subject: str, value: Value, **config: object) -> ServingVerdict:
    measurement = Measurement(check, subject, value, "detail")
    return judge(ServingValidationConfig.model_validate(config), (measurement,))


@pytest.mark.parametrize(
    ("check", "subject", "value"),
    [
        (LOAD, "a session", 3.0),
        (SIGNATURES, "", 0),
        (PARITY, "predict_jpeg", 1e-5),
        (BAD_REQUEST, "predict_jpeg, no image", "error"),
        (BAD_REQUEST, "predict_jpeg, an empty batch", "answer"),
        (LATENCY, "predict_jpeg, 1 clip", 5000.0),
        (SIZE, "", 1e6),
    ],
)
def test_what_has_no_bar_or_keeps_within_it_passes(check: str, subject: str, value: Value) -> None:
    assert verdict_on(check, subject, value).passed


@pytest.mark.parametrize(
    ("check", "subject", "value"),
    [
        (LOAD, "a session", None),
        (SIGNATURES, "", 1),
        (PARITY, "predict_jpeg", 1.1e-5),
        (PARITY, "predict_jpeg", None),
        (BAD_REQUEST, "predict_jpeg, no image", "not finite"),
        (BAD_REQUEST, "predict_jpeg, no image", "SystemError"),
        (MEMORY, "a request of 1000 clips", None),
        (PROCESS, "", "ended with status -11"),
    ],
)
def test_what_failed_or_is_above_its_bar_does_not(check: str, subject: str, value: Value) -> None:
    assert not verdict_on(check, subject, value).passed


@pytest.mark.parametrize(
    ("check", "subject", "config"),
    [
        (LATENCY, "predict_jpeg, 1 clip", {"max_latency_milliseconds": 9.5}),
        (LATENCY, "predict_jpeg, 1 clip", {"max_latency_milliseconds": {"predict_jpeg": 9.5}}),
        (MEMORY, "a request of 1000 clips", {"max_memory_megabytes": 9.5}),
        (SIZE, "", {"max_model_megabytes": 9.5}),
    ],
)
def test_a_bar_of_the_configuration_is_the_largest_value_that_passes(
    check: str, subject: str, config: dict[str, object]
) -> None:
    assert verdict_on(check, subject, 9.5, **config).passed
    assert not verdict_on(check, subject, 9.6, **config).passed


@pytest.mark.parametrize(
    ("subject", "bars"), [("predict_jpeg, 8 clips", 1), ("predict_jpeg, 1 clip", {"predict_frames": 1})]
)
def test_a_latency_bar_holds_for_one_clip_and_the_signatures_it_names(subject: str, bars: object) -> None:
    assert verdict_on(LATENCY, subject, 50.0, max_latency_milliseconds=bars).passed


def test_without_any_measurement_nothing_is_blessed() -> None:
    assert not judge(ServingValidationConfig(), ()).passed


def test_a_finding_says_what_was_tried_the_value_and_the_bar() -> None:
    (finding,) = verdict_on(LATENCY, "predict_jpeg, 1 clip", 62.04, max_latency_milliseconds=50).findings
    assert finding.sentence() == "latency of predict_jpeg, 1 clip: 62.04 ms, bar at most 50 ms (detail)"
    (finding,) = verdict_on(LOAD, "a session", None).findings
    assert finding.sentence() == "loading with a session: failed (detail)"


def test_a_verdict_survives_json() -> None:
    verdict = verdict_on(PARITY, "predict_jpeg", 0.25)
    assert ServingVerdict.from_json(verdict.as_json()) == verdict
    (finding,) = verdict.as_json()["findings"]
    assert finding["id"] == "parity/predict_jpeg"
    assert finding["sentence"] == verdict.findings[0].sentence()


@pytest.mark.parametrize(
    ("bars", "message"),
    [
        ({"predict_jpg": 5}, "names predict_jpg; the signatures are"),
        (0, "greater than 0"),
        ({"predict_jpeg": -1}, "-1"),
    ],
)
def test_an_impossible_latency_bar_is_told(bars: object, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ServingValidationConfig.model_validate({"max_latency_milliseconds": bars})
