"""The data stages on Flink beside the same stages here: what they make, what kills do to them, and how fast they are.

    .venv/bin/python -m benchmarks.engine [--parts stages kills rates] [--videos 384] [--repetitions 3]

Needs root on Linux, Java 17 with its compiler, and Maven. Flink and Beam's job server for it are installed in .setup/flink (see
flink.py): two nodes, which are network namespaces with a core each, a TaskManager of one slot, and a `clipgate beam-worker`.
Ends with status 1 if what the engine has made is not what is made here. Prints a table, and lines of JSON:

    asking_seconds   what is asked of the engine before a run begins
    stage            seconds here and on the engine, what is not the same (see comparing.py), and how many records the tasks of
                     each node have taken
    killed           what was killed, what the run ended with, and how many shards that were complete were not made again
    rate             of ingest and of the evaluation, with one node and with two
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.engine import comparing, flink, kills, rates
from benchmarks.engine.stages import Stage
from benchmarks.ingest import copy_videos, here, ingest, one_row_a_video, read_rows
from benchmarks.undisturbed import VERDICTS, Project
from examples import demo_data
from foundation.signals import signals_interrupt
from pipeline.beam.checking import require_engine
from pipeline.beam.config import BeamConfig
from pipeline.beam.options import beam_args, ingest_beam_args
from pipeline.config import Config, load_config
from pipeline.prediction.examples import predict_examples
from pipeline.prediction.thresholds import Thresholds

_INSTALLED = Path(__file__).resolve().parents[2] / ".setup/flink"
_HERE = BeamConfig()
_PARTS = ("stages", "kills", "rates")
# So many that the work outweighs the start.
_TIMES_IN_TRANSFORM, _TIMES_IN_EVALUATION = 40, 150


class Check:
    """What is compared, and where."""

    def __init__(self, folder: Path, cluster: flink.Cluster, project: Project, data: Path) -> None:
        self._folder, self._cluster, self._project, self._data = folder, cluster, project, data
        self._examples = project.newest("VideoExampleGen/examples")
        self.differences: list[str] = []

    def settings(self, slots: int = flink.NUM_NODES) -> BeamConfig:
        """The keys of the configuration that name the cluster."""
        cluster = self._cluster
        keys = {
            "runner": "flink",
            "job_server": cluster.job_server,
            "workers_at": cluster.workers_at,
            "parallelism": slots,
        }
        return BeamConfig.model_validate({**keys, "args": [f"--artifact_endpoint={cluster.artifact_server}"]})

    def ask(self) -> None:
        config = load_config(self._project.folder / "config.yaml")
        started = time.monotonic()
        require_engine(Config.model_validate({**config.model_dump(), "beam": self.settings().model_dump()}))
        say(asking_seconds=round(time.monotonic() - started, 1))

    def stages(self) -> None:
        """Each stage here and on the engine, from the same inputs."""
        table = Table("stage", "here", "on two nodes", "records a node", "differences")
        for name, run, compare in self._compared():
            seconds = []
            for place, settings in (("here", _HERE), ("engine", self.settings())):
                started = time.monotonic()
                run(self._folder / place / name, settings)
                seconds.append(round(time.monotonic() - started, 1))
            found = [*compare(self._folder / "here" / name, self._folder / "engine" / name)]
            self.differences += [f"{name}: {each}" for each in found]
            records = sorted(self._cluster.records_by_node(self._cluster.jobs()[-1]["jid"]).values())
            say(
                stage=name,
                here_seconds=seconds[0],
                engine_seconds=seconds[1],
                records_by_node=records,
                differences=found,
            )
            table.add_row(name, *(f"{each} s" for each in seconds), str(records), f"{len(found)}")
        Console(width=120).print(table)

    def kills(self) -> None:
        """In ingest each part of the cluster, and a worker in Transform."""
        ingest(self._data, self._folder / "undisturbed", here(1))
        for victim in kills.VICTIMS:
            output = self._folder / "killed" / victim
            options = self._ingest_options(self.settings())
            outcome = kills.in_ingest(
                self._cluster, victim, self.settings(), options, self._data, self._folder / "undisturbed", output
            )
            say(**outcome)
            if not outcome.get("same_bytes"):
                self.differences.append(f"{victim} killed: {outcome}")
        stage = self._stage("Transform")
        examples = rates.multiplied(
            stage.inputs["examples"][0], "train", _TIMES_IN_TRANSFORM, self._folder / "many train"
        )
        undisturbed = self._folder / "undisturbed Transform"
        stage.replay(undisturbed, beam_args(_HERE), examples=[examples])
        compare = partial(comparing.differences_of_transform, examples=self._examples / "Split-train")
        outcome = kills.in_transform(
            self._cluster,
            self.settings(),
            stage,
            examples,
            undisturbed / "transform_graph",
            self._folder / "killed/Transform",
            compare,
        )
        say(**outcome)
        if outcome["differences"]:
            self.differences.append(f"a worker killed in Transform: {outcome['differences']}")

    def rates(self, repetitions: int) -> None:
        say(
            rate="ingest",
            **rates.of_ingest(
                lambda slots: self._ingest_options(self.settings(slots)), self._data, self._folder / "rate", repetitions
            ),
        )
        stage = self._stage("Evaluator")
        (few,) = stage.inputs["examples"]
        many = rates.multiplied(few, "test", _TIMES_IN_EVALUATION, self._folder / "many test")
        num_clips = json.loads(next(self._project.newest("VideoExampleGen/ledger").glob("summary.json")).read_text())
        num_more = num_clips["splits"]["test"]["clips"] * (_TIMES_IN_EVALUATION - 1)
        options: Callable[[int], Any] = lambda slots: beam_args(self.settings(slots))  # noqa: E731 - the other one is one too
        say(
            rate="evaluation",
            **rates.of_evaluation(options, stage, few, many, num_more, self._folder / "rated", repetitions),
        )

    def _compared(
        self,
    ) -> Iterator[tuple[str, Callable[[Path, BeamConfig], Any], Callable[[Path, Path], Iterator[str]]]]:
        """Stages: name, what carries one out into a folder, and what compares two folders."""
        yield "ingest", self._ingest, _differences_of_ingest
        for name, output, compare in (
            ("StatisticsGen", "statistics", comparing.differences_of_statistics),
            (
                "Transform",
                "transform_graph",
                partial(comparing.differences_of_transform, examples=self._examples / "Split-train"),
            ),
            ("Evaluator", "evaluation", comparing.differences_of_metrics),
        ):
            stage = self._stage(name)
            yield name, partial(_replay, stage), partial(_of_output, compare, output)
        yield "prediction", self._predict, comparing.differences_of_rows

    def _ingest(self, output: Path, settings: BeamConfig) -> None:
        ingest(self._data, output, self._ingest_options(settings))

    def _predict(self, output: Path, settings: BeamConfig) -> None:
        output.parent.mkdir(parents=True, exist_ok=True)
        pattern = f"{self._examples}/Split-test/*.gz"
        predict_examples(pattern, self._project.versions()[-1], output.with_suffix(".jsonl"), Thresholds(), settings)

    def _stage(self, name: str) -> Stage:
        return Stage(self._project.output_dir, name)

    def _ingest_options(self, settings: BeamConfig) -> list[str]:
        return [*beam_args(settings), *ingest_beam_args(settings.decoders_of_a_worker or 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS)
    parser.add_argument("--videos", type=int, default=384)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    flink.install(_INSTALLED)
    with signals_interrupt(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Enough for several shards of each split.
        project = Project.make(folder / "project", num_people=24)
        if (status := project.run()) not in VERDICTS:
            sys.exit(f"the run here ended with status {status}: {project.last_words()}")
        demo_data.generate(folder / "demo", num_people=16, videos_per_person=4)
        data = copy_videos(folder, one_row_a_video(read_rows(folder / "demo")), "data", given.videos / 64)
        with flink.cluster(_INSTALLED, folder / "flink") as cluster:
            check = Check(folder, cluster, project, data)
            check.ask()
            if "stages" in given.parts:
                check.stages()
            if "kills" in given.parts:
                check.kills()
            if "rates" in given.parts:
                check.rates(given.repetitions)
    if check.differences:
        sys.exit("\n".join(check.differences))


def _replay(stage: Stage, output: Path, settings: BeamConfig) -> None:
    stage.replay(output, beam_args(settings))


def _differences_of_ingest(one: Path, other: Path) -> Iterator[str]:
    for name in ("examples", "ledger"):
        yield from comparing.differences_of_bytes(one / name, other / name)


def _of_output(compare: Callable[[Path, Path], Iterator[str]], output: str, one: Path, other: Path) -> Iterator[str]:
    return compare(one / output, other / output)


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
