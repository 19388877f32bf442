"""What people change from one run of a pipeline to the next, and what the run has to do then."""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from benchmarks.undisturbed import OPEN_GATES, Project
from examples.demo_data import generate
from foundation.processes import child_environment

Row = dict[str, str]

PUSHED_OR_SERVED, FAILED_GATE, WRONG_INPUT = 0, 3, 2
_STEP = re.compile(r"^ *\d+/\d+ +(\w+) +(cached)?", re.MULTILINE)
_NEW_CLASS, _RENAMED_CLASS = "wave", "hello"


class Expected(NamedTuple):
    """What a run has to do."""

    exit_code: int = PUSHED_OR_SERVED
    trains: bool = False
    pushes: bool = False
    words: str = ""


@dataclass
class Year:
    """A project, and what has been changed in it so far."""

    folder: Path
    project: Project
    random: Random
    num_people: int
    num_moves: int = 0
    gates: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def begin(folder: Path, num_people: int, random: Random) -> "Year":
        year = Year(folder, Project.make(folder / "project", num_people), random, num_people)
        year.configure(max_mean_recall_drop=1)
        return year

    @property
    def annotations(self) -> Path:
        return self.project.folder / "data" / "annotations.csv"

    def configure(self, **gates: Any) -> None:
        """Change some bars; None leaves one out."""
        self.gates = {name: value for name, value in (self.gates | gates).items() if value is not None}
        # Little is learned, and little has to be: it is not the model that is tried.
        self.project.configure(training={"epochs": 1}, gates={**OPEN_GATES, **self.gates})

    def rows(self) -> list[Row]:
        with self.annotations.open(newline="") as file:
            return list(csv.DictReader(file))

    def write(self, rows: list[Row]) -> None:
        with self.annotations.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    def relabel(self, label: str, new_label: str) -> None:
        self.write([row | {"label": new_label} if row["label"] == label else row for row in self.rows()])

    def clipgate(self, *arguments: str) -> None:
        """Another command of the product, which has to succeed."""
        subprocess.run(
            [sys.executable, "-m", "pipeline.cli", *arguments, "--config", "config.yaml"],
            cwd=self.project.folder,
            env=child_environment(PYTHONWARNINGS="ignore"),
            check=True,
            capture_output=True,
        )

    def artifact_bytes(self) -> int:
        """What lies in the output directory besides the pushed versions."""
        versions = self.project.output_dir / "serving"
        return self.project.size_bytes() - sum(path.stat().st_size for path in versions.rglob("*") if path.is_file())

    def differences(self, expected: Expected) -> list[str]:
        """Run, and say what is not as expected."""
        said = self.project.folder / "said.txt"
        before = len(said.read_text()) if said.exists() else 0
        num_versions = len(self.project.versions())
        exit_code = self.project.run()
        words = said.read_text()[before:]
        steps = dict(_STEP.findall(words))
        came = Expected(
            exit_code,
            trains=steps.get("Trainer") == "",
            pushes=len(self.project.versions()) > num_versions,
            words=expected.words if expected.words in words else words[-500:],
        )
        pairs = zip(expected._asdict().items(), came, strict=True)
        return [f"{name} is {value!r} instead of {wanted!r}" for (name, wanted), value in pairs if value != wanted]


def nothing(year: Year) -> Expected:
    return Expected()


def a_note_and_new_times(year: Year) -> Expected:
    """A text file beside the videos, and videos that were copied without their times."""
    (year.annotations.parent / "notes.txt").write_text(f"read {year.random.random()}")
    for video in year.annotations.parent.rglob("*.mp4"):
        video.touch()
    return Expected()


def a_bar(year: Year) -> Expected:
    year.configure(max_mean_recall_drop=0.9 if year.gates["max_mean_recall_drop"] == 1 else 1)
    return Expected()


def a_row_less(year: Year) -> Expected:
    rows = year.rows()
    rows.pop(year.random.randrange(len(rows)))
    year.write(rows)
    return Expected(trains=True, pushes=True)


def the_folder(year: Year) -> Expected:
    """The whole project is moved."""
    year.num_moves += 1
    year.project = Project(year.project.folder.rename(year.folder / f"moved-{year.num_moves}"))
    return Expected()


def a_person_more(year: Year) -> Expected:
    """Two new videos."""
    year.num_people += 1
    new = year.folder / "new"
    generate(new, seed=year.num_people, num_people=1, first_person=year.num_people)
    for video in (new / "videos").iterdir():
        video.rename(year.annotations.parent / "videos" / video.name)
    with (new / "annotations.csv").open(newline="") as file:
        year.write(year.rows() + list(csv.DictReader(file)))
    shutil.rmtree(new)
    return Expected(trains=True, pushes=True)


def rolled_back(year: Year) -> Expected:
    """The served version is withdrawn; its model does not come back by itself."""
    year.clipgate("rollback", "--yes")
    return Expected(FAILED_GATE, words="was withdrawn; to serve it again")


def brought_back(year: Year) -> Expected:
    newest = max(
        (year.project.output_dir / "serving" / "action" / "withdrawn").iterdir(), key=lambda path: int(path.name)
    )
    year.clipgate("rollback", "--yes", "--to", newest.name)
    return Expected()


def a_new_class(year: Year) -> Expected:
    """One clip of each person is of it."""
    seen: set[str] = set()
    rows = year.rows()
    year.random.shuffle(rows)
    for row in rows:
        if row["group"] not in seen:
            seen.add(row["group"])
            row["label"] = _NEW_CLASS
    year.write(rows)
    # What was said of the classes of an earlier year.
    year.configure(renamed=None, retired=None)
    return Expected(trains=True, pushes=True)


def renamed_class_unsaid(year: Year) -> Expected:
    """In the annotations only: the run says what to do, before it trains."""
    year.relabel(_NEW_CLASS, _RENAMED_CLASS)
    return Expected(WRONG_INPUT, words="gates.renamed")


def renamed_class(year: Year) -> Expected:
    year.configure(renamed={_NEW_CLASS: _RENAMED_CLASS})
    return Expected(trains=True, pushes=True)


def forgotten_renaming(year: Year) -> Expected:
    """What was said of the class is left in the configuration after the push."""
    return Expected()


def given_up_class(year: Year) -> Expected:
    rows = [row for row in year.rows() if row["label"] != _RENAMED_CLASS]
    year.write(rows)
    year.configure(renamed=None, retired=[_RENAMED_CLASS])
    return Expected(trains=True, pushes=True)


def forgotten_retirement(year: Year) -> Expected:
    return Expected()


CHANGES: Mapping[str, Callable[[Year], Expected]] = {
    change.__name__.replace("_", " "): change
    for change in (
        nothing, a_note_and_new_times, a_bar, a_row_less, the_folder, a_person_more, rolled_back, brought_back, a_new_class,
        renamed_class_unsaid, renamed_class, forgotten_renaming, given_up_class, forgotten_retirement,
    )
}  # fmt: skip
