"""Whether an engine can do its part of a run: looked at before the run begins."""

import json
import tempfile
import traceback
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import apache_beam as beam
import grpc
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.portability.api import beam_fn_api_pb2, beam_fn_api_pb2_grpc, beam_job_api_pb2, beam_job_api_pb2_grpc

from components.storage.opening import open_root
from foundation.messages.errors import UserError
from foundation.messages.progress import announce
from pipeline.beam.config import BeamConfig
from pipeline.beam.failures import said_of_first_job
from pipeline.beam.options import beam_args
from pipeline.beam.probe import HEAD_BYTES, Ask, Question, versions
from pipeline.config import Config

_SECONDS_TO_ANSWER = 10
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
# So many for each slot that all of them get some.
_QUESTIONS_A_SLOT, _LIKELY_SLOTS = 4, 4


def require_engine(config: Config) -> None:
    """Ask the engine that `beam.runner` names, its workers and their pools whether they are there and see the data.

    What only `beam.args` name is not asked.

    Raises:
      UserError: something is missing; a line for each fault, with its remedy.
      MachineError: a disk of the engine is full.
    """
    settings = config.beam
    if settings.runner in (None, "direct"):
        return
    if settings.runner == "dataflow":
        raise UserError(
            f"beam.runner: dataflow: workers at Google see no folder of this machine, and a run on this machine keeps its "
            f"artifacts in output_dir, {config.output_dir}; use flink or spark here, or compile the pipeline (docs/kubeflow.md)"
        )
    announce("asking Beam's job server and its workers what they see")
    if problems := [*_service_problems(settings)] or _worker_problems(config):
        raise UserError("\n".join(problems))


def _service_problems(settings: BeamConfig) -> Iterator[str]:
    address = settings.job_server
    assert address
    with grpc.insecure_channel(address) as channel:
        if not _answers(channel):
            yield (
                f"beam.job_server: nothing answers at {address} that speaks gRPC; start Beam's job server for "
                f"{settings.runner} there (docs/scale.md), or correct the address; Flink's own port is none of them"
            )
            return
        jobs = beam_job_api_pb2_grpc.JobServiceStub(channel)
        try:
            jobs.DescribePipelineOptions(beam_job_api_pb2.DescribePipelineOptionsRequest(), timeout=_SECONDS_TO_ANSWER)
        except grpc.RpcError as error:
            yield (
                f"beam.job_server: what answers at {address} is not Beam's job server ({_words(error)}); its port is 8099 "
                "unless it was started with another --job-port"
            )
            return
    if settings.artifact_server:
        with grpc.insecure_channel(settings.artifact_server) as channel:
            if not _answers(channel):
                yield (
                    f"beam.job_server: the job server answers, but not {settings.artifact_server}, where it takes what jobs "
                    "consist of; name its --artifact-port by --artifact_endpoint=HOST:PORT in beam.args"
                )
    if settings.workers_at and _can_be_asked_from_here(settings):
        yield from _pool_problems(settings.workers_at)


def _can_be_asked_from_here(settings: BeamConfig) -> bool:
    """An address of loopback means each of the engine's machines, which only Beam's own job server has in common with us."""
    assert settings.workers_at and settings.job_server
    if not settings.workers_at.startswith(_LOOPBACK):
        return True
    return settings.runner == "portable" and settings.job_server.startswith(_LOOPBACK)


def _pool_problems(address: str) -> Iterator[str]:
    with grpc.insecure_channel(address) as channel:
        if not _answers(channel):
            yield (
                f"beam.workers_at: nothing answers at {address}; start `clipgate beam-worker` there, one beside each task "
                "manager, or correct the address"
            )
            return
        pool = beam_fn_api_pb2_grpc.BeamFnExternalWorkerPoolStub(channel)
        try:
            pool.StopWorker(beam_fn_api_pb2.StopWorkerRequest(worker_id="nobody"), timeout=_SECONDS_TO_ANSWER)
        except grpc.RpcError as error:
            yield (
                f"beam.workers_at: what answers at {address} starts no workers ({_words(error)}); name the port of `clipgate "
                "beam-worker`"
            )


def _worker_problems(config: Config) -> list[str]:
    """Have the workers do a small job, which answers in files; an error is the answer of those that cannot."""
    settings = config.beam
    root = open_root(config.data.videos, "data.videos", settings.args)
    video = next((entry.name for entry in islice(root.entries(), 1)), "")
    (head,) = root.read_heads([video], HEAD_BYTES) if video else (b"",)
    with tempfile.TemporaryDirectory(dir=config.output_dir, prefix=".beam-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)  # noqa: S103 - workers may be another user
        question = Question(
            folder=folder,
            output_dir=config.output_dir,
            videos=config.data.videos,
            beam_args=settings.args,
            video="" if isinstance(head, OSError) else video,
            head=b"" if isinstance(head, OSError) else head,
            versions=versions(),
        )
        number = _QUESTIONS_A_SLOT * (settings.parallelism or _LIKELY_SLOTS)
        try:
            with beam.Pipeline(options=PipelineOptions(beam_args(settings))) as pipeline:
                _ = (
                    pipeline
                    | "Questions" >> beam.Create(range(number))
                    | "Spread" >> beam.Reshuffle()
                    | "Ask" >> beam.ParDo(Ask(question))
                )
        except Exception as error:
            traceback.print_exception(error)
            return said_of_first_job(str(error), settings)
        answers = [json.loads(path.read_text()) for path in sorted(Path(folder).glob("*.json"))]
    # Each worker of a machine answers several times.
    return list(dict.fromkeys(problem for answer in answers for problem in answer["problems"]))


def _answers(channel: grpc.Channel) -> bool:
    try:
        grpc.channel_ready_future(channel).result(timeout=_SECONDS_TO_ANSWER)
    except grpc.FutureTimeoutError:
        return False
    return True


def _words(error: grpc.RpcError) -> str:
    code = error.code() if isinstance(error, grpc.Call) else error
    return str(getattr(code, "name", code))
