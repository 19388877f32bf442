"""One pass over a video, in small."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from components.video import survey as survey_module
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.reader import VideoError
from components.video.survey import read_survey
from components.video.tasks import Span
from tests.components.video.videos import read_index, write_video

SAMPLING = SamplingConfig()


def shown(jpeg: bytes) -> int:
    return read_index(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR))


@pytest.mark.parametrize(("fps", "step"), [(10.0, 1), (30.0, 2), (60.0, 4)])
def test_frames_are_kept_a_few_times_a_second(tmp_path: Path, fps: float, step: int) -> None:
    survey = read_survey(write_video(tmp_path / "v.mp4", 40, fps), (), SAMPLING)
    assert survey.indices.tolist() == list(range(0, 40, step))
    assert survey.seconds == pytest.approx(survey.indices / fps, abs=1e-3)
    assert survey.frames.shape == (len(survey.indices), 64, 64)
    assert survey.end_seconds == pytest.approx(40 / fps, abs=1e-3)


def test_a_long_video_takes_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(survey_module, "_MOST_FRAMES", 16)
    survey = read_survey(write_video(tmp_path / "v.mp4", 50), (), SAMPLING)
    assert 8 <= len(survey.indices) <= 16
    assert set(np.diff(survey.indices)) <= {3, 4}


def test_each_span_has_its_first_middle_and_last_picture(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", 50)
    spans = [Span(1.0, 3.0), Span(10, 31, in_frames=True), Span(4.0), Span(30, None, in_frames=True), Span(7.0, 9.0)]
    pictures = [[shown(jpeg) for jpeg in jpegs] for jpegs in read_survey(video, spans, SAMPLING).pictures]
    assert pictures == [[10, 20, 29], [10, 20, 30], [40, 45, 49], [30, 40, 49], [49, 49, 49]]


def test_the_decoding_process_gives_the_same(tmp_path: Path) -> None:
    video = write_video(tmp_path / "v.mp4", 30)
    spans = [Span(0.5, 2.0), Span()]
    expected = read_survey(video, spans, SAMPLING)
    with Decoder() as decoder:
        found = decoder.read_survey(video, spans, SAMPLING)
        (tmp_path / "broken.mp4").write_bytes(video.read_bytes()[:500])
        with pytest.raises(VideoError):
            decoder.read_survey(tmp_path / "broken.mp4", spans, SAMPLING)
    assert (found.video, found.end_seconds, found.pictures) == (expected.video, expected.end_seconds, expected.pictures)
    for name in ("seconds", "indices", "frames"):
        assert np.array_equal(getattr(found, name), getattr(expected, name))
