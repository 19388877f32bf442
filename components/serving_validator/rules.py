"""The checks that an export must pass before it is pushed. Pure: measurements in, findings out."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import Field, model_validator

from foundation.section import Section

SERVING_FILE = "serving.json"

LOAD, SIGNATURES, PARITY, BAD_REQUEST, LATENCY, MEMORY, WARMUP, SIZE, PROCESS, CONTAINER = (
    "load", "signatures", "parity", "bad_request", "latency", "memory", "warmup", "size", "process", "container",
)  # fmt: skip

# Results of a bad request.
ERROR, ANSWER, NOT_FINITE = "error", "answer", "not finite"

ONE_CLIP = "1 clip"

TIMED_SIGNATURES = (
    "serving_default",
    "predict_jpeg",
    "predict_frames",
    "predict_jpeg_with_metadata",
    "predict_frames_with_metadata",
    "stream_step",
)

Value = float | str | None


class ServingValidationConfig(Section):
    """Settings for the requests to the exported model before it is pushed, and bars for its answers."""

    num_requests: int = Field(8, ge=1, le=1000, description="test clips that each signature is asked about")
    tolerance: float = Field(1e-5, gt=0, lt=1, description="largest difference from what the Evaluator saw")
    max_latency_milliseconds: float | dict[str, float] | None = Field(
        None, description="of a request of one clip, 95th percentile; for all signatures, or by signature"
    )
    max_model_megabytes: float | None = Field(None, gt=0, description="size of the export on disk")
    max_memory_megabytes: float | None = Field(None, gt=0, description="memory that a request of many clips adds")
    time_limit_seconds: float = Field(300, gt=0, description="for loading, and for each request")
    docker_image: str | None = Field(
        None,
        min_length=1,
        description="image of TensorFlow Serving, to be asked too, such as tensorflow/serving:2.16.1",
    )

    @model_validator(mode="after")
    def _latency_is_of_a_signature(self) -> "ServingValidationConfig":
        bars = self.max_latency_milliseconds
        for signature, bar in bars.items() if isinstance(bars, dict) else {"": bars}.items():
            if signature and signature not in TIMED_SIGNATURES:
                raise ValueError(
                    f"max_latency_milliseconds names {signature}; the signatures are {', '.join(TIMED_SIGNATURES)}"
                )
            if bar is not None and bar <= 0:
                raise ValueError(f"max_latency_milliseconds must be greater than 0; found {bar:g}")
        return self

    def latency_bar(self, signature: str) -> float | None:
        """The bar for a request of one clip, in milliseconds."""
        bars = self.max_latency_milliseconds
        return bars.get(signature) if isinstance(bars, dict) else bars


class Measurement(NamedTuple):
    """The result of trying one thing on a `subject`. `value` None: it failed, and `detail` says why."""

    check: str
    subject: str
    value: Value
    detail: str = ""


class ServingFinding(NamedTuple):
    """A measurement and its verdict. `bar` None: every value is good enough."""

    check: str
    subject: str
    value: Value
    bar: Value
    passed: bool
    detail: str = ""

    @property
    def id(self) -> str:
        return f"{self.check}/{self.subject}" if self.subject else self.check

    @property
    def name(self) -> str:
        """The thing that was tried, for people."""
        return f"{_RULES[self.check].name} {self.subject}".strip()

    def sentence(self) -> str:
        """The finding for people: name, value, bar."""
        text = f"{self.name}: {self.shown(self.value)}"
        if self.bar is not None:
            text += f", bar {'' if isinstance(self.bar, str) else 'at most '}{self.shown(self.bar)}"
        return f"{text} ({self.detail})" if self.detail else text

    def shown(self, value: Value) -> str:
        """`value` with its unit."""
        if value is None:
            return "failed"
        if isinstance(value, str):
            return value
        return f"{value:.4g} {_RULES[self.check].unit}".strip()


class ServingVerdict(NamedTuple):
    """All findings on one export, which may be pushed if each of them passed."""

    findings: tuple[ServingFinding, ...] = ()

    @property
    def passed(self) -> bool:
        return bool(self.findings) and not self.failures

    @property
    def failures(self) -> tuple[ServingFinding, ...]:
        return tuple(finding for finding in self.findings if not finding.passed)

    def as_json(self) -> dict[str, Any]:
        findings = [{"id": f.id, **f._asdict(), "sentence": f.sentence()} for f in self.findings]
        return {"passed": self.passed, "findings": findings}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "ServingVerdict":
        names = ServingFinding._fields
        return ServingVerdict(tuple(ServingFinding(**{name: f[name] for name in names}) for f in value["findings"]))


class _Rule(NamedTuple):
    name: str
    unit: str


_RULES = {
    LOAD: _Rule("loading with", "s"),
    SIGNATURES: _Rule("signatures", "missing"),
    PARITY: _Rule("difference from the evaluation in", ""),
    BAD_REQUEST: _Rule("bad request to", ""),
    LATENCY: _Rule("latency of", "ms"),
    MEMORY: _Rule("memory for", "MB"),
    WARMUP: _Rule("warm-up requests", "answered"),
    SIZE: _Rule("size on disk", "MB"),
    PROCESS: _Rule("the process that asks the model", ""),
    CONTAINER: _Rule("TensorFlow Serving in a container", "requests answered"),
}


def judge(config: ServingValidationConfig, measurements: tuple[Measurement, ...]) -> ServingVerdict:
    return ServingVerdict(tuple(_judge(config, measurement) for measurement in measurements))


def _judge(config: ServingValidationConfig, measurement: Measurement) -> ServingFinding:
    check, subject, value, detail = measurement
    bar = _bar(config, measurement)
    if check == BAD_REQUEST:
        passed = value in (ERROR, ANSWER)
    elif check == PROCESS or value is None or isinstance(value, str):
        passed = False
    else:
        passed = not isinstance(bar, float) or value <= bar  # a NaN fails
    return ServingFinding(check, subject, value, bar, passed, detail)


def _bar(config: ServingValidationConfig, measurement: Measurement) -> Value:
    if measurement.check == LATENCY:
        signature, _, batch = measurement.subject.partition(", ")
        return config.latency_bar(signature) if batch == ONE_CLIP else None
    bars: dict[str, Value] = {
        SIGNATURES: 0.0,
        PARITY: config.tolerance,
        BAD_REQUEST: "an error or a finite answer",
        MEMORY: config.max_memory_megabytes,
        SIZE: config.max_model_megabytes,
    }
    return bars.get(measurement.check)
