"""The gate stops a model with one bad class, and names the class."""

import csv
import random
from pathlib import Path

import pytest

from tests.e2e.project import Project, explain, make_project

pytestmark = pytest.mark.e2e

BAD_CLASS = "sit_down"


def scramble_training_labels(annotations: Path) -> None:
    """Split by person (the file gains a column), and give the bad class random other labels in train and eval."""
    with annotations.open(newline="") as file:
        rows = list(csv.DictReader(file))
    people = sorted({row["group"] for row in rows})
    labels = sorted({row["label"] for row in rows} - {BAD_CLASS})
    draw = random.Random(0)
    for row in rows:
        rank = people.index(row["group"]) / len(people)
        row["split"] = "train" if rank < 0.6 else "eval" if rank < 0.75 else "test"
        # One row stays, so that the class remains known.
        is_first = row is next(other for other in rows if other["label"] == BAD_CLASS)
        if row["label"] == BAD_CLASS and row["split"] != "test" and not is_first:
            row["label"] = draw.choice(labels)
    with annotations.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_a_model_with_one_class_of_scrambled_labels_is_not_pushed_and_the_class_is_named(tmp_path: Path) -> None:
    project: Project = make_project(tmp_path, num_people=16, videos_per_person=4)
    scramble_training_labels(tmp_path / "data" / "annotations.csv")
    project.configure(
        splits={"mode": "official"},
        sampling={"num_frames": 16, "short_side": 64},
        model={"preset": "tiny", "num_frames": 8, "height": 48, "width": 64},
        training={
            "epochs": 14,
            "learning_rate": 0.002,
            "augmentation": {"flip_protected": ["walk_left", "walk_right"], "min_time_span": 0.85},
        },
        gates={"min_accuracy": 0.3, "min_recall": 0.5, "min_precision": 0.1, "min_examples": 3},
    )
    result = project.run()
    assert result.returncode == 3, explain(result)
    assert project.versions() == []
    gate = project.gate()
    failed = {finding["label"] for finding in gate["findings"] if not finding["passed"]}
    recall = {finding["label"]: finding["value"] for finding in gate["findings"] if finding["rule"] == "recall"}
    assert min(recall, key=recall.__getitem__) == BAD_CLASS
    assert BAD_CLASS in failed
    assert len(failed) <= len(gate["classes"]) // 2, f"the other classes were learned: {recall}"
    assert "not pushed" in result.stdout
    assert f"class '{BAD_CLASS}': recall" in result.stdout
