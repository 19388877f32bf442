"""The data stages on engines beside the same stages here: what they make, what kills do to them, and how fast they are.

    .venv/bin/python -m benchmarks.engine [--parts stages kills command rates run faults spark] [--videos 384] [--repetitions 3]

All but the last part are Flink's; of Spark there is ingest. Needs root on Linux, Java 17 with its
compiler, and Maven. The engines and Beam's job servers for them are installed in .setup/flink and .setup/spark (see flink.py,
spark.py): two nodes, which are network namespaces with a core each, a TaskManager of one slot or a worker of Spark's, and a
`clipgate beam-worker`.
Ends with status 1 if what the engine has made is not what is made here. Prints a table, and lines of JSON:

    asking_seconds   what is asked of the engine before a run begins
    stage            seconds here and on the engine, what is not the same (see comparing.py), and how many records the tasks of
                     each node have taken (Flink)
    killed           what was killed, what the run ended with, and how many shards that were complete were not made again
    command          the same of a worker that Flink has started itself, without pools
    rate             of ingest and of the evaluation, with one node and with two
    run              what `clipgate run` has come to on the engine, and what is not as in the same run here
    fault            what a cluster lacks, and what `clipgate run` says of it
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.engine import comparing, faults, flink, kills, rates, spark
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

_INSTALLED = Path(__file__).resolve().parents[2] / ".setup"
_HERE = BeamConfig()
_PARTS_OF_FLINK = ("stages", "kills", "command", "rates", "run", "faults")
_PARTS = (*_PARTS_OF_FLINK, "spark")
# So many that the work outweighs the start.
_TIMES_IN_TRANSFORM, _TIMES_IN_EVALUATION = 40, 150


class Check:
    """What is compared with Flink, and where."""

    def __init__(self, folder: Path, cluster: flink.FlinkCluster, project: Project, status: int, data: Path) -> None:
        """`status`: with which the project's run here has ended."""
        self._folder, self._cluster, self._project, self._data = folder, cluster, project, data
        self._status = status
        self._examples = project.newest("VideoExampleGen/examples")
        self.differences: list[str] = []

    def stages(self) -> None:
        """Each stage here and on the engine, from the same inputs."""
        table = Table("stage", "here", "on two nodes", "records a node", "differences")
        for name, run, compare in self._compared():
            seconds = []
            for place, settings in (("here", _HERE), ("engine", self._cluster.settings())):
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
        for victim in kills.VICTIMS:
            say(**self._killed(victim, self._cluster.settings(), self._folder / "killed" / victim))
        stage = self._stage("Transform")
        examples = rates.multiplied(
            stage.inputs["examples"][0], "train", _TIMES_IN_TRANSFORM, self._folder / "many train"
        )
        undisturbed = self._folder / "undisturbed Transform"
        stage.replay(undisturbed, beam_args(_HERE), examples=[examples])
        compare = partial(comparing.differences_of_transform, examples=self._examples / "Split-train")
        outcome = kills.in_transform(
            self._cluster,
            stage,
            examples,
            undisturbed / "transform_graph",
            self._folder / "killed/Transform",
            compare,
        )
        say(**outcome)
        if outcome["differences"]:
            self.differences.append(f"a worker killed in Transform: {outcome['differences']}")

    def command(self) -> None:
        """An ingest whose workers Flink starts by itself; one of them is killed."""
        self._cluster.stop_pools()
        settings = self._cluster.settings_without_pools()
        ask(self._project, settings)
        say(command=settings.worker_command, **self._killed(kills.WORKER, settings, self._folder / "commanded"))
        self._cluster.start_pools()

    def rates(self, repetitions: int) -> None:
        say(
            rate="ingest",
            **rates.of_ingest(
                lambda slots: _ingest_options(self._cluster.settings(slots)),
                self._data,
                self._folder / "rate",
                repetitions,
            ),
        )
        stage = self._stage("Evaluator")
        (few,) = stage.inputs["examples"]
        many = rates.multiplied(few, "test", _TIMES_IN_EVALUATION, self._folder / "many test")
        num_clips = json.loads(next(self._project.newest("VideoExampleGen/ledger").glob("summary.json")).read_text())
        num_more = num_clips["splits"]["test"]["clips"] * (_TIMES_IN_EVALUATION - 1)
        options: Callable[[int], Any] = lambda slots: beam_args(self._cluster.settings(slots))  # noqa: E731 - the other one is one too
        say(
            rate="evaluation",
            **rates.of_evaluation(options, stage, few, many, num_more, self._folder / "rated", repetitions),
        )

    def run(self) -> None:
        """`clipgate run` as a whole, beside the one that was made here."""
        project = self._project.beside(self._folder / "run")
        project.configure(beam=self._cluster.settings().model_dump(exclude_none=True))
        expected = self._project.outcome(self._status)
        started = time.monotonic()
        status = project.run()
        seconds = round(time.monotonic() - started, 1)
        found = [project.last_words()] if status not in VERDICTS else expected.differences(project.outcome(status))
        say(run="clipgate run", status=status, seconds=seconds, differences=found)
        # Sums in another order make another graph, and another graph other weights.
        self.differences += [f"clipgate run: {each} differs" for each in found if each in ("examples", "ledger")]

    def _killed(self, victim: str, settings: BeamConfig, output: Path) -> dict[str, Any]:
        """What comes of an ingest in which `victim` is killed."""
        outcome = kills.in_ingest(
            self._cluster, victim, _ingest_options(settings), self._data, self._undisturbed, output
        )
        if not outcome.get("same_bytes"):
            self.differences.append(f"{victim} killed: {outcome}")
        return outcome

    @cached_property
    def _undisturbed(self) -> Path:
        """An ingest here."""
        output = self._folder / "undisturbed"
        ingest(self._data, output, here(1))
        return output

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
        ingest(self._data, output, _ingest_options(settings))

    def _predict(self, output: Path, settings: BeamConfig) -> None:
        output.parent.mkdir(parents=True, exist_ok=True)
        pattern = f"{self._examples}/Split-test/*.gz"
        predict_examples(pattern, self._project.versions()[-1], output.with_suffix(".jsonl"), Thresholds(), settings)

    def _stage(self, name: str) -> Stage:
        return Stage(self._project.output_dir, name)


