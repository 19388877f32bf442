"""Videos to predictions, by a model that looks at nothing."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import numpy.typing as npt
import pytest

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.queues import Windows
from components.video.tasks import Span
from models.labelling import Labelling
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.videos import LongVideos, VideoPredictor
from tests.components.video.videos import record

LONG_VIDEOS = LongVideos(Windows((1.0,), 0.5), SegmentsConfig())


class Constant:
    sampling = SamplingConfig(num_frames=4, short_side=48)
    classes = ("walk", "sit")
    labelling = Labelling(classes)

    def probabilities(self, clips: Sequence[Sequence[bytes]]) -> npt.NDArray[np.float32]:
        return np.array([[0.9, 0.1]] * len(clips), np.float32)


@pytest.fixture(scope="module")
def predictor() -> Iterator[VideoPredictor]:
    with Decoder() as decoder:
        yield VideoPredictor(cast(Classifier, Constant()), decoder)


@pytest.fixture
def cut(tmp_path: Path) -> Path:
    """A download that broke off: its header promises 4 s."""
    video = record(tmp_path / "cut.mp4", [index / 25 for index in range(100)], options={"movflags": "faststart"})
    content = video.read_bytes()
    video.write_bytes(content[: len(content) // 2])
    return video


def test_a_video_that_was_cut_off_is_named_and_what_was_found_is_kept(predictor: VideoPredictor, cut: Path) -> None:
    for prediction in (predictor.predict_clip(cut, Span()), predictor.predict_segments(cut, LONG_VIDEOS)):
        assert [segment.label for segment in prediction.segments] == ["walk"]
        assert prediction.reason == "video_incomplete"
        assert prediction.message.startswith("its frames end at 1.")
        assert prediction.message.endswith("s; its header promises 4.00 s")
        assert prediction.duration_seconds < 2


def test_both_ways_say_the_same_end_of_what_broke_off(predictor: VideoPredictor, cut: Path) -> None:
    ends = {
        prediction.duration_seconds
        for prediction in (predictor.predict_clip(cut, Span()), predictor.predict_segments(cut, LONG_VIDEOS))
    }
    assert len(ends) == 1


def test_nothing_is_found_before_the_first_picture(predictor: VideoPredictor, tmp_path: Path) -> None:
    video = record(tmp_path / "late.mp4", [1 + index / 25 for index in range(100)], sound_seconds=5.0)
    for prediction in (predictor.predict_clip(video, Span()), predictor.predict_segments(video, LONG_VIDEOS)):
        (segment,) = prediction.segments
        assert (segment.start_seconds, segment.end_seconds) == (pytest.approx(1.0), pytest.approx(5.0))
    before = predictor.predict_clip(video, Span(0.0, 0.5))
    assert (before.reason, before.message) == (
        "segment_too_short", "the picture begins at 1.00 s, after the span"
    )  # fmt: skip


def test_a_span_that_is_there_is_all_that_was_asked_for(predictor: VideoPredictor, cut: Path) -> None:
    prediction = predictor.predict_clip(cut, Span(0.0, 1.0))
    assert (prediction.reason, prediction.duration_seconds) == ("", 1.0)


@pytest.mark.parametrize(("name", "options"), [("a.mp4", {}), ("a.webm", {"live": "1"})])
def test_whole_videos_end_with_their_last_frame(
    predictor: VideoPredictor, tmp_path: Path, name: str, options: dict[str, str]
) -> None:
    codec = "mpeg4" if name == "a.mp4" else "libvpx"
    video = record(tmp_path / name, [index / 25 for index in range(50)], codec, options=options)
    for prediction in (predictor.predict_clip(video, Span()), predictor.predict_segments(video, LONG_VIDEOS)):
        assert (prediction.reason, prediction.duration_seconds) == ("", pytest.approx(2.0))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"text", "its first bytes are those of no video container"),
        (b"GIF89a", "it is a GIF; convert it (ffmpeg -i IN OUT.mp4)"),
    ],
)
def test_what_is_no_video_is_called_what_it_is(
    predictor: VideoPredictor, tmp_path: Path, content: bytes, message: str
) -> None:
    (tmp_path / "a.mp4").write_bytes(content)
    prediction = predictor.predict_clip(tmp_path / "a.mp4", Span())
    assert (prediction.reason, prediction.message) == ("not_a_video", message)


class OfBytes(Constant):
    """Says something else of each clip, and the same of the same one."""

    def probabilities(self, clips: Sequence[Sequence[bytes]]) -> npt.NDArray[np.float32]:
        shares = [sum(map(sum, clip)) % 97 / 97 for clip in clips]
        return np.array([[share, 1 - share] for share in shares], np.float32)


def test_scores_of_a_stretch_are_those_that_the_whole_video_has_there(tmp_path: Path) -> None:
    video = record(tmp_path / "long.mp4", [index / 25 for index in range(300)])
    long_videos = LongVideos(Windows((0.8, 1.5), 0.25), SegmentsConfig(smoothing="none"))
    with Decoder() as decoder:
        predictor = VideoPredictor(cast(Classifier, OfBytes()), decoder)
        whole = predictor.predict_segments(video, long_videos).timeline
        stretch = predictor.predict_scores(video, long_videos, (4.0, 6.0))
        everything = predictor.predict_scores(video, long_videos, (0.0, 12.0))
    assert whole
    cells = slice(16, 24)
    np.testing.assert_allclose(stretch.scores[cells], whole.scores[cells])
    np.testing.assert_allclose(everything.scores, whole.scores)
    assert np.ptp(whole.scores[cells, 0]) > 0.1
    # What comes after the stretch was not waited for.
    assert stretch.end_seconds < 9
