"""Time and peak memory of each stage of a run.

    .venv/bin/python -m benchmarks.stages --config examples/demo.yaml

Runs the pipeline from scratch in a temporary output directory, samples the memory of its processes ten times a second, and
prints JSON: seconds and peak MiB by component, and of the whole run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from pipeline.config import load_config


class PeakMemory(threading.Thread):
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


def measure(config_path: Path) -> dict[str, Any]:
    """Run the pipeline with a copy of the configuration and an output directory of its own."""
    with tempfile.TemporaryDirectory() as folder:
        config = load_config(config_path)
        copy = Path(folder) / "config.yaml"
        copy.write_text(config.model_copy(update={"output_dir": f"{folder}/out"}).model_dump_json())
        read_end, write_end = os.pipe()
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.local", str(copy), str(write_end)],
            pass_fds=[write_end],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONPATH": str(Path.cwd())},
        )
        os.close(write_end)
        memory = PeakMemory(process.pid)
        memory.start()
        stages: dict[str, Any] = {}
        stage, stage_started, overall_peak = "imports", started, 0
        with os.fdopen(read_end) as events:
            for line in events:
                event = json.loads(line)
                if "error" in event:
                    raise RuntimeError(event["error"])
                if event.get("state") in ("running", "finished"):
                    peak, now = memory.take_mebibytes(), time.monotonic()
                    overall_peak = max(overall_peak, peak)
                    if event["state"] == "finished" or stage == "imports":
                        stages[stage] = {"seconds": round(now - stage_started, 1), "peak_mebibytes": peak}
                    stage, stage_started = event["node"], now
        process.wait()
        total = {"seconds": round(time.monotonic() - started, 1), "peak_mebibytes": overall_peak}
    return {"stages": stages, "whole_run": total}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True)
    print(json.dumps(measure(parser.parse_args().config), indent=2))


if __name__ == "__main__":
    main()
