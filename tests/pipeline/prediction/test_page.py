"""The timeline as a page, and as a film."""

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from components.video.capture import open_video
from components.video.config import SamplingConfig
from foundation.messages.errors import UserError
from pipeline.prediction.annotate import annotate, at_rate, draw, has_h264
from pipeline.prediction.page import clock, frames_of, lanes, render
from pipeline.prediction.records import Snapshot, VideoPrediction
from pipeline.prediction.segments import ActionSegment
from tests.components.pages.scripts import without_script
from tests.components.video.videos import read_index, write_video

SIT, WAVE = (
    ActionSegment("sit", 1.0, 2.0, 0.9, (0.9, 0.1)),
    ActionSegment("<b>wave</b>", 2.0, 4.0, 0.8, (0.2, 0.8)),
)
SNAPSHOTS = tuple(Snapshot(second / 2, f"jpeg {second}".encode()) for second in range(20))
PREDICTION = VideoPrediction("<i>.mp4", (SIT, WAVE), 10.0, snapshots=SNAPSHOTS)


def test_every_segment_is_in_the_page_and_no_name_is_markup() -> None:
    page = render([PREDICTION])
    assert "left: 10.000%; width: 10.000%" in page
    assert "left: 20.000%; width: 20.000%" in page
    assert "&lt;i&gt;.mp4" in page
    assert "&lt;b&gt;wave&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert "2 actions in 1 video<" in page


def test_the_page_fetches_nothing() -> None:
    page = render([PREDICTION])
    assert "default-src 'none'" in page
    assert "<script" not in without_script(page)
    assert set(re.findall(r'(?:src|href)="([^#"]{5})', page)) == {"data:"}


def test_links_lead_to_their_rows() -> None:
    page = without_script(render([PREDICTION, PREDICTION]))
    links, ids = re.findall(r'href="#([^"]+)"', page), re.findall(r'id="([^"]+)"', page)
    assert sorted(links) == sorted(ids)
    # The content, two videos, and two actions in each.
    assert len(set(ids)) == 7


def test_a_broken_video_says_why() -> None:
    page = render([VideoPrediction("a.mp4", reason="not_a_video", message="no <container>")])
    assert "not_a_video" in page
    assert "no &lt;container&gt;" in page


def test_a_label_has_one_lane() -> None:
    assert [lane.label for lane in lanes(VideoPrediction("v", (SIT, WAVE, SIT)))] == ["sit", "<b>wave</b>"]


def test_frames_are_of_the_segment() -> None:
    assert [frame.seconds for frame in frames_of(WAVE, SNAPSHOTS)] == [2.5, 3.0, 3.5]
    assert frames_of(WAVE, ()) == []


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00.0"), (59.96, "1:00.0"), (61.25, "1:01.2"), (3725.46, "1:02:05.5")]
)
def test_times_are_as_players_show_them(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_a_film_has_the_frames_of_the_video_with_the_labels_of_their_time(tmp_path: Path) -> None:
    video = write_video(tmp_path / "video.mp4", 50)
    annotate(video, [SIT], SamplingConfig(), tmp_path / "film.mp4")
    with open_video(tmp_path / "film.mp4", 1) as film, open_video(video, 1) as original:
        pairs = [
            (shown.retrieve(), before.retrieve(), shown.seconds)
            for shown, before in zip(film.frames(), original.frames(), strict=True)
        ]
    assert len(pairs) == 50
    for shown, before, seconds in pairs:
        middle = shown[20:40]
        assert read_index(middle) == read_index(before[20:40])
        banner = np.abs(shown[:8].astype(int) - before[:8]).mean() > 40
        assert banner == (1.0 <= seconds < 2.0)


@pytest.mark.skipif(not has_h264(), reason="no encoder of H.264")
@pytest.mark.parametrize("size", [(64, 48), (65, 49)])
def test_browsers_play_a_film(tmp_path: Path, size: tuple[int, int]) -> None:
    writer = cv2.VideoWriter(str(tmp_path / "video.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 10, size)
    for _ in range(12):
        writer.write(np.zeros((size[1], size[0], 3), np.uint8))
    writer.release()
    annotate(tmp_path / "video.mp4", [SIT], SamplingConfig(), tmp_path / "film.mp4")
    film = cv2.VideoCapture(str(tmp_path / "film.mp4"))
    assert int(film.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little") in (b"avc1", b"h264")
    assert (film.get(cv2.CAP_PROP_FRAME_COUNT), film.get(cv2.CAP_PROP_FRAME_WIDTH)) == (12, 64)


def test_a_film_of_what_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(UserError, match="--annotated: .*text.mp4: the decoder cannot open it"):
        annotate(tmp_path / "text.mp4", [SIT], SamplingConfig(), tmp_path / "film.mp4")


def test_a_film_of_a_video_with_gaps_keeps_its_time(tmp_path: Path) -> None:
    with open_video(write_video(tmp_path / "video.mp4", 10, fps=5.0), 1) as reader:
        shown = [(seconds, read_index(frame)) for seconds, frame in at_rate(reader, 10.0)]
    assert len(shown) == 19
    assert all(abs(index - seconds * 5) <= 1 for seconds, index in shown)


def test_small_frames_can_be_drawn_into() -> None:
    frame = np.zeros((16, 16, 3), np.uint8)
    assert draw(frame, 1.5, [SIT, WAVE], 10.0).shape == frame.shape
    assert not frame.any()
