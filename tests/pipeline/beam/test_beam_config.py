"""Keys that name an engine set all of Beam's options that belong together, and contradict none."""

from typing import Any

import pytest
from pydantic import ValidationError

from foundation.beam_runners import ENGINE_RUNNER
from pipeline.beam.config import BeamConfig, given_options
from pipeline.beam.options import beam_args

FLINK: dict[str, Any] = {"runner": "flink", "job_server": "flink:8099", "workers_at": "localhost:50000"}


def test_the_keys_of_an_engine_set_all_options_that_belong_together() -> None:
    beam = BeamConfig.model_validate(FLINK | {"parallelism": 16, "args": ["--job_name=clips"]})
    given = given_options(beam_args(beam))
    assert (
        given.items()
        >= {
            "--runner": ENGINE_RUNNER,
            "--job_endpoint": "flink:8099",
            "--artifact_endpoint": "flink:8098",
            "--environment_type": "EXTERNAL",
            "--environment_config": "localhost:50000",
            "--parallelism": "16",
            "--sdk_container_image": "none",
            "--job_name": "clips",
        }.items()
    )


def test_an_engine_that_starts_workers_itself_is_told_by_which_command() -> None:
    keys = {name: value for name, value in FLINK.items() if name != "workers_at"}
    given = given_options(
        beam_args(BeamConfig.model_validate(keys | {"worker_command": "/opt/clipgate-engine-worker"}))
    )
    assert given["--environment_type"] == "PROCESS"
    assert given["--environment_config"] == '{"command": "/opt/clipgate-engine-worker"}'
    assert given["--sdk_container_image"] == "none"


def test_a_job_server_of_another_engine_says_itself_where_it_takes_artifacts() -> None:
    assert BeamConfig.model_validate(FLINK | {"runner": "portable"}).artifact_server is None
    elsewhere = FLINK | {"args": ["--artifact_endpoint=store:1"]}
    assert BeamConfig.model_validate(elsewhere).options.count("--artifact_endpoint=store:1") >= 1
    assert given_options(beam_args(BeamConfig.model_validate(elsewhere)))["--artifact_endpoint"] == "store:1"


@pytest.mark.parametrize(
    ("beam", "decoders"),
    [
        ({}, None),
        ({"decoders": 3}, 3),
        (FLINK, 1),
        (FLINK | {"decoders": 3}, 3),
        ({"args": ["--runner=FlinkRunner"]}, 1),
    ],
    ids=str,
)
def test_an_engine_has_a_decoder_for_each_of_its_slots(beam: dict[str, Any], decoders: int | None) -> None:
    assert BeamConfig.model_validate(beam).decoders_of_a_worker == decoders


@pytest.mark.parametrize("args", [["--runner", "FlinkRunner", "--flag"], ["--runner=FlinkRunner", "--flag"]], ids=str)
def test_the_value_of_an_option_may_be_an_argument_of_its_own(args: list[str]) -> None:
    assert given_options(args) == {"--runner": "FlinkRunner", "--flag": ""}
    assert BeamConfig(args=tuple(args)).is_elsewhere


@pytest.mark.parametrize(
    ("beam", "words"),
    [
        (
            FLINK | {"args": ["--runner=SparkRunner"]},
            f"runner: flink sets --runner={ENGINE_RUNNER}, and args have --runner=Spark",
        ),
        (
            FLINK | {"args": ["--job_endpoint", "other:1"]},
            "job_server: flink:8099 sets --job_endpoint=flink:8099, and args",
        ),
        (
            FLINK | {"args": ["--environment_type=DOCKER"]},
            "workers_at: localhost:50000 sets --environment_type=EXTERNAL, and",
        ),
        (FLINK | {"parallelism": 2, "args": ["--parallelism=3"]}, "parallelism: 2 sets --parallelism=2, and args have"),
        (
            {"runner": "direct", "args": ["--runner=FlinkRunner"]},
            "runner: direct sets --runner=FnApiRunner, and args have",
        ),
        (FLINK | {"worker_command": "/opt/worker"}, "pools start the workers, or the engine does"),
        (FLINK | {"worker_command": "worker"}, "worker_command"),
        ({"worker_command": "/opt/worker"}, "worker_command is /opt/worker, but runner is not set"),
        ({"runner": "flink"}, "runner: flink needs job_server"),
        ({"runner": "flink", "job_server": "flink:8099"}, "runner: flink needs workers_at"),
        (
            {"job_server": "flink:8099"},
            "job_server is flink:8099, but runner is not set; set runner to flink, spark",
        ),
        (FLINK | {"runner": "direct"}, "job_server is flink:8099, but runner is direct"),
        (FLINK | {"runner": "spark", "parallelism": 2}, "For Spark set spark.default.parallelism"),
        (
            {"runner": "dataflow", "args": ["--project=p"]},
            "runner: dataflow needs --region, --temp_location, --sdk_container",
        ),
        (FLINK | {"job_server": "flink"}, "job_server"),
    ],
    ids=str,
)
def test_what_does_not_belong_together_is_named_with_both_sides(beam: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        BeamConfig.model_validate(beam)
    assert words in str(caught.value)


def test_another_environment_of_beams_needs_no_pool() -> None:
    beam = {"runner": "flink", "job_server": "flink:8099", "args": ["--environment_type=DOCKER"]}
    assert "--sdk_container_image" not in given_options(beam_args(BeamConfig.model_validate(beam)))
