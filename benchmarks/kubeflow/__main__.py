"""Runs the compiled demo by Kubeflow's own driver and launcher, or by stand-ins for them, without a cluster.

    python -m benchmarks.kubeflow [--driver FILE --launcher FILE] [--folder FOLDER]

Needs root on Linux. Exit code 0: all was as it should be, 1: something was not, 2: wrong input.
"""

import argparse
import shutil
import sys
import time
from pathlib import Path

from benchmarks.kubeflow.cluster import cluster
from benchmarks.kubeflow.pods import require_pods
from benchmarks.kubeflow.project import Project
from benchmarks.kubeflow.scenario import Bench, findings
from benchmarks.kubeflow.stand_in.command import write_stand_in
from benchmarks.kubeflow.workflow import Programs, StepFailedError, flags_of
from foundation.messages.errors import UserError


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--driver", type=Path, help="executable of the image kfp-driver")
    parser.add_argument("--launcher", type=Path, help="executable of the image kfp-launcher")
    parser.add_argument("--folder", type=Path, default=Path("runs/kubeflow-check"))
    options = parser.parse_args()
    if (options.driver is None) != (options.launcher is None):
        parser.error("--driver and --launcher belong together: of one release")
    try:
        require_pods()
        return _check(options.folder.resolve(), options.driver, options.launcher)
    except (UserError, StepFailedError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, UserError) else 1


def _check(folder: Path, driver: Path | None, launcher: Path | None) -> int:
    for name in ("pods", "services", "serving", "checkpoints"):
        shutil.rmtree(folder / name, ignore_errors=True)
    services = folder / "services"
    services.mkdir(parents=True)
    if driver and launcher:
        programs = Programs(driver.resolve(), launcher.resolve())
        flags_of(programs.driver)
        _say(f"Kubeflow's own executables: {programs.driver}, {programs.launcher}")
    else:
        programs = Programs(*(write_stand_in(name, services / name) for name in Programs._fields))
        _say("without DRIVER and LAUNCHER: stand-ins of ours, so this says nothing about Kubeflow's own code")
    start = time.monotonic()
    project = Project(folder)
    project.make_data()
    with cluster(services) as found:
        results = []
        for finding in findings(Bench(project, programs, found, _say)):
            results.append(finding)
            _say(f"{'good' if finding.is_good else 'BAD '}  {finding.what}: {finding.seen}")
    num_good = sum(finding.is_good for finding in results)
    _say(f"{num_good} of {len(results)} are as they should be; {time.monotonic() - start:.0f} s")
    return 0 if num_good == len(results) else 1


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