def on_spark(folder: Path, cluster: spark.SparkCluster, data: Path) -> Iterator[str]:
    """Ingest here and on Spark; gives in words what is not the same."""
    options = _ingest_options(cluster.settings())
    here_seconds, _ = ingest(data, folder / "here", here(1))
    spark_seconds, _ = ingest(data, folder / "engine", options)
    found = [*_differences_of_ingest(folder / "here", folder / "engine")]
    say(
        stage="ingest on Spark",
        here_seconds=round(here_seconds, 1),
        engine_seconds=round(spark_seconds, 1),
        differences=found,
    )
    yield from (f"ingest on Spark: {each}" for each in found)


def ask(project: Project, settings: BeamConfig) -> None:
    """As a run does before it begins, when it has made its output directory."""
    project.output_dir.mkdir(exist_ok=True)
    config = load_config(project.folder / "config.yaml")
    started = time.monotonic()
    require_engine(Config.model_validate({**config.model_dump(), "beam": settings.model_dump()}))
    say(runner=settings.runner, asking_seconds=round(time.monotonic() - started, 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=_PARTS, default=_PARTS)
    parser.add_argument("--videos", type=int, default=384)
    parser.add_argument("--repetitions", type=int, default=3)
    given = parser.parse_args()
    with signals_interrupt(), tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Enough for several shards of each split.
        project = Project.make(folder / "project", num_people=24)
        demo_data.generate(folder / "demo", num_people=16, videos_per_person=4)
        data = copy_videos(folder, one_row_a_video(read_rows(folder / "demo")), "data", given.videos / 64)
        differences = []
        if not set(given.parts).isdisjoint(_PARTS_OF_FLINK):
            differences += with_flink(folder, project, data, given.parts, given.repetitions)
        if "spark" in given.parts:
            differences += with_spark(folder / "spark", project, data)
    if differences:
        sys.exit("\n".join(differences))


def with_flink(folder: Path, project: Project, data: Path, parts: Sequence[str], repetitions: int) -> list[str]:
    """Some parts of the check on a cluster of Flink's; returns what is not the same."""
    flink.install(_INSTALLED / "flink")
    if (status := project.run()) not in VERDICTS:
        sys.exit(f"the run here ended with status {status}: {project.last_words()}")
    with flink.cluster(_INSTALLED / "flink", folder / "flink") as cluster:
        ask(project, cluster.settings())
        check = Check(folder, cluster, project, status, data)
        if "stages" in parts:
            check.stages()
        if "kills" in parts:
            check.kills()
        if "command" in parts:
            check.command()
        if "rates" in parts:
            check.rates(repetitions)
        if "run" in parts:
            check.run()
    if "faults" in parts:
        for outcome in faults.of_flink(_INSTALLED / "flink", folder / "faults", project):
            say(**outcome)
            check.differences += [f"{outcome['fault']}: {each}" for each in outcome["problems"]]
    return check.differences


def with_spark(folder: Path, project: Project, data: Path) -> list[str]:
    """Ingest on a cluster of Spark's; returns what is not the same."""
    spark.install(_INSTALLED / "spark")
    with spark.cluster(_INSTALLED / "spark", folder / "cluster") as cluster:
        ask(project, cluster.settings())
        return [*on_spark(folder, cluster, data)]


def _ingest_options(settings: BeamConfig) -> list[str]:
    return [*beam_args(settings), *ingest_beam_args(settings.decoders_of_a_worker or 1)]


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
