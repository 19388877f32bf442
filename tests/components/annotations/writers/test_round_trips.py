"""What is written is what our readers read, for any label, name and time, to the resolution of the format."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.annotations.records.record import Segment, TimeUnit
from components.annotations.splits.config import SPLITS
from components.annotations.writers.catalogue import WRITERS
from tests.components.annotations.writers.making import FRAMES, content_of, read_back, segment

LABELS = (
    st.text(
        st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffd\ufffe\uffff"), min_size=1, max_size=12
    )
    | st.sampled_from(
        [
            'say "hi"',
            "it's",
            "<b>a & b</b>",
            "]]>",
            "&amp;",
            "👍🏽",
            "走る",
            "null",
            "0",
            "{",
            "[1]",
            "=1+1",
            "a,b;c",
            "x" * 256,
        ]
    )
).map(str.strip)
VIDEOS = st.sampled_from(
    ["a.mp4", "day 1/b c.mp4", "day 1/走る & <x>.mkv", "x.y.mp4", "100%.mp4", "v#1?.mp4", "it's.mov"]
)
STARTS = st.floats(0.2, 19)


@st.composite
def segments(draw: st.DrawFn) -> Segment:
    start = draw(STARTS)
    length = draw(st.none() | st.floats(0.05, 10))
    end = None if length is None else min(20.1, start + length)
    return segment(draw(LABELS.filter(bool)), start, end, draw(VIDEOS), group=draw(st.none() | LABELS.filter(bool)))


class Form(NamedTuple):
    """A format: its resolution in seconds (0: exact), and how it names a video and a group."""

    resolution: float
    name_of: Callable[[str], str]
    has_groups: bool = False

    def is_same(self, written: Segment, read: Segment) -> bool:
        """Whether both say the same, as far as the format can: at most half of a step off."""
        texts = [(self.name_of(written.video), written.label), (read.video, read.label)]
        groups = [written.group, read.group] if self.has_groups else [None]
        assert written.end is not None and read.end is not None
        is_near = abs(written.start - read.start) <= self.near and abs(written.end - read.end) <= self.near
        return len(set(texts)) == len(set(groups)) == 1 and is_near

    @property
    def near(self) -> float:
        return self.resolution / 2 + 1e-9


def stem(path: str) -> str:
    return PurePosixPath(path).stem


def name(path: str) -> str:
    return PurePosixPath(path).name


FORMS = {
    "activitynet": Form(0.0, stem),
    "fiftyone": Form(0.0, stem),
    "elan": Form(0.001, name, has_groups=True),
    "label_studio": Form(1 / 24, name),
    "cvat_video": Form(1 / 25, name),
}


@pytest.mark.parametrize("format_name", FORMS)
@settings(max_examples=40)
@given(written=st.lists(segments(), min_size=1, max_size=6))
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, format_name: str, written: list[Segment]
) -> None:
    form = FORMS[format_name]
    content = content_of(*written)
    records = read_back(tmp_path_factory.getbasetemp(), format_name, content)
    read: list[Segment] = []
    for record in records:
        assert isinstance(record, Segment), record
        if record.time_unit is TimeUnit.FRAMES:
            assert record.end is not None
            seconds = [FRAMES.times.seconds_at(frame) for frame in (record.start, record.end)]
            record = segment(record.label, *seconds, record.video)
        read.append(record)
    for each in written:
        closed = replace(each, end=content.end_of(each))
        found = next((record for record in read if form.is_same(closed, record)), None)
        assert found, (closed, read)
        read.remove(found)
    assert read == []


@pytest.mark.parametrize("format_name", ["label_studio", "activitynet", "cvat_video"])
@pytest.mark.parametrize("split", [None, *SPLITS])
def test_the_split_of_a_video_is_kept(tmp_path: Path, format_name: str, split: str | None) -> None:
    written = [segment("wave", split=split), segment("sit", 5, 6, split=split), segment(video="b.mp4", split="test")]
    records = read_back(tmp_path, format_name, content_of(*written))
    assert [record.split for record in records if isinstance(record, Segment)] == [split, split, "test"]


def test_the_group_of_a_video_is_kept_by_label_studio(tmp_path: Path) -> None:
    records = read_back(tmp_path, "label_studio", content_of(segment(group="ann"), segment("sit", 5, 6, group="ann")))
    assert [record.group for record in records if isinstance(record, Segment)] == ["ann", "ann"]


def test_a_whole_video_needs_no_length_in_label_studio(tmp_path: Path) -> None:
    (record,) = read_back(tmp_path, "label_studio", content_of(segment(start=0.0, end=None)))
    assert isinstance(record, Segment)
    assert (record.label, record.start, record.end) == ("wave", 0.0, None)


@pytest.mark.parametrize("format_name", ["label_studio", "activitynet"])
def test_a_video_without_an_action_is_kept(tmp_path: Path, format_name: str) -> None:
    nothing = segment("", 0.0, None, "quiet.mp4", is_negative=True)
    negative, wave = read_back(tmp_path, format_name, content_of(nothing, segment()))
    assert isinstance(negative, Segment) and isinstance(wave, Segment)
    assert (negative.is_negative, wave.is_negative) == (True, False)
    assert stem(negative.video) == "quiet"


@pytest.mark.parametrize("format_name", WRITERS)
def test_the_same_content_gives_the_same_text(tmp_path: Path, format_name: str) -> None:
    content = content_of(segment(), segment("sit", 2, 4))
    assert WRITERS[format_name].write(content) == WRITERS[format_name].write(content)
