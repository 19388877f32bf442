"""Clusters that lack something, and what people are told of it before a run begins or when it has ended."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.engine import flink
from benchmarks.filling_disks import small_disk
from benchmarks.undisturbed import Project
from pipeline.beam.config import BeamConfig
from tests.ports import free_addresses

_BEAM_RUNNER = "beam-runners-flink"
# Flink's programs unpack some of their own jars there when they begin.
_BYTES_OF_A_SMALL_DISK = 2**28
_LONGEST = 1000


def of_flink(installed: Path, folder: Path, project: Project) -> Iterator[dict[str, Any]]:
    """Runs of a project where no job server is, where jars are missing, and where disks are full."""
    (nobody,) = free_addresses(1)
    settings = BeamConfig.model_validate({"runner": "flink", "job_server": nobody, "workers_at": "localhost:50000"})
    yield _told("wrong job server", project, folder / "nobody", settings, lambda said: nobody in said)
    with flink.cluster(installed, folder / "jarless", lacking=_BEAM_RUNNER) as cluster:
        yield _told(
            "missing jar", project, folder / "without", cluster.settings(), lambda said: "ClassNotFound" in said
        )
    staging = folder / "full" / flink.STAGING
    staging.parent.mkdir(parents=True)
    with (
        small_disk(staging, _BYTES_OF_A_SMALL_DISK),
        flink.cluster(installed, folder / "full") as cluster,
    ):
        _fill(staging)
        yield _told("full staging disk", project, folder / "staged", cluster.settings(), lambda said: "disk" in said)


def _fill(disk: Path) -> None:
    with suppress(OSError), (disk / "something else").open("wb", buffering=0) as file:
        while True:
            file.write(bytes(2**16))


def _told(
    fault: str, template: Project, folder: Path, settings: BeamConfig, is_told: Callable[[str], bool]
) -> dict[str, Any]:
    """A run with these settings has to end with a line that says what is wrong, and to leave no Examples."""
    project = template.beside(folder)
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
