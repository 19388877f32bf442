"""The data beside which requests are compared: found by the model's card, measured once, remembered."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from components.pusher.card_files import MODEL_CARD_JSON
from foundation.messages.errors import UserError
from models.config import ModelConfig
from pipeline.watch.reference import find_examples, load_reference
from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip, write_examples
from tests.models.exported import save_network


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run leaves: a version whose card names its Examples, and these, of two people a split."""
    folder = tmp_path_factory.mktemp("run")
    version, examples = folder / "serving" / "7", folder / "pipeline" / "VideoExampleGen" / "examples" / "3"
    _, info = save_network(version, ModelConfig(preset="tiny", num_frames=2, height=32, width=40, crop_margin=1.1))
    for number, split in enumerate(("train", "eval", "test")):
        (examples / f"Split-{split}").mkdir(parents=True)
        clips = [
            clip_example(label, encode_clip(draw_clip(0, seed=number)), group=f"{split}_{seed % 2}")
            for seed, label in enumerate(CLASSES)
        ]
        write_examples(examples / f"Split-{split}" / "data.gz", clips)
    card = {"lineage": {"artifacts": [{"input": "examples", "uri": f"/before/{examples.relative_to(folder)}"}]}}
    (version / MODEL_CARD_JSON).write_text(json.dumps(card))
    return folder


def test_the_data_are_measured_once_and_remembered(run: Path) -> None:
    from models.export_info import read_export_info

    version = run / "serving" / "7"
    examples = find_examples(version, run / "pipeline")
    told: list[tuple[int, int]] = []
    remembered = run / "watch"
    first = load_reference(
        examples, version, read_export_info(version), remembered, lambda done, total: told.append((done, total))
    )
    assert told == [(3, 9), (6, 9), (9, 9)]
    assert (len(first.trained), len(first.held_out), first.held_out.num_groups) == (3, 6, 4)
    assert first.clips.embedding.shape[0] == 9 and first.clips.scores.shape == (9, 3)
    again = load_reference(
        examples, version, read_export_info(version), remembered, lambda done, total: pytest.fail("measured again")
    )
    np.testing.assert_array_equal(again.clips.scores, first.clips.scores)


def test_examples_that_are_gone_are_told_with_the_remedy(run: Path, tmp_path: Path) -> None:
    version = tmp_path / "7"
    shutil.copytree(run / "serving" / "7", version)
    with pytest.raises(UserError, match="no longer in /before/pipeline/VideoExampleGen/examples/3; clipgate run"):
        find_examples(version, tmp_path / "pipeline")
    (version / MODEL_CARD_JSON).unlink()
    with pytest.raises(UserError, match="no model card that names its Examples"):
        find_examples(version, run / "pipeline")
