"""A stated frame rate turns the frames of an annotation tool into seconds."""

from pathlib import Path

from components.annotations.readers.clock import at_frame_rate
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask, Reject, Segment, Source, TimeUnit
from tests.components.annotations.readers.reading import read_segment
from tests.components.annotations.readers.samples import SAMPLES

SOURCE = Source("a.xml", 1)
BOX = Box(30.0, 1, 2, 3, 4, is_end=True)
MASK = Mask(15.0, rle=b"04", height=2, width=2)
FRAMES = Segment("a.mp4", "wave", SOURCE, 12.0, 36.0, TimeUnit.FRAMES, boxes=(BOX,), masks=(MASK,))


def test_frames_become_seconds_at_the_rate() -> None:
    assert at_frame_rate(FRAMES, 24.0) == Segment(
        "a.mp4",
        "wave",
        SOURCE,
        0.5,
        1.5,
        TimeUnit.SECONDS,
        boxes=(Box(1.25, 1, 2, 3, 4, is_end=True),),
        masks=(Mask(0.625, rle=b"04", height=2, width=2),),
    )


def test_a_segment_to_the_end_stays_one() -> None:
    whole = at_frame_rate(Segment("a.mp4", "wave", SOURCE, time_unit=TimeUnit.FRAMES), 24.0)
    assert isinstance(whole, Segment)
    assert (whole.end, whole.time_unit) == (None, TimeUnit.SECONDS)


def test_what_counts_no_frames_or_has_no_rate_stays_as_it_is() -> None:
    seconds = Segment("a.mp4", "wave", SOURCE, 1.0, 2.0)
    reject = Reject(Reason.LABEL_MISSING, "no label", SOURCE)
    assert at_frame_rate(seconds, 24.0) is seconds
    assert at_frame_rate(reject, 24.0) is reject
    assert at_frame_rate(FRAMES, None) is FRAMES


def test_every_format_that_counts_frames_may_be_given_a_rate(tmp_path: Path) -> None:
    (tmp_path / "seqinfo.ini").write_text("name=street\n")
    content = SAMPLES["mot"].files["gt.txt"].splitlines()[0]
    segment = read_segment(tmp_path, content, "gt.txt", frame_rate=0.5)
    assert (segment.start, segment.end, segment.time_unit) == (0.0, 2.0, TimeUnit.SECONDS)
