"""Tries an exported model in a process of its own, without anything of its training in memory.

`python -m components.serving_validator.probe EVENTS_FD JOB` writes one JSON object a line to the file descriptor: a step
before each thing that may take long, crash or never end, and a measurement after it.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf

from components.serving_validator import requests
from components.serving_validator.memory import PeakMemory
from components.serving_validator.process import ProbeJob
from components.serving_validator.rules import (
    ANSWER,
    BAD_REQUEST,
    ERROR,
    LATENCY,
    LOAD,
    MEMORY,
    NOT_FINITE,
    ONE_CLIP,
    PARITY,
    SIGNATURES,
    WARMUP,
    Measurement,
)
from components.serving_validator.served import AskedModel, LoadedModel, ServedModel, Tensors
from components.serving_validator.warmup import read_warmup, write_warmup
from models.config import ModelConfig
from models.export_info import read_export_info
from models.heads import best_of_heads
from models.labelling import Labelling

BATCH = 8
_BATCH_REQUESTS = 4
_MANY_CLIPS = 1000
_FEWEST_MANY_CLIPS = 3 * BATCH
_SECONDS_FOR_MANY_CLIPS = 3.0
_LONGEST_DETAIL = 200  # characters


class Step(NamedTuple):
    """The next thing to try, named for people; `total`: the number of all steps, once it is known."""

    name: str
    total: int | None = None


def measure(job: ProbeJob) -> Iterator[Step | Measurement]:
    """Load the export in both ways and try every signature; end early if there is nothing to try."""
    model_dir = Path(job.model_dir)
    models: list[Any] = []
    for name, load in (("a session, as TensorFlow Serving has it", ServedModel), ("tf.saved_model.load", LoadedModel)):
        yield Step(f"loading with {name}")
        started = time.monotonic()
        try:
            models.append(load(model_dir))
        except Exception as error:  # a foreign file may cause any error
            yield Measurement(LOAD, name, None, describe(error))
            return
        yield Measurement(LOAD, name, time.monotonic() - started)
    served, loaded = models
    streams = bool({requests.STREAM_INIT, requests.STREAM_STEP} & served.signatures.keys())
    info = read_export_info(model_dir)
    card = info.numbers_card
    clients = [*requests.client_signatures(card), *([requests.STREAM_STEP] if streams else [])]
    needed = ["evaluate", *clients, *([requests.STREAM_INIT] if streams else [])]
    missing = [name for name in needed if name not in served.signatures]
    yield Measurement(SIGNATURES, "", len(missing), ", ".join(missing))
    if missing:
        return
    yield Step("what the Evaluator saw")
    clips = requests.read_clips(Path(job.examples), job.num_requests, card)
    config, labelling = ModelConfig.model_validate(info.model), Labelling.of(info)
    try:
        if card.inputs:
            told = {name: [requests.as_told(name, clip, card) for clip in clips] for name in clients}
            expected = {name: _expected(loaded, of_signature, labelling) for name, of_signature in told.items()}
        else:
            expected = dict.fromkeys(clients, _expected(loaded, clips, labelling))
    except Exception as error:
        yield Measurement(PARITY, "evaluate", None, describe(error))
        return
    probe = Probe(job, served, loaded, clips, expected, config, labelling)
    steps = probe.steps(clients, streams=streams)
    for step, run in steps:
        yield Step(step, len(steps))
        yield from run()


def _expected(loaded: AskedModel, clips: Sequence[requests.StoredClip], labelling: Labelling) -> Tensors:
    """What the Evaluator saw, and a tracker's boxes, which it did not see: float arrays [clips, ...].

    Raises:
      ValueError: the Evaluator saw other thresholds than the card has.
    """
    seen = loaded("evaluate", requests.request("evaluate", clips))
    answer = loaded("serving_default", requests.request("serving_default", clips))
    others = {name: answer[name] for name in answer if answer[name].dtype.kind in "fi"}
    if not labelling.has_several:
        return {**others, "probabilities": seen["probabilities"]}
    if labelling.heads:
        thresholds = best_of_heads(seen["probabilities"], labelling.heads)
    else:
        thresholds = np.tile(np.array(labelling.thresholds, np.float32), (len(clips), 1))
    if not np.array_equal(seen["thresholds"], thresholds):
        raise ValueError(f"thresholds are {seen['thresholds'][:1].tolist()}, the card's {thresholds[:1].tolist()}")
    return {**others, "probabilities": seen["probabilities"], "thresholds": thresholds}


@dataclass
class Probe:
    """Tries a model that could be loaded.

    `expected`: by signature, right answers for `clips` to what a request can say of them, float arrays [clips, ...].
    """

    job: ProbeJob
    served: AskedModel
    loaded: AskedModel
    clips: Sequence[requests.StoredClip]
    expected: Mapping[str, Tensors]
    config: ModelConfig
    labelling: Labelling

    def __post_init__(self) -> None:
        self._labels = [label.encode() for label in self.labelling.classes]
        # Frames of one request have one size; clips of other sizes are asked one by one only.
        shape = self.clips[0].frames.shape
        self._alike = [i for i, clip in enumerate(self.clips) if clip.frames.shape == shape]
        self._batch = [self._alike[i % len(self._alike)] for i in range(BATCH)]
        self._clips_per_second = float("inf")

    def steps(self, signatures: Sequence[str], *, streams: bool) -> list[tuple[str, Callable[[], list[Measurement]]]]:
        """Everything to do, in this order, each with a name for people."""

        def step(name: str, run: Callable[..., list[Measurement]], *arguments: Any) -> Any:
            return name, lambda: run(*arguments)

        steps = [step(f"{name}: real clips", self._real, name) for name in signatures]
        steps += [step(f"{name}: tf.saved_model.load", self._in_python, name) for name in signatures]
        for name in signatures:
            for problem, inputs in requests.bad_requests(name, self.clips[0]).items():
                steps.append(step(f"{name}: {problem}", self._bad, f"{name}, {problem}", name, inputs))
        steps += [step(f"{name}: a real clip after the bad requests", self._after, name) for name in signatures]
        steps.append(step("predict_frames: many clips", self._many))
        steps.append(step("warm-up requests", self._warm_up, signatures, streams))
        return steps

    def _real(self, signature: str) -> list[Measurement]:
        """Ask about clips one by one, and about several at once, and compare answers and times."""
        singles = [[i] for i in range(len(self.clips))]
        batches = [self._batch] * _BATCH_REQUESTS
        try:
            (difference, first), *_ = self._timed(signature, singles[:1])  # with the work that is done only once
            one, many = self._timed(signature, singles), self._timed(signature, batches)
        except Exception as error:
            return [Measurement(PARITY, signature, None, describe(error))]
        differences = [difference, *(difference for difference, _ in (*one, *many))]
        if signature == "predict_frames":
            self._clips_per_second = BATCH / float(np.median([seconds for _, seconds in many]))
        return [
            Measurement(PARITY, signature, max(differences), f"{len(self.clips)} clips"),
            _latency(f"{signature}, {ONE_CLIP}", one, f", first request {1000 * first:.0f} ms"),
            _latency(f"{signature}, {BATCH} clips", many),
        ]

    def _timed(self, signature: str, batches: Sequence[Sequence[int]]) -> list[tuple[float, float]]:
        """The largest difference from the expected answer, and the seconds that the answer took, for each batch."""
        results = []
        for batch in batches:
            clips = [self.clips[i] for i in batch]
            started = time.monotonic()
            answer = requests.ask(self.served, signature, clips, self.config)
            seconds = time.monotonic() - started
            results.append((self._difference(signature, answer, batch), seconds))
        return results

    def _in_python(self, signature: str) -> list[Measurement]:
        subject = f"{signature} in Python"
        try:
            answer = requests.ask(self.loaded, signature, [self.clips[i] for i in self._alike], self.config)
            return [
                Measurement(
                    PARITY, subject, self._difference(signature, answer, self._alike), f"{len(self._alike)} clips"
                )
            ]
        except Exception as error:
            return [Measurement(PARITY, subject, None, describe(error))]

    def _bad(self, subject: str, signature: str, inputs: Tensors) -> list[Measurement]:
        try:
            state = requests.first_state(self.served, 1) if signature == requests.STREAM_STEP else {}
            answer = self.served(signature, {**inputs, **state})
        except (tf.errors.OpError, UnicodeDecodeError) as error:  # the latter: the message quotes bytes of the request
            return [Measurement(BAD_REQUEST, subject, ERROR, describe(error))]
        except Exception as error:
            return [Measurement(BAD_REQUEST, subject, type(error).__name__, describe(error))]
        return [Measurement(BAD_REQUEST, subject, ANSWER if _is_finite(answer) else NOT_FINITE)]

    def _after(self, signature: str) -> list[Measurement]:
        subject = f"{signature} after bad requests"
        try:
            ((difference, _),) = self._timed(signature, [[0]])
        except Exception as error:
            return [Measurement(PARITY, subject, None, describe(error))]
        return [Measurement(PARITY, subject, difference)]

    def _many(self) -> list[Measurement]:
        """Send as many clips as a client might send at once, or as many as can be answered in a few seconds."""
        possible = min(float(_MANY_CLIPS), self._clips_per_second * _SECONDS_FOR_MANY_CLIPS)
        num_clips = max(_FEWEST_MANY_CLIPS, int(possible))
        subject = f"a request of {num_clips} clips"
        started = time.monotonic()
        try:
            with PeakMemory() as memory:
                answer = self.served("predict_frames", requests.many_clips(num_clips))
        except Exception as error:
            return [Measurement(MEMORY, subject, None, describe(error))]
        if len(answer["probabilities"]) != num_clips or not _is_finite(answer):
            return [Measurement(MEMORY, subject, None, "the answer is incomplete or not finite")]
        detail = f"{time.monotonic() - started:.1f} s"
        if num_clips < _MANY_CLIPS:
            detail += f"; {_MANY_CLIPS} clips would have taken more than {_SECONDS_FOR_MANY_CLIPS:.0f} s"
        return [Measurement(MEMORY, subject, memory.growth_megabytes, detail)]

    def _warm_up(self, signatures: Sequence[str], streams: bool) -> list[Measurement]:
        model_dir = Path(self.job.model_dir)
        try:
            made = requests.warmup_requests(self.served, self.clips[0], signatures, streams=streams)
            write_warmup(model_dir, self.job.model_name, made)
            written = read_warmup(model_dir)
            for signature, inputs in written.items():
                self.served(signature, inputs)
        except Exception as error:
            return [Measurement(WARMUP, "", None, describe(error))]
        return [Measurement(WARMUP, "", len(written), ", ".join(written))]

    def _difference(self, signature: str, answer: Tensors, batch: Sequence[int]) -> float:
        """The largest difference of any number from the expected answers for these clips.

        Raises:
          ValueError: the answer has another shape, is not finite, or its labels do not follow from its probabilities.
        KeyError: an output is missing.
        """
        probabilities, expected = answer["probabilities"], self.expected[signature]
        wrong = 0.0
        for name in expected.keys() & answer.keys():
            right = expected[name][list(batch)]
            if answer[name].shape != right.shape:
                raise ValueError(f"{name} has the shape {list(answer[name].shape)}, not {list(right.shape)}")
            if not np.isfinite(answer[name]).all():
                raise ValueError(f"{name} is not finite")
            wrong = max(wrong, float(np.abs(answer[name] - right).max()))
        if answer["classes"].tolist() != [self._labels] * len(batch):
            raise ValueError(f"classes are {answer['classes'][:1].tolist()}, not {self._labels}")
        if answer["label"].tolist() != [self._labels[i] for i in probabilities.argmax(axis=1)]:
            raise ValueError("label is not the class with the highest probability")
        if self.labelling.has_several and not np.array_equal(answer["chosen"], probabilities >= answer["thresholds"]):
            raise ValueError("chosen are not the classes whose probability reaches the threshold")
        return wrong


def describe(error: Exception) -> str:
    """Describe an error in one line of at most 200 characters."""
    lines = str(error).strip().splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"[:_LONGEST_DETAIL]


def _latency(subject: str, timed: Sequence[tuple[float, float]], more: str = "") -> Measurement:
    milliseconds = [1000 * seconds for _, seconds in timed]
    detail = f"median {np.median(milliseconds):.4g} ms of {len(milliseconds)} requests{more}"
    return Measurement(LATENCY, subject, float(np.percentile(milliseconds, 95)), detail)


def _is_finite(answer: Tensors) -> bool:
    return all(np.isfinite(value).all() for value in answer.values() if value.dtype.kind == "f")


def main() -> None:
    events_fd, job = int(sys.argv[1]), ProbeJob(**json.loads(sys.argv[2]))
    with os.fdopen(events_fd, "w") as events:
        for event in measure(job):
            kind = "step" if isinstance(event, Step) else "measurement"
            events.write(json.dumps({kind: event._asdict()}) + "\n")
            events.flush()
        events.write(json.dumps({"end": True}) + "\n")


if __name__ == "__main__":
    main()
