"""Segments of which nobody says who or where: each video is then a group, though several may show one scene."""

from collections.abc import Iterable
from pathlib import PurePosixPath

from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.records.group_names import propose_scheme
from foundation.messages.wording import counted


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    num_without = sum(count for origin, count in inputs.all_origins.items() if not origin.group)
    if not inputs.segments or num_without / len(inputs.segments) <= bar:
        return
    without = (segment for segment in inputs.segments if not segment.group)
    videos_without = dict.fromkeys(segment.video for segment in inputs.segments if not segment.group)
    # A folder for each class has no place for groups, so that nobody was asked for them.
    is_by_folders = num_without == len(inputs.segments) and all(map(_is_in_its_class, without))
    remedy = "Name in the column group who or where it is, if videos have that in common."
    proposal = propose_scheme(videos_without)
    if proposal:
        group, videos = max(proposal.groups.items(), key=lambda item: len(item[1]))
        remedy = (
            f"Set data.group_pattern: {proposal.scheme}, if this part of the paths is who or where it is: it makes "
            f"{counted(len(proposal.groups), 'group')}, such as {group!r} of {counted(len(videos), 'video')}: {videos[0]}, ..."
        )
    elif is_by_folders:
        remedy = (
            "Say with data.group_pattern what in the paths tells who or where it is, or put the videos of each group into a "
            "folder of their own below the class."
        )
    yield Found(
        message=f"{num_without} of {len(inputs.segments)} segments name no group; each of their videos counts as one, "
        "and if two show the same person or place, a split may leak",
        remedy=remedy,
        value=num_without / len(inputs.segments),
        severity=Severity.WARNING if is_by_folders else None,
    )


def _is_in_its_class(segment: CheckedSegment) -> bool:
    """Whether a folder of the video's path is called as the label."""
    return segment.label in PurePosixPath(segment.video).parts[:-1]
