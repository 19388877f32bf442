"""Ingest on an engine, by keys of the configuration: Beam's own job server, and the pool that `clipgate beam-worker` is."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import grpc
import pytest
import tensorflow as tf
from apache_beam.io.tfrecordio import ReadFromTFRecord
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2 as worker_messages
from apache_beam.portability.api import beam_fn_api_pb2_grpc as worker_services
from apache_beam.portability.api import beam_job_api_pb2 as messages
from apache_beam.portability.api import beam_job_api_pb2_grpc as services
from apache_beam.testing.util import assert_that, equal_to

from foundation.messages.errors import UserError
from foundation.processes import child_environment
from pipeline.beam.checking import require_engine
from pipeline.beam.config import BeamConfig
from pipeline.beam.options import beam_args, ingest_beam_args
from pipeline.config import Config
from tests.contract.attempts import contents, ingest, write_data
from tests.ports import free_addresses


@dataclass(frozen=True)
class Engine:
    """Where a job server and a pool of workers listen, and what they say."""

    job_server: str
    workers_at: str
    log: Path

    @property
    def keys(self) -> dict[str, str]:
        return {"runner": "portable", "job_server": self.job_server, "workers_at": self.workers_at}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("engine")
    engine = Engine(*free_addresses(2), folder / "log")
    job_port, pool_port = (address.rpartition(":")[2] for address in (engine.job_server, engine.workers_at))
    commands = [
        ["-m", "apache_beam.runners.portability.local_job_service_main", "--port", job_port],
        ["-m", "pipeline.cli", "beam-worker", "--port", pool_port],
    ]
    with engine.log.open("wb") as log:
        processes = [
            subprocess.Popen([sys.executable, *command], env=child_environment(), stdout=log, stderr=log)
            for command in commands
        ]
        for address in (engine.job_server, engine.workers_at):
            with grpc.insecure_channel(address) as channel:
                grpc.channel_ready_future(channel).result()
        yield engine
        for process in processes:
            process.terminate()
        assert processes[1].wait() == 0
        processes[0].wait()


class StartsByCommand(worker_services.BeamFnExternalWorkerPoolServicer):
    """Starts workers as the runners for Flink and Spark do where `worker_command` is set."""

    def __init__(self) -> None:
        self.processes: list[subprocess.Popen[bytes]] = []

    def StartWorker(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's name
        options = [f"--id={request.worker_id}", f"--provision_endpoint={request.provision_endpoint.url}", "--later=1"]
        command = [sys.executable, "-m", "pipeline.beam.engine_process", *options]
        # An engine's environment may name a proxy, which does not reach this machine itself.
        environment = {**os.environ, "http_proxy": "http://localhost:9"}
        self.processes.append(subprocess.Popen(command, env=environment))
        return worker_messages.StartWorkerResponse()

    def StopWorker(self, request: Any, context: Any) -> Any:  # noqa: N802 - the service's name
        return worker_messages.StopWorkerResponse()


class Log(worker_services.BeamFnLoggingServicer):
    """An engine's service for logs."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def Logging(self, batches: Iterator[Any], context: Any) -> Iterator[Any]:  # noqa: N802 - the service's name
        self.lines += [entry.message for batch in batches for entry in batch.log_entries]
        yield from ()


def config_of(data: Path, output: Path, beam: dict[str, str]) -> Config:
    values = {"annotations": str(data / "annotations.csv"), "videos": str(data)}
    return Config.model_validate({"output_dir": str(output), "data": values, "beam": beam})


