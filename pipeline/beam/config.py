"""The section `beam` of the configuration."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field, model_validator

from foundation.beam_runners import ENGINE_RUNNER, LOCAL_RUNNERS
from foundation.section import Section

_ADDRESS = r"^[A-Za-z0-9.:_\[\]-]+:[0-9]{1,5}$"
# Where Beam's job servers for Flink and Spark take what a job consists of, unless they are told otherwise.
_ARTIFACT_PORT = 8098
# Beam's default is a minute, in which a busy job server does not take every job.
_SECONDS_TO_TAKE_A_JOB = 600
_DATAFLOW_NEEDS = ("--project", "--region", "--temp_location", "--sdk_container_image")

Runner = Literal["direct", "flink", "spark", "portable", "dataflow"]
_BEAMS_NAME: Mapping[str, str] = {
    "direct": "FnApiRunner",
    "flink": ENGINE_RUNNER,
    "spark": ENGINE_RUNNER,
    "portable": ENGINE_RUNNER,
    "dataflow": "DataflowRunner",
}


class BeamConfig(Section):
    """Settings of Beam, which decodes the videos and computes statistics."""

    decoders: int | None = Field(
        None,
        ge=1,
        le=256,
        description="videos decoded side by side by a worker; default: one a CPU core, on an engine one",
    )
    workers: int = Field(
        1, ge=1, le=256, description="processes of the steps after ingest on this machine; more pay from many clips on"
    )
    runner: Runner | None = Field(
        None,
        description="where Beam's stages run: on this machine (direct), on the engine behind a job server of Beam's (flink, "
        "spark, or portable for any other), or on Google's Dataflow; default: what `args` say, or this machine",
    )
    job_server: str | None = Field(
        None, pattern=_ADDRESS, description="HOST:PORT of Beam's job server; Beam's own default is port 8099"
    )
    workers_at: str | None = Field(
        None,
        pattern=_ADDRESS,
        description="HOST:PORT of `clipgate beam-worker` as the engine's machines see it, such as localhost:50000 with one on "
        "each of them",
    )
    worker_command: str | None = Field(
        None,
        pattern=r"^/",
        description="instead of workers_at: the path that `clipgate-engine-worker` has on each of the engine's machines, which "
        "then starts its workers itself",
    )
    parallelism: int | None = Field(
        None, ge=1, le=65_536, description="slots of Flink that a job uses; default: what the job server says"
    )
    args: tuple[str, ...] = Field((), description="further options of Beam's pipelines, such as --s3_endpoint_url=URL")

    @model_validator(mode="after")
    def _belongs_together(self) -> "BeamConfig":
        self._require_job_server()
        if self.parallelism and self.runner not in ("flink", "portable"):
            raise ValueError(
                f"parallelism is {self.parallelism}, which is an option of Flink's; found runner: {self.runner or 'none'}. "
                "For Spark set spark.default.parallelism, for Dataflow --max_num_workers in args; on this machine, decoders "
                "and workers"
            )
        given = given_options(self.args)
        if self.runner == "dataflow" and (missing := [name for name in _DATAFLOW_NEEDS if name not in given]):
            raise ValueError(f"runner: dataflow needs {', '.join(missing)} in args")
        for key, name, value in self._decided():
            if name in given and given[name] != value:
                raise ValueError(
                    f"{key}: {getattr(self, key)} sets {name}={value}, and args have {name}={given[name]}; leave "
                    "one of them out"
                )
        return self

    def _require_job_server(self) -> None:
        workers = {"workers_at": self.workers_at, "worker_command": self.worker_command}
        keys = {"job_server": self.job_server, **workers}
        if self.runner not in ("flink", "spark", "portable"):
            for key, value in keys.items():
                if value:
                    raise ValueError(
                        f"{key} is {value}, but runner is {self.runner or 'not set'}; set runner to flink, spark or portable, "
                        f"or leave {key} out"
                    )
            return
        if self.job_server is None:
            raise ValueError(
                f"runner: {self.runner} needs job_server, the HOST:PORT of Beam's job server for it (docs/scale.md)"
            )
        if all(workers.values()):
            raise ValueError(
                f"workers_at is {self.workers_at} and worker_command {self.worker_command}; leave one of them out: pools start "
                "the workers, or the engine does"
            )
        if not any(workers.values()) and "--environment_type" not in given_options(self.args):
            raise ValueError(
                f"runner: {self.runner} needs workers_at, the HOST:PORT of `clipgate beam-worker` as the engine's machines see "
                "it, or worker_command, or another environment of Beam's by --environment_type in args"
            )

    def _decided(self) -> Iterator[tuple[str, str, str]]:
        """What keys decide: the key, Beam's option, and its value."""
        if self.runner:
            yield "runner", "--runner", _BEAMS_NAME[self.runner]
        if self.job_server:
            yield "job_server", "--job_endpoint", self.job_server
        if self.workers_at:
            yield "workers_at", "--environment_type", "EXTERNAL"
            yield "workers_at", "--environment_config", self.workers_at
        if self.worker_command:
            yield "worker_command", "--environment_type", "PROCESS"
            yield "worker_command", "--environment_config", json.dumps({"command": self.worker_command})
        if self.parallelism:
            yield "parallelism", "--parallelism", str(self.parallelism)

    @property
    def artifact_server(self) -> str | None:
        """HOST:PORT to which what a job consists of is sent; None where the job server says it itself."""
        named = given_options(self.args).get("--artifact_endpoint")
        if named or self.job_server is None or self.runner == "portable":
            return named
        # It would name itself as it knows itself, which is `localhost`.
        return f"{self.job_server.rpartition(':')[0]}:{_ARTIFACT_PORT}"

    @property
    def options(self) -> tuple[str, ...]:
        """Beam's options that name a runner and what it needs, and `args`; those of this machine are not among them."""
        options = [f"{name}={value}" for _, name, value in self._decided()]
        if self.job_server:
            options.append(f"--job_server_timeout={_SECONDS_TO_TAKE_A_JOB}")
        if self.artifact_server:
            options.append(f"--artifact_endpoint={self.artifact_server}")
        return (*options, *self.args)

    @property
    def beams_runner(self) -> str:
        """Beam's name of the runner."""
        return given_options(self.options).get("--runner", LOCAL_RUNNERS[0])

    @property
    def is_elsewhere(self) -> bool:
        """Whether stages run in workers of another machine's, or may."""
        return self.beams_runner not in LOCAL_RUNNERS

    @property
    def decoders_of_a_worker(self) -> int | None:
        """Videos that a worker decodes side by side; None: one a CPU core. An engine has a worker for each of its slots."""
        return 1 if self.decoders is None and self.is_elsewhere else self.decoders


def given_options(args: Sequence[str]) -> dict[str, str]:
    """Values by the options' names, which begin with dashes; of several the last one counts, as for Beam."""
    given = {}
    for position, arg in enumerate(args):
        name, equals, value = arg.partition("=")
        if not name.startswith("--"):
            continue
        following = args[position + 1] if position + 1 < len(args) else "--"
        given[name] = value if equals or following.startswith("--") else following
    return given
