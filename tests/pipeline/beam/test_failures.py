"""A job that an engine does not finish ends a run with one line that says what to do."""

import errno

import grpc
import pytest

from foundation.messages.errors import MachineError, UserError
from pipeline.beam.config import BeamConfig
from pipeline.beam.failures import MARK, engine_failures_explained, said_of_first_job

ENGINE = BeamConfig.model_validate({"runner": "flink", "job_server": "jobs:8099", "workers_at": "localhost:50000"})
HERE = BeamConfig()
FAILED = "Pipeline BeamApp_1 failed in state FAILED: "
TRACEBACK = 'java.lang.RuntimeError: Traceback (most recent call last):\n  File "a.py", line 1, in b\n'


def said(error: Exception, settings: BeamConfig = ENGINE) -> BaseException:
    with pytest.raises(type(error) if settings is HERE else Exception) as caught, engine_failures_explained(settings):
        raise error
    return caught.value


def test_a_job_server_that_is_gone_is_named() -> None:
    error = said(grpc.RpcError("Socket closed"))
    assert isinstance(error, MachineError)
    assert str(error).startswith("beam.job_server: jobs:8099 does not answer any more")


@pytest.mark.parametrize(
    "cause", ["org.apache.flink.util.FlinkException: TaskManager with ID a is no longer reachable.", ""]
)
def test_a_job_that_was_given_up_says_why_and_that_it_may_succeed_again(cause: str) -> None:
    error = said(RuntimeError(FAILED + cause))
    assert isinstance(error, MachineError)
    assert "\n" not in str(error)
    assert str(error).startswith(
        f"beam.runner: flink: the engine has given up the job: {cause or 'it does not say why'}. Run"
    )


def test_what_workers_have_raised_for_people_is_raised_for_them() -> None:
    error = said(
        RuntimeError(f"{FAILED}{TRACEBACK}foundation.messages.errors.UserError: clip.mp4 is odd [while running 'a']")
    )
    assert isinstance(error, UserError)
    assert str(error) == "clip.mp4 is odd"


def test_a_full_disk_of_the_engine_is_none_of_this_machine() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/tmp/blobs")
    error = said(RuntimeError(f"{FAILED}java.io.IOException: No space left on device"))
    assert isinstance(error, MachineError)
    assert "one of the engine's machines" in str(error)
    # One of this machine says so itself.
    assert said(full) is full


def test_a_fault_of_the_code_stays_one() -> None:
    for error in (
        RuntimeError(f"{FAILED}{TRACEBACK}KeyError: 'label'"),
        RuntimeError("no job at all"),
        KeyError("label"),
    ):
        assert said(error) is error


def test_without_an_engine_nothing_is_said_of_one() -> None:
    for error in (RuntimeError(f"{FAILED}why"), grpc.RpcError("of the log of requests")):
        assert said(error, HERE) is error


def test_a_first_job_that_fails_for_want_of_a_jar_says_so() -> None:
    text = f"{FAILED}java.lang.ClassNotFoundException: org.apache.beam.sdk.options.PipelineOptions\n\n"
    (line,) = said_of_first_job(text, ENGINE)
    assert line.startswith("beam.runner: flink: the engine lacks jars of Beam's runner for it: ")
    assert (
        "PipelineOptions. Put all that the job server has on its class path on those of the engine's machines too"
        in line
    )


REFUSED = """org.apache.flink.runtime.rest.util.RestClientException: [Internal server error., <Exception on server side:
java.util.concurrent.CompletionException: the job cannot be submitted
\tat java.base/java.util.concurrent.CompletableFuture.postFire(CompletableFuture.java:614)
Caused by: {cause}
\tat java.base/java.io.RandomAccessFile.writeBytes(Native Method)
\t... 5 more

End of exception on server side>]
]"""


def test_a_full_disk_is_said_of_a_first_job_too() -> None:
    words = "a disk is full on one of the engine's machines, or output_dir is: java.io.IOException: No space left"
    with pytest.raises(MachineError, match=words):
        said_of_first_job(FAILED + REFUSED.format(cause="java.io.IOException: No space left on device"), ENGINE)


@pytest.mark.parametrize("text", ["java.lang.RuntimeException: no worker\n\n", REFUSED.format(cause="no worker")])
def test_a_first_job_that_fails_otherwise_names_what_to_look_at(text: str) -> None:
    (line,) = said_of_first_job(FAILED + text, ENGINE)
    assert "no worker. Is `clipgate beam-worker` started at localhost:50000" in line
    assert "is the job server of Beam" in line


def test_what_workers_say_of_a_first_job_is_said_once() -> None:
    text = f"{TRACEBACK}OutOfSightError: {MARK}output_dir: not seen{MARK}\n" * 2
    assert said_of_first_job(text, ENGINE) == ["output_dir: not seen"]


def test_workers_that_an_engine_cannot_start_are_asked_for_by_their_command() -> None:
    keys = {"runner": "flink", "job_server": "jobs:8099", "worker_command": "/opt/clipgate-engine-worker"}
    text = f'{FAILED}java.io.IOException: Cannot run program "/opt/clipgate-engine-worker": error=2, No such file'
    (line,) = said_of_first_job(text, BeamConfig.model_validate(keys))
    assert "Is /opt/clipgate-engine-worker on each of the engine's machines" in line
