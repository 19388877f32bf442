"""Every clip but those of eval is a witness: of a model that has never seen its group, whatever happens to the run."""

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from components.fold_trainer.answers import CHOSEN_FILE, Answer, Folds, read_answers, read_folds
from components.pusher.card_files import MODEL_CARD_JSON
from components.video_example_gen.ledger import ACCEPTED_FILE, Entries
from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import Project, explain
from tests.e2e.pushed import executions_by_state
from tests.e2e.test_interruptions import children, line_of

NUM_FOLDS = 3
NUM_EPOCHS = 3


@dataclass(frozen=True)
class FoldsRun:
    """A project that was judged by folds, and its last run, which goes on after one that was killed in the second fold."""

    project: Project
    result: "subprocess.CompletedProcess[str]"

    @property
    def answers(self) -> list[Answer]:
        return read_answers(self.project.artifact("FoldTrainer", "answers"))

    @property
    def folds(self) -> Folds:
        return read_folds(self.project.artifact("FoldTrainer", "answers"))


def project_with_folds(pushed_run: PushedRun, folder: Path) -> Project:
    project = pushed_run.project.beside(folder)
    project.configure(evaluation={"folds": NUM_FOLDS}, training={"epochs": NUM_EPOCHS})
    return project


def kill(process: "subprocess.Popen[str]") -> None:
    for child in children(process):
        child.kill()
    process.communicate()


@pytest.fixture(scope="module")
def judged(pushed_run: PushedRun, repeated_run: RepeatedRun, tmp_path_factory: pytest.TempPathFactory) -> FoldsRun:
    """A run that was killed after an epoch of the second fold, and repeated."""
    project = project_with_folds(pushed_run, tmp_path_factory.mktemp("judged"))
    process = project.start("run")
    while not list(project.output_dir.glob("pipeline/checkpoints/*.folds/training-1/checkpoint/state.npz")):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    kill(process)
    result = project.run()
    assert result.returncode == 0, explain(result)
    return FoldsRun(project, result)


@pytest.fixture(scope="module")
def undisturbed_answers(
    pushed_run: PushedRun, repeated_run: RepeatedRun, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Those of a run whose folds nobody disturbed; what would follow them is of no interest here."""
    project = project_with_folds(pushed_run, tmp_path_factory.mktemp("undisturbed"))
    process = project.start("run")
    line_of(process, "FoldTrainer")
    kill(process)
    return project.artifact("FoldTrainer", "answers")


def test_every_clip_but_those_of_eval_has_one_answer_of_a_model_that_never_saw_its_group(judged: FoldsRun) -> None:
    ledger = Entries(judged.project.artifact("VideoExampleGen", "ledger") / ACCEPTED_FILE)
    expected = {entry["segment_id"]: entry["group"] for entry in ledger if entry["split"] != "eval"}
    answers = judged.answers
    assert {answer.clip: answer.group for answer in answers} == expected
    assert len(answers) == len(expected)
    folds = judged.folds.folds
    for answer in answers:
        assert answer.group in folds[answer.fold].held_out
        assert answer.group not in folds[answer.fold].trained_on
    of_eval = {entry["group"] for entry in ledger if entry["split"] == "eval"}
    assert all(set(fold.trained_on) == set(expected.values()) - set(fold.held_out) for fold in folds)
    assert not of_eval & set(expected.values())


def test_all_these_answers_are_judged(judged: FoldsRun) -> None:
    gate = judged.project.gate()
    answers, classes = judged.answers, judged.folds.classes
    assert sum(map(sum, gate["confusion_matrix"])) == len(answers) == gate["lost_answers"]["num_clips"]
    counts = [[0] * len(classes) for _ in classes]
    for answer in answers:
        counts[classes.index(answer.labels[0])][answer.scores.index(max(answer.scores))] += 1
    assert gate["confusion_matrix"] == counts
    fold_of = judged.folds.of_group
    assert gate["fold_of_group"] == [fold_of[group] for group in gate["groups"]["groups"]]


def test_the_report_and_the_card_say_that_the_recipe_was_measured(judged: FoldsRun) -> None:
    (version,) = judged.project.versions()
    card = json.loads((version / MODEL_CARD_JSON).read_text())
    assert (card["evaluation"]["split"], card["evaluation"]["folds"]) == ("folds", NUM_FOLDS)
    assert any("What was measured is the recipe" in sentence for sentence in card["limits"])
    assert "What was measured is the recipe" in " ".join(
        (judged.project.artifact("Reporter", "report") / "report.html").read_text().split()
    )
    chosen = json.loads((version / CHOSEN_FILE).read_text())
    assert chosen.keys() == {answer.clip for answer in judged.answers}
    assert judged.project.clipgate("verify", str(version)).returncode == 0


def test_a_run_that_was_killed_in_a_fold_goes_on_there_and_comes_to_the_same_answers(
    judged: FoldsRun, undisturbed_answers: Path
) -> None:
    line = next(line for line in judged.result.stdout.splitlines() if " FoldTrainer " in line)
    assert "resumed after epoch" in line
    assert judged.answers == read_answers(undisturbed_answers)
    assert judged.folds == read_folds(undisturbed_answers)
    assert not list(judged.project.output_dir.glob("pipeline/checkpoints/*.folds"))


def test_the_same_run_again_is_answered_from_the_cache(judged: FoldsRun) -> None:
    before = executions_by_state(judged.project)
    again = judged.project.run()
    assert again.returncode == 0, explain(again)
    after = executions_by_state(judged.project)
    assert after["COMPLETE"]["FoldTrainer"] == before["COMPLETE"]["FoldTrainer"] == 1
    assert after["CACHED"]["FoldTrainer"] == 1
    # The model that is served already was trained from the very same data and configuration: nothing is compared.
    assert "not_compared" not in judged.project.gate()


def test_the_next_model_is_compared_on_the_clips_that_both_have_answers_of(judged: FoldsRun) -> None:
    project = judged.project
    project.configure(evaluation={"folds": NUM_FOLDS}, training={"epochs": 1})
    result = project.run()
    assert result.returncode == 0, explain(result)
    gate = project.gate()
    assert sum(map(sum, gate["baseline"]["confusion_matrix"])) == len(judged.answers)
    assert {finding["rule"] for finding in gate["findings"]} >= {"recall_drop"}


def test_without_folds_a_model_that_was_judged_by_them_is_not_asked_about_what_it_learned_from(
    judged: FoldsRun,
) -> None:
    project = judged.project
    gates = {"certainty": None, "min_accuracy": 0, "min_recall": 0, "min_precision": 0, "min_examples": 1}
    project.configure(gates={**gates, "min_gain_over_majority": None})
    result = project.run()
    assert result.returncode == 5, explain(result)
    assert "has learned from these test clips itself" in result.stdout + result.stderr
    assert "gates.max_recall_drop: 1" in result.stdout + result.stderr
