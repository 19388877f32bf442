"""Parts of a cluster killed (kill -9) during a job, and what comes of the job and of the next one."""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engine.comparing import files_of
from benchmarks.engine.flink import JOB_MANAGER, FlinkCluster, task_manager
from benchmarks.engine.programs import JOB_SERVER, Cluster, pool_of
from benchmarks.engine.stages import Stage
from benchmarks.ingest import attempt
from foundation.messages.errors import MachineError, UserError
from pipeline.beam.config import BeamConfig
from pipeline.beam.failures import engine_failures_explained
from pipeline.beam.options import beam_args

_SECONDS_BETWEEN_LOOKS = 0.05
WORKER = "worker"
# Of Flink. Whatever looks after these programs starts them again, as Kubernetes or systemd would.
VICTIMS = (WORKER, task_manager(1), pool_of(1), JOB_SERVER, JOB_MANAGER)


class Job(threading.Thread):
    """A job that may be ended by what happens to its engine.

    Attributes:
      seconds: how long it took.
      said: what people are told if it failed; empty if it did not.
    """

    def __init__(self, settings: BeamConfig, run: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._settings, self._run = settings, run
        self.seconds, self.said = 0.0, ""
        self.start()

    def run(self) -> None:
        started = time.monotonic()
        try:
            with engine_failures_explained(self._settings):
                self._run()
        except (MachineError, UserError) as error:
            self.said = str(error)
        except Exception as error:
            self.said = f"unexplained: {type(error).__name__}: {error}"
        self.seconds = time.monotonic() - started


def in_ingest(
    cluster: Cluster,
    victim: str,
    options: Sequence[str],
    data: Path,
    undisturbed: Path,
    output: Path,
) -> dict[str, Any]:
    """Kill `victim` when a quarter of the shards are complete, and begin anew in the same place if the job ends with an error.

    Args:
      options: of Beam.
      undisturbed: an output of the same data, which this one has to be like in the end.
      output: a folder, empty so far.
    """
    job = Job(cluster.settings(), lambda: attempt(data, output, options))
    _wait(job, lambda: _num_made(output) >= _num_ordered(output) / 4 > 0)
    before = made(output)
    kill(cluster, victim)
    job.join()
    at_end, again = made(output), 0.0
    if job.said:
        second = Job(cluster.settings(), lambda: attempt(data, output, options))
        second.join()
        again = second.seconds
        if second.said:
            return {"killed": victim, "run_ended_with": job.said, "next_run_ended_with": second.said}
    after = made(output)
    return {
        "killed": victim,
        "seconds": round(job.seconds, 1),
        "run_ended_with": job.said or None,
        "next_run_seconds": round(again, 1) or None,
        "complete_before": len(before),
        "of_these_not_made_again": num_kept(before, after),
        "complete_at_the_end_of_the_run": len(at_end),
        "of_these_not_made_again_by_the_next": num_kept(at_end, after),
        "shards": len(after),
        "same_bytes": all(files_of(output / name) == files_of(undisturbed / name) for name in ("examples", "ledger")),
    }


def in_transform(
    cluster: FlinkCluster,
    stage: Stage,
    examples: Any,
    undisturbed: Path,
    output: Path,
    differences: Any,
) -> dict[str, Any]:
    """Kill a worker when Transform's analysis has begun to read; `differences` compares two graphs."""
    known = {job["jid"] for job in cluster.jobs()}
    job = Job(cluster.settings(), lambda: stage.replay(output, beam_args(cluster.settings()), examples=[examples]))

    def is_at_work() -> bool:
        new = [each["jid"] for each in cluster.jobs() if each["jid"] not in known]
        # What Flink itself does has records before there is a worker.
        return any(_has_begun(cluster, each) for each in new) and bool(cluster.workers(0))

    _wait(job, is_at_work)
    kill(cluster, WORKER)
    job.join()
    return {
        "killed": "worker in Transform",
        "seconds": round(job.seconds, 1),
        "run_ended_with": job.said or None,
        "differences": job.said or list(differences(undisturbed, output / "transform_graph")),
    }


def kill(cluster: Cluster, victim: str) -> None:
    """Kill a part of the cluster, and start it again if nobody else does; the engine starts workers itself."""
    if victim == WORKER:
        cluster.workers(0)[0].kill()
        return
    cluster.kill(victim)
    cluster.start(victim)


def made(output: Path) -> dict[str, int]:
    """When each shard was made, by its path."""
    return {str(path): path.stat().st_mtime_ns for path in output.glob("examples/Split-*/*")}


def num_kept(before: dict[str, int], after: dict[str, int]) -> int:
    """How many shards are those that they were."""
    return sum(after.get(name) == when for name, when in before.items())


def _num_made(output: Path) -> int:
    return len(made(output))


def _num_ordered(output: Path) -> int:
    return len([*(output / "examples/work").glob("?????")])


def _has_begun(cluster: FlinkCluster, job: str) -> bool:
    return sum(cluster.records_by_node(job).values()) > 0


def _wait(job: Job, is_time: Callable[[], bool]) -> None:
    while not is_time():
        if not job.is_alive():
            raise RuntimeError(f"the job has ended before anything could be killed: {job.said or 'without an error'}")
        time.sleep(_SECONDS_BETWEEN_LOOKS)
