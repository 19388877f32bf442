"""What the check on a cluster calls the same, and how it counts."""

import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tensorflow_model_analysis.proto import metrics_for_slice_pb2

from benchmarks.engine.comparing import are_close, value_of
from benchmarks.engine.kills import num_kept
from benchmarks.engine.packages import pom
from benchmarks.engine.programs import Cluster, started
from benchmarks.engine.rates import rate_of, ratio_of
from benchmarks.engine.spark import is_of_spark
from pipeline.beam.config import BeamConfig


def test_the_first_shard_came_with_the_start_and_is_not_counted() -> None:
    assert rate_of([30.0, 10.0, 20.0]) == pytest.approx(0.1)


@given(st.floats(0, 1e9), st.floats(0.1, 100), st.integers(2, 50))
def test_a_rate_does_not_depend_on_when_the_first_was_done(start: float, seconds: float, number: int) -> None:
    assert rate_of([start + seconds * each for each in range(number)]) == pytest.approx(1 / seconds, rel=1e-5)


def test_the_ratio_is_that_of_the_medians() -> None:
    ratio = ratio_of({1: [2.0, 1.0, 9.0], 2: [4.0, 3.0, 1.0]}, "clips")
    assert (ratio["clips_per_second_of_one_node"], ratio["clips_per_second_of_two_nodes"]) == (2.0, 3.0)
    assert ratio["two_to_one"] == 1.5


def test_a_shard_that_was_made_anew_is_not_the_one_that_was_there() -> None:
    assert num_kept({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 9, "d": 4}) == 1


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"a": [1.0, "x"]}, {"a": [1.0 + 1e-7, "x"]}, True),
        (float("nan"), float("nan"), True),
        ({"a": 1.0}, {"a": 1.001}, False),
        ({"a": 1.0}, {"b": 1.0}, False),
        ([1.0], [1.0, 2.0], False),
        ("1", 1, False),
    ],
)
def test_numbers_may_differ_by_the_order_of_a_sum_and_nothing_else_may(
    one: object, other: object, is_same: bool
) -> None:
    assert are_close(one, other) == is_same


def test_numbers_inside_of_bytes_are_compared_as_numbers() -> None:
    one, other = (metrics_for_slice_pb2.MetricValue(bytes_value=text) for text in (b'{"a": 0.1}', b'{"a": 0.10000001}'))
    assert are_close(value_of(one), value_of(other))


def test_a_project_of_mavens_names_each_artifact_with_its_version() -> None:
    root = ElementTree.fromstring(pom("org.a:one:1.0", "org.b:two:2.0"))
    found = [
        [part.text for part in dependency] for dependency in root.iter("{http://maven.apache.org/POM/4.0.0}dependency")
    ]
    assert found == [["org.a", "one", "1.0"], ["org.b", "two", "2.0"]]


@pytest.mark.parametrize(
    ("name", "is_spark"),
    [("beam-runners-spark-3-2.62.0.jar", False), ("avro-1.11.4.jar", True), ("beam-avro.jar", False)],
)
def test_what_spark_has_itself_is_not_taken_from_beam(name: str, is_spark: bool) -> None:
    assert is_of_spark(Path(name)) == is_spark


class OneProgram(Cluster):
    """A cluster without nodes and with one program, which is ready when it has said so."""

    def __init__(self, folder: Path, code: str) -> None:
        super().__init__(folder, [])
        self._commands["program"] = [sys.executable, "-u", "-c", code]

    def settings(self) -> BeamConfig:
        return self.settings_of("spark")

    def has_nodes(self, running: Mapping[str, object]) -> bool:
        return "program" not in running or b"ready" in self._said("program")


def test_a_program_that_was_killed_has_to_say_again_that_it_is_ready(tmp_path: Path) -> None:
    with started(OneProgram(tmp_path, "import time; print('ready'); time.sleep(600)")) as cluster:
        cluster.kill("program")
        cluster.start("program")
        assert (tmp_path / "program.log").read_text().split() == ["ready", "ready"]


def test_a_program_that_ends_before_it_is_ready_is_named_with_its_log(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match=rf"^program has ended with status 7; see {tmp_path}/program.log$"),
        started(OneProgram(tmp_path, "raise SystemExit(7)")),
    ):
        pass


def test_a_cluster_names_its_job_server_in_the_configuration(tmp_path: Path) -> None:
    cluster = OneProgram(tmp_path, "")
    settings = cluster.settings()
    assert (settings.job_server, settings.artifact_server) == (cluster.job_server, cluster.artifact_server)
    assert f"--job-port={cluster.job_server.partition(':')[2]}" in cluster.job_server_options()
