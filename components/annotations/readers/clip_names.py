"""Recordings of clips, for data sets that write the recording into the clip's file name."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from components.annotations.records.group_names import SCHEMES
from components.annotations.records.record import Assumption, Segment
from foundation.messages.wording import counted

_DATA_SETS = {"ucf101": "UCF101", "hmdb51": "HMDB51", "kinetics": "Kinetics"}
# What lies beside videos. Whether a file is one its content says, and nobody has looked into it yet.
_OTHER_FILES = frozenset(
    (".txt", ".csv", ".tsv", ".json", ".xml", ".md", ".html", ".pdf", ".ini", ".db", ".zip", ".jpg", ".jpeg", ".png")
)


def group_of_clip(video: str) -> str | None:
    """The recording that a clip of UCF101, HMDB51 or Kinetics was cut from; None for any other name."""
    groups = (SCHEMES[scheme].group_of(video) for scheme in _DATA_SETS)
    return next((group for group in groups if group), None)


def with_recordings(segments: Sequence[Segment]) -> Iterator[Segment | Assumption]:
    """The segments; with their recordings as groups if none has a group, and all videos are called as in one data set."""
    videos = [each.video for each in segments if PurePosixPath(each.video).suffix.lower() not in _OTHER_FILES]
    if not videos or any(segment.group for segment in segments):
        yield from segments
        return
    for scheme, data_set in _DATA_SETS.items():
        group_of = SCHEMES[scheme].group_of
        if all(map(group_of, videos)):
            groups = set(map(group_of, videos))
            yield Assumption(
                f"all {len(videos)} videos are called as in {data_set}, so clips of one recording are taken for a group: "
                f"{counted(len(groups), 'group')}, such as {group_of(videos[0])!r}",
                "If they are others, set data.group_pattern to a regular expression that says what they have in common.",
            )
            yield from (replace(segment, group=group_of(segment.video)) for segment in segments)
            return
    yield from segments
