"""Ingest on Flink beside ingest here: the same bytes, also where a worker is killed, and shards that were complete stay.

    .venv/bin/python -m benchmarks.engine [--videos 384]

Flink and Beam's job server for it are installed in .setup/flink (see benchmarks/flink.py): two TaskManagers and one `clipgate
beam-worker` on this machine. Prints JSON:

    here_seconds         ingest on this machine with one decoder
    asking_seconds       what is asked of the engine before a run begins
    flink_seconds        the same ingest on the engine, with its start-up
    same_bytes           whether Examples and ledger are those of the ingest here
    killed               how many shards were complete when a worker was killed, how many were made after that, and the seconds
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import psutil

from benchmarks import flink
from benchmarks.ingest import copy_videos, here, ingest, one_row_a_video, read_rows
from examples import demo_data
from foundation.processes import child_environment
from pipeline.beam.checking import require_engine
from pipeline.beam.config import BeamConfig
from pipeline.beam.options import beam_args, ingest_beam_args
from pipeline.config import Config
from tests.ports import free_addresses

_INSTALLED = Path(__file__).resolve().parents[1] / ".setup/flink"
_SECONDS_BETWEEN_LOOKS = 0.05
_WORKER = "pipeline.beam.worker_process"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--videos", type=int, default=384)
    num_videos = parser.parse_args().videos
    flink.install(_INSTALLED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo_data.generate(folder / "demo", num_people=16, videos_per_person=4)
        data = copy_videos(folder, one_row_a_video(read_rows(folder / "demo")), "data", num_videos / 64)
        seconds, _ = ingest(data, folder / "here", here(1))
        say(here_seconds=round(seconds, 1))
        with (
            flink.cluster(_INSTALLED, folder / "flink") as (job_server, artifact_server),
            pool(folder / "pool.log") as (process, workers_at),
        ):
            keys = {"runner": "flink", "job_server": job_server, "workers_at": workers_at, "parallelism": flink.SLOTS}
            beam = BeamConfig.model_validate({**keys, "args": [f"--artifact_endpoint={artifact_server}"]})
            started = time.monotonic()
            require_engine(config_of(data, folder, beam))
            say(asking_seconds=round(time.monotonic() - started, 1))
            args = [*beam_args(beam), *ingest_beam_args(beam.decoders_of_a_worker)]
            seconds, _ = ingest(data, folder / "engine", args)
            say(flink_seconds=round(seconds, 1), same_bytes=are_same(folder / "engine", folder / "here"))
            came = with_a_worker_killed(process, data, folder / "killed", args)
            say(killed=came, same_bytes=are_same(folder / "killed", folder / "here"))


def config_of(data: Path, folder: Path, beam: BeamConfig) -> Config:
    places = {"annotations": str(data / "annotations.csv"), "videos": str(data)}
    return Config.model_validate({"output_dir": str(folder), "data": places, "beam": beam.model_dump()})


@contextmanager
def pool(log_path: Path) -> Iterator[tuple[psutil.Process, str]]:
    """A `clipgate beam-worker`, and where it is."""
    (address,) = free_addresses(1)
    command = [sys.executable, "-m", "pipeline.cli", "beam-worker", "--port", address.rpartition(":")[2]]
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, env=child_environment(), stdout=log, stderr=log)
        try:
            with grpc.insecure_channel(address) as channel:
                grpc.channel_ready_future(channel).result()
            yield psutil.Process(process.pid), address
        finally:
            process.terminate()
            process.wait()


def with_a_worker_killed(pool: psutil.Process, data: Path, output: Path, args: Sequence[str]) -> dict[str, Any]:
    """Ingest, and kill one of the workers when a quarter of the shards are complete."""
    outcome: list[float] = []
    running = threading.Thread(target=lambda: outcome.append(ingest(data, output, args)[0]))
    running.start()
    orders = output / "examples/work"
    while not (num_orders := len([*orders.glob("?????")])) or len(made(output)) < num_orders / 4:
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    workers = [each for each in pool.children() if _WORKER in each.cmdline()]
    workers[0].kill()
    before = made(output)
    running.join()
    after = made(output)
    stayed = sum(after[name] == when for name, when in before.items())
    return {
        "workers": len(workers),
        "complete_before": len(before),
        "of_these_not_made_again": stayed,
        "made_after": len(after) - stayed,
        "seconds": round(outcome[0], 1),
    }


def made(output: Path) -> dict[str, int]:
    """When each shard was made, by its path."""
    return {str(path): path.stat().st_mtime_ns for path in output.glob("examples/Split-*/*")}


def are_same(one: Path, other: Path) -> bool:
    return files_of(one) == files_of(other)


def files_of(folder: Path) -> dict[str, bytes]:
    files = (path for name in ("examples", "ledger") for path in (folder / name).rglob("*"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def say(**values: Any) -> None:
    print(json.dumps(values), flush=True)


if __name__ == "__main__":
    main()
