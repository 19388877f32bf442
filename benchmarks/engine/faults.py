"""Clusters that lack something, and what people are told of it before a run begins or when it has ended."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.engine import flink
from benchmarks.filling_disks import small_disk
from benchmarks.undisturbed import Project
from foundation.code_digest import PACKAGES, ROOT
from pipeline.beam.config import BeamConfig
from tests.ports import free_addresses

_BEAM_RUNNER = "beam-runners-flink"
# Flink's programs unpack some of their own jars there when they begin.
_BYTES_OF_A_SMALL_DISK = 2**28
_LONGEST = 1000
_NOWHERE = "/nowhere/clipgate-engine-worker"
# A file that all workers run, and what makes other code of it.
_CHANGED_FILE, _CHANGE = "components/video/sampling.py", "\n_OTHER = 1\n"
# Gives a command a file system of its own over a folder, which is empty then.
_HIDING = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs "$0" && exec "$@"')


def of_flink(installed: Path, folder: Path, project: Project) -> Iterator[dict[str, Any]]:
    """Runs of a project where no job server is, where jars are missing, disks are full, or workers are of no use."""
    (nobody,) = free_addresses(1)
    settings = BeamConfig.model_validate({"runner": "flink", "job_server": nobody, "workers_at": "localhost:50000"})
    yield _told("wrong job server", project.beside(folder / "nobody"), settings, lambda said: nobody in said)
    with flink.cluster(installed, folder / "jarless", lacking=_BEAM_RUNNER) as cluster:
        jarless = project.beside(folder / "without")
        yield _told("missing jar", jarless, cluster.settings(), lambda said: "ClassNotFound" in said)
    staging = folder / "full" / flink.STAGING
    staging.parent.mkdir(parents=True)
    with (
        small_disk(staging, _BYTES_OF_A_SMALL_DISK),
        flink.cluster(installed, folder / "full") as cluster,
    ):
        _fill(staging)
        staged = project.beside(folder / "staged")
        yield _told("full staging disk", staged, cluster.settings(), lambda said: "disk" in said)
    with flink.cluster(installed, folder / "blind") as cluster:
        settings = cluster.settings()
        commanded = cluster.settings_without_pools().model_copy(update={"worker_command": _NOWHERE})
        lost = project.beside(folder / "commanded")
        yield _told("wrong worker command", lost, commanded, lambda said: f"Is {_NOWHERE} on each" in said)
        cluster.stop_pools()
        cluster.start_pools("env", f"PYTHONPATH={_other_code(folder / 'code')}")
        other = project.beside(folder / "other")
        yield _told("other code", other, settings, lambda said: "clipgate's code" in said)
        for fault, key, hidden in (("unseen videos", "data.videos", "data"), ("unseen output", "output_dir", "out")):
            blind = project.beside(folder / fault)
            blind.output_dir.mkdir()
            cluster.stop_pools()
            cluster.start_pools(*_HIDING, str(blind.folder / hidden))
            yield _told(fault, blind, settings, lambda said, key=key: f"{key}: Beam's worker" in said)


def _other_code(folder: Path) -> Path:
    """A copy of the code in which something is different."""
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / _CHANGED_FILE).open("a") as file:
        file.write(_CHANGE)
    return folder


def _fill(disk: Path) -> None:
    with suppress(OSError), (disk / "something else").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(2**16))


def _told(fault: str, project: Project, settings: BeamConfig, is_told: Callable[[str], bool]) -> dict[str, Any]:
    """A run with these settings has to end with a line that says what is wrong, and to leave no Examples."""
    project.configure(beam=settings.model_dump(exclude_none=True))
    status = project.run()
    # Behind what is wrong there may be where the whole log is.
    said = project.last_words(2)
    found = [*(project.output_dir / "pipeline").glob("VideoExampleGen/examples/*")]
    problems = []
    if status not in (1, 2):
        problems.append(f"it ended with {status}")
    if not is_told(said) or len(said) > _LONGEST:
        problems.append("its last words do not say what is wrong")
    if found:
        problems.append(f"{len(found)} outputs of ingest are left")
    return {"fault": fault, "status": status, "said": said, "problems": problems}
