"""Answers on folds in place of a model's."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow_model_analysis as tfma

from components.evaluator import fold_answers, fold_windows
from components.evaluator.component import Evaluator
from components.evaluator.config import EvaluationConfig
from components.evaluator.eval_config import Measured, make_folds_eval_config
from components.evaluator.fold_answers import WithAnswers
from components.fold_trainer.answers import Answer, Fold, Folds, answers_file, to_lines, write_folds

ANSWERS = [
    Answer("1", "a.mp4", "ann", ("wave",), 0, (0.25, 0.75)),
    Answer("2", "b.mp4", "bob", ("sit",), 1, (0.5, 0.5)),
    Answer("3", "c.mp4", "cem", ("jump",), 1, (1.0, 0.0)),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A FoldAnswers artifact."""
    write_folds(tmp_path, Folds(("sit", "wave"), (Fold(("ann",), ("bob", "cem")), Fold(("bob", "cem"), ("ann",)))))
    for fold in (0, 1):
        (tmp_path / answers_file(fold)).write_text(to_lines(each for each in ANSWERS if each.fold == fold))
    return tmp_path


def extracts(clip: str, label: str) -> dict[str, Any]:
    return {"features": {"segment_id": np.array([clip.encode()]), "label": np.array([label.encode()])}, "labels": label}


def test_each_clip_gets_the_answer_of_its_fold_and_the_id_of_its_label(folder: Path) -> None:
    adding = WithAnswers(str(folder))
    adding.setup()
    ((first,), (unknown,)) = (list(adding.process(extracts(*clip))) for clip in (("1", "wave"), ("3", "jump")))
    assert first["predictions"]["probabilities"].tolist() == [0.25, 0.75]
    assert first["labels"].tolist() == [1]
    assert unknown["labels"].tolist() == [-1], "counted as a lost answer"


def test_a_clip_without_an_answer_is_an_error_and_never_left_out(folder: Path) -> None:
    adding = WithAnswers(str(folder))
    adding.setup()
    with pytest.raises(KeyError):
        list(adding.process(extracts("4", "sit")))


@pytest.mark.parametrize("module", [fold_answers, fold_windows])
def test_no_model_is_loaded_or_asked(folder: Path, module: Any) -> None:
    config = make_folds_eval_config(EvaluationConfig(), Measured(2))
    stands_in = module.custom_eval_shared_model(f"{folder}/Format-Serving", "", config)
    assert stands_in.model_loader is None
    names = [extractor.stage_name for extractor in module.custom_extractors(stands_in, config, None)]
    assert "AddAnswers" in names
    assert not [name for name in names if "Prediction" in name or "Transformed" in name]
    assert names.index("AddAnswers") < names.index("ExtractSliceKeys")


def test_the_confusion_matrix_counts_any_most_probable_class(folder: Path) -> None:
    config = make_folds_eval_config(EvaluationConfig(), Measured(2))
    (spec,) = config.model_specs
    assert (spec.label_key, spec.signature_name, list(spec.preprocessing_function_names)) == ("label", "", [])
    assert tfma.utils.verify_eval_config(config) is None
    assert Evaluator.SPEC_CLASS.INPUTS["answers"].optional


def test_a_clip_with_several_labels_gets_the_thresholds_of_its_fold_s_model(folder: Path) -> None:
    answer = Answer("1", "a.mp4", "ann", ("sit", "wave"), 0, (0.25, 0.75), (0.5, 0.625))
    (folder / answers_file(0)).write_text(to_lines([answer]))
    adding = WithAnswers(str(folder))
    adding.setup()
    found = extracts("1", "sit")
    found["features"]["label"] = np.array([b"sit", b"wave"])
    (clip,) = adding.process(found)
    assert clip["labels"].tolist() == [0, 1]
    assert clip["predictions"]["thresholds"].tolist() == [0.5, 0.625]
