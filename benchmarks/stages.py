"""Time, CPU time, peak memory and output of each stage of a run.

    .venv/bin/python -m benchmarks.stages --config examples/demo.yaml

Runs the pipeline from scratch in a temporary output directory, samples the memory of its processes ten times a second, and
prints JSON: seconds, CPU seconds, peak MiB and written bytes by component, and of the whole run.
"""

import argparse
import contextlib
import json
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from foundation.processes import child_environment, reporting_process
from pipeline.config import Config, load_config


class ProcessMemory(threading.Thread):
    """Samples the resident memory of a process and its children."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._process = psutil.Process(pid)
        self._peak = 0

    def run(self) -> None:
        while self._process.is_running():
            try:
                processes = [self._process, *self._process.children(recursive=True)]
                self._peak = max(self._peak, sum(process.memory_info().rss for process in processes))
            except psutil.NoSuchProcess:
                return
            time.sleep(0.1)

    def take_mebibytes(self) -> int:
        """The peak since the last call."""
        peak, self._peak = self._peak, 0
        return round(peak / 2**20)


def cpu_seconds(pid: int) -> float:
    """CPU time of a process, of its descendants, and of those that have ended."""
    process = psutil.Process(pid)
    total = 0.0
    for one in [process, *process.children(recursive=True)]:
        # A decoder may end between being listed and being asked; its parent has its time then.
        with contextlib.suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
    return total


def measure(config: Config) -> dict[str, Any]:
    """Run the pipeline with an output directory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "config.yaml"
        copy.write_text(config.model_copy(update={"output_dir": f"{folder}/out"}).model_dump_json())
        started = time.monotonic()
        silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = child_environment(PYTHONWARNINGS="ignore")
        with reporting_process("pipeline.local", str(copy), env=environment, **silent) as (process, events):
            memory = ProcessMemory(process.pid)
            memory.start()
            stages: dict[str, Any] = {}
            stage, stage_started, stage_cpu, overall_peak = "imports", started, 0.0, 0
            for line in events:
                event = json.loads(line)
                if "error" in event:
                    raise RuntimeError(event["error"])
                if event.get("state") in ("running", "finished"):
                    peak, now, cpu = memory.take_mebibytes(), time.monotonic(), cpu_seconds(process.pid)
                    overall_peak = max(overall_peak, peak)
                    if event["state"] == "finished" or stage == "imports":
                        stages[stage] = {
                            "seconds": round(now - stage_started, 1),
                            "cpu_seconds": round(cpu - stage_cpu, 1),
                            "peak_mebibytes": peak,
                            "bytes": num_bytes(Path(folder, "out", "pipeline", stage)),
                        }
                    stage, stage_started, stage_cpu = event["node"], now, cpu
            process.wait()
        total = {
            "seconds": round(time.monotonic() - started, 1),
            "cpu_seconds": round(stage_cpu, 1),
            "peak_mebibytes": overall_peak,
        }
    return {"stages": stages, "whole_run": total}


def num_bytes(folder: Path) -> int:
    """Bytes of all files under a folder; 0 where there is none."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True)
    print(json.dumps(measure(load_config(parser.parse_args().config)), indent=2))


if __name__ == "__main__":
    main()
