"""Made-up data sets to split."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from components.annotations.records.record import Segment, Source

Videos = Mapping[str, Sequence[Segment]]


def make_videos(
    *rows: tuple[str, str, str | None] | tuple[str, str, str | None, str | None],
) -> dict[str, list[Segment]]:
    """Videos with the segments of the rows: (video, label, group) or (video, label, group, split)."""
    videos: dict[str, list[Segment]] = defaultdict(list)
    for number, (video, label, group, *split) in enumerate(rows, start=2):
        source = Source("labels.csv", number)
        videos[video].append(Segment(video, label, source, group=group, split=split[0] if split else None))
    return dict(videos)


def one_class_groups(groups_by_label: Mapping[str, int], videos_per_group: int = 1) -> dict[str, list[Segment]]:
    """Groups that hold videos of one class each."""
    return make_videos(
        *(
            (f"{label}/{group}/{video}.mp4", label, f"{label}-{group}")
            for label, num_groups in groups_by_label.items()
            for group in range(num_groups)
            for video in range(videos_per_group)
        )
    )


def splits_of_groups(videos: Videos, splits: Mapping[str, str]) -> dict[str, set[str]]:
    """The splits that each group is found in."""
    found: dict[str, set[str]] = defaultdict(set)
    for video, segments in videos.items():
        for segment in segments:
            if segment.group:
                found[segment.group].add(splits[video])
    return found


def count_segments(videos: Videos, splits: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """How many segments each (split, label) has."""
    return Counter((splits[video], segment.label) for video, segments in videos.items() for segment in segments)
