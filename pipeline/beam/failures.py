"""What people are told where an engine has not come to the end of a job."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata

from foundation.messages.errors import MachineError, UserError, error_in
from pipeline.beam.config import BeamConfig

# Stands before and behind what a worker says that can say it in no other way than by an error.
MARK = "@@clipgate@@"
_FAILED = " failed in state "
_DISK_FULL = "No space left on device"
_JAR_MISSING = ("ClassNotFoundException", "NoClassDefFoundError")
_CAUSED_BY = "Caused by: "
_OF_A_WORKER = "Traceback (most recent call last)"
_AGAIN = "Run the same command again; the log has the whole error"


@contextmanager
def engine_failures_explained(settings: BeamConfig) -> Iterator[None]:
    """Turn what Beam raises of a job that an engine has given up, or of a job server that is gone, into a line with its remedy.

    What the engine's workers have raised of ours is raised again; other errors are left as they are.

    Raises:
      UserError, MachineError: see above.
    """
    # It takes a moment to load, and a run on this machine has no need of it.
    from grpc import RpcError

    try:
        yield
    except RpcError as error:
        if not settings.job_server:
            raise
        raise MachineError(
            f"beam.job_server: {settings.job_server} does not answer any more; it has ended, or the way to it is cut. "
            "Start it again, end what may still run of its job on the engine, and run the same command again"
        ) from error
    except RuntimeError as error:
        if not settings.is_elsewhere or (said := said_of_failure(str(error), settings)) is None:
            raise
        raise said from error


def said_of_failure(text: str, settings: BeamConfig) -> UserError | MachineError | None:
    """The error for people that Beam's words of a failed job are; None if it is one of the code, or none of a job.

    Args:
      text: with the traceback of a worker, if one has failed.
    """
    if known := error_in(text):
        return known
    if _FAILED not in text:
        return None
    engine = f"beam.runner: {settings.runner or settings.beams_runner}"
    if _DISK_FULL in text:
        return _full_disk(engine, text)
    if _OF_A_WORKER in text:
        return None
    cause = text.partition(_FAILED)[2].partition(": ")[2].strip().partition("\n")[0]
    return MachineError(f"{engine}: the engine has given up the job: {cause or 'it does not say why'}. {_AGAIN}")


def said_of_first_job(text: str, settings: BeamConfig) -> list[str]:
    """What is in the way of a small job that has failed: what its workers say (see pipeline.beam.probe), or likely causes.

    Raises:
      MachineError: a disk is full.
    """
    if said := text.split(MARK)[1::2]:
        return list(dict.fromkeys(said))
    engine = f"beam.runner: {settings.runner}"
    if _DISK_FULL in text:
        raise _full_disk(engine, text)
    if missing := next((words for words in _JAR_MISSING if words in text), None):
        return [
            f"{engine}: the engine lacks jars of Beam's runner for it: {_line_with(missing, text)}. Put "
            "all that the job server has on its class path on those of the engine's machines too, or have the job server send "
            f"it; all of Beam {metadata.version('apache-beam')}, as this machine is"
        ]
    return [
        f"{engine}: the workers did not do a small job that asks what they see: "
        f"{_cause(text)}. {_likely(settings)}, and is the job server of Beam {metadata.version('apache-beam')}, as this "
        "machine is? The log has the whole error"
    ]


def _likely(settings: BeamConfig) -> str:
    """A question about how workers are had."""
    if settings.worker_command:
        return f"Is {settings.worker_command} on each of the engine's machines, and may the engine execute it"
    return f"Is `clipgate beam-worker` started at {settings.workers_at or 'each machine'}, seen from each task manager"


def _full_disk(engine: str, text: str) -> MachineError:
    return MachineError(
        f"{engine}: a disk is full on one of the engine's machines, or output_dir is: {_line_with(_DISK_FULL, text)}. "
        "Free some space there, such as in the folders for temporary files, and run the same command again"
    )


def _cause(text: str) -> str:
    """The innermost cause of Java's, or what is said last; lines of a stack say nothing."""
    lines = [line.strip() for line in text.splitlines()]
    said = [line for line in lines if any(map(str.isalpha, line)) and not line.startswith(("at ", "... "))]
    causes = [line.removeprefix(_CAUSED_BY) for line in said if line.startswith(_CAUSED_BY)]
    return next(reversed(causes or said), "it failed without a word")


def _line_with(words: str, text: str) -> str:
    return next(line for line in text.splitlines() if words in line).strip().removeprefix(_CAUSED_BY)
