"""Clips to quantise with and to compare with."""

from pathlib import Path

import numpy as np
import pytest

from foundation.messages.errors import UserError
from models.config import ModelConfig
from pipeline.devices.clips import StoredClips, cropped, draw_clips
from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip, write_examples

CONFIG = ModelConfig(preset="tiny", num_frames=2, height=32, width=40, crop_margin=1.1)


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    (tmp_path / "Split-test").mkdir()
    clips = [clip_example(CLASSES[number % 3], encode_clip(draw_clip(number % 3, number))) for number in range(6)]
    write_examples(tmp_path / "Split-test" / "a.gz", clips[:4])
    write_examples(tmp_path / "Split-test" / "b.gz", clips[4:])
    return tmp_path


def test_stored_clips_are_spread_over_all_files(examples: Path) -> None:
    chosen = StoredClips(examples, "test", CONFIG, most=3)
    assert [clip.labels for clip in chosen] == [{CLASSES[number % 3]} for number in (0, 2, 4)]
    assert len(chosen) == 3
    assert len(StoredClips(examples, "test", CONFIG)) == len(StoredClips(examples, "test", CONFIG, most=9)) == 6


def test_frames_are_those_that_the_network_sees(examples: Path) -> None:
    clip = next(iter(StoredClips(examples, "test", CONFIG)))
    assert clip.frames.shape == (2, CONFIG.clip_height, CONFIG.clip_width, 3)
    assert cropped(clip.frames, CONFIG).shape == (2, 32, 40, 3)


def test_a_folder_without_the_split_is_refused(examples: Path) -> None:
    with pytest.raises(UserError, match="no clips of the split train"):
        StoredClips(examples, "train", CONFIG)


def test_drawn_clips_differ_and_are_the_same_each_time() -> None:
    first, second = draw_clips(CONFIG, 2)
    assert (first.frames != second.frames).any() and (first.frames[0] != first.frames[1]).any()
    np.testing.assert_array_equal(first.frames, draw_clips(CONFIG, 1)[0].frames)