def test_an_engine_makes_the_same_bytes_after_it_was_asked_what_it_sees(engine: Engine, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data", num_videos=12)
    settings = BeamConfig.model_validate(engine.keys)
    require_engine(config_of(data, tmp_path, engine.keys))
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    ingest(data, tmp_path / "engine", [*beam_args(settings), *ingest_beam_args(settings.decoders_of_a_worker)])
    ingest(data, tmp_path / "here")
    assert contents(tmp_path / "engine") == contents(tmp_path / "here")


def test_all_that_an_engine_reads_comes_once(engine: Engine, tmp_path: Path) -> None:
    records = [f"{number}".encode() for number in range(12)]
    for number in range(4):
        with tf.io.TFRecordWriter(str(tmp_path / f"{number}.gz"), "GZIP") as writer:
            for record in records[3 * number : 3 * number + 3]:
                writer.write(record)
    options = PipelineOptions(beam_args(BeamConfig.model_validate(engine.keys)))
    with beam.Pipeline(options=options) as pipeline:
        assert_that(pipeline | ReadFromTFRecord(f"{tmp_path}/*.gz"), equal_to(records))


def test_a_worker_that_an_engine_has_started_itself_works_and_prints_there_and_ends(engine: Engine) -> None:
    starting = StartsByCommand()
    server = grpc.server(ThreadPoolExecutor())
    worker_services.add_BeamFnExternalWorkerPoolServicer_to_server(starting, server)
    port = server.add_insecure_port("localhost:0")
    server.start()
    settings = BeamConfig.model_validate(engine.keys | {"workers_at": f"localhost:{port}"})

    def said(number: int) -> int:
        print(f"word {number} of a worker")
        print("long words" * 10_000)
        return number

    with beam.Pipeline(options=PipelineOptions(beam_args(settings))) as pipeline:
        assert_that(pipeline | beam.Create([1, 2]) | beam.Map(said), equal_to([1, 2]))
    assert [process.wait() for process in starting.processes] == [0]
    server.stop(None)
    log = engine.log.read_text()
    assert "word 2 of a worker" in log
    assert log.count("long words") > 0
    assert max(map(len, log.splitlines())) < 10_000


def test_the_log_of_an_engine_has_what_ended_a_worker() -> None:
    log, server = Log(), grpc.server(ThreadPoolExecutor())
    worker_services.add_BeamFnLoggingServicer_to_server(log, server)
    port = server.add_insecure_port("localhost:0")
    server.start()
    ends = f"""
from pipeline.beam.worker_process import printing_to

with printing_to("localhost:{port}"):
    raise ValueError("no control")
"""
    assert subprocess.run([sys.executable, "-c", ends], env=child_environment(), check=False).returncode == 1
    server.stop(None)
    assert log.lines[-1] == "ValueError: no control"


def test_what_is_not_there_is_named_before_anything_is_written(engine: Engine, tmp_path: Path) -> None:
    (nobody,) = free_addresses(1)
    for keys, words in (
        ({"job_server": nobody}, f"beam.job_server: nothing answers at {nobody}"),
        (
            {"job_server": engine.workers_at},
            f"beam.job_server: what answers at {engine.workers_at} is not Beam's job server",
        ),
        ({"workers_at": nobody}, f"beam.workers_at: nothing answers at {nobody}; start `clipgate beam-worker` there"),
        ({"workers_at": engine.job_server}, f"beam.workers_at: what answers at {engine.job_server} starts no workers"),
        ({"runner": "flink"}, ":8098, where it takes what jobs consist of"),
    ):
        with pytest.raises(UserError) as caught:
            require_engine(config_of(tmp_path, tmp_path, engine.keys | keys))
        assert words in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_the_job_of_a_run_that_is_stopped_is_cancelled(engine: Engine) -> None:
    endless = f"""
import time
import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions

with beam.Pipeline(options=PipelineOptions({beam_args(BeamConfig.model_validate(engine.keys))!r})) as pipeline:
    _ = pipeline | beam.Impulse() | beam.Map(lambda _: [time.sleep(0.1) for _ in iter(int, 1)])
"""
    process = subprocess.Popen(
        [sys.executable, "-c", endless], env=child_environment(), stderr=subprocess.PIPE, text=True
    )
    with grpc.insecure_channel(engine.job_server) as channel:
        jobs = services.JobServiceStub(channel)
        before = jobs.GetJobs(messages.GetJobsRequest()).job_info
        while [*_states(jobs, but=before)] != [messages.JobState.RUNNING]:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
        process.terminate()
        _, said = process.communicate()
        assert "KeyboardInterrupt" in said
        assert [*_states(jobs, but=before)] == [messages.JobState.CANCELLED]


def _states(jobs: services.JobServiceStub, but: Sequence[messages.JobInfo]) -> Iterator[int]:
    known = {job.job_id for job in but}
    return (job.state for job in jobs.GetJobs(messages.GetJobsRequest()).job_info if job.job_id not in known)
