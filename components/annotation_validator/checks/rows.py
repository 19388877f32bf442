"""Checks of rows and videos as such: what a run would leave out, and what stands in two places at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Place, Suggestion, Unit
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject

# Nothing that a user could mend: the data set leaves it out itself.
_INTENDED = frozenset((Reason.ROW_EXCLUDED,))


def check_unusable_rows(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Rows and videos that a run would leave out, by the ledger's reason code."""
    bar = config.unusable_rows or 0.0
    by_reason: dict[Reason, list[Reject]] = defaultdict(list)
    for reject in inputs.rejects:
        if reject.reason not in _INTENDED:
            by_reason[reject.reason].append(reject)
    num_rows = len(inputs.segments) + sum(reject.source is not None for reject in inputs.rejects)
    for reason, rejects in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        rows = [reject for reject in rejects if reject.source]
        share = len(rows) / num_rows if num_rows else 0.0
        what = f"{len(rows)} of {num_rows} rows" if rows else f"{len(rejects)} videos"
        example = rejects[0]
        where = str(example.source or example.video)
        yield Finding(
            check="unusable_rows",
            severity=Severity.ERROR if share >= bar and rows else Severity.WARNING,
            message=f"{reason.value}: {what} would be left out, such as {where}: {example.message}",
            remedy=reason.remedy,
            value=share if rows else None,
            bar=bar if rows else None,
            unit=Unit.SHARE,
            places=tuple(_place(reject) for reject in rejects),
        )


def _place(reject: Reject) -> Place:
    suggestion = Suggestion(delete=True) if reject.reason is Reason.DUPLICATE_ROW else None
    return Place(reject.video, reject.label, reject.source, suggestion=suggestion)


def check_identical_videos(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Files with the same bytes: with different labels they contradict each other, else they count twice."""
    bar = config.identical_videos or 0.0
    for tie in inputs.ties:
        videos = [video for video in tie if video in inputs.by_video]
        segments = [segment for video in videos for segment in inputs.by_video[video]]
        if len(videos) - 1 <= bar:
            continue
        contradicting = _contradicting(segments)
        if contradicting:
            one, other = contradicting
            yield Finding(
                check="identical_videos",
                severity=Severity.ERROR,
                message=f"{len(videos)} videos have the same bytes and different labels: {one.video} is {one.label!r}, "
                f"{other.video} is {other.label!r}",
                remedy="Find out which label is right and delete the other rows, or copy the right video.",
                value=len(videos) - 1,
                bar=bar,
                unit=Unit.COUNT,
                places=tuple(segment.place() for segment in segments),
            )
            continue
        groups = sorted({segment.group or segment.video for segment in segments})
        tied = min((segment.group for segment in segments if segment.group), default=videos[0])
        yield Finding(
            check="identical_videos",
            severity=Severity.WARNING,
            message=f"{len(videos)} videos have the same bytes: {', '.join(videos[:3])}{', ...' if len(videos) > 3 else ''}; "
            + (
                f"they stand for {len(groups)} groups, and a split of other tools would test on what was trained on"
                if len(groups) > 1
                else "the same clip counts more than once"
            ),
            remedy="Delete the copies and their rows, or give all of them one group.",
            value=len(videos) - 1,
            bar=bar,
            unit=Unit.COUNT,
            places=tuple(
                segment.place(Suggestion(group=tied) if segment.group != tied else None) for segment in segments
            ),
        )


def _contradicting(segments: Sequence[CheckedSegment]) -> tuple[CheckedSegment, CheckedSegment] | None:
    """Two segments of different videos and labels at the same time, if there are any."""
    for rank, one in enumerate(segments):
        for other in segments[rank + 1 :]:
            starts_before_end = one.end_seconds is None or other.start_seconds < one.end_seconds
            ends_after_start = other.end_seconds is None or one.start_seconds < other.end_seconds
            if one.video != other.video and one.label != other.label and starts_before_end and ends_after_start:
                return one, other
    return None


def check_split_leakage(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Groups that the rows themselves put into more than one split."""
    bar = config.split_leakage or 0.0
    by_group: dict[str, list[CheckedSegment]] = defaultdict(list)
    for segment in inputs.segments:
        by_group[inputs.cluster_of[segment.video]].append(segment)
    leaking = {
        group: segments
        for group, segments in by_group.items()
        if len({segment.split for segment in segments if segment.split}) > 1
    }
    if len(leaking) > bar:
        group, segments = next(iter(leaking.items()))
        splits = sorted({segment.split for segment in segments if segment.split})
        yield Finding(
            check="split_leakage",
            severity=Severity.ERROR if inputs.uses_given_splits else Severity.WARNING,
            message=f"{len(leaking)} of {len(by_group)} groups are in more than one of the given splits, such as {group} in "
            f"{' and '.join(splits)}: the model would be tested on people and places that it was trained on"
            + ("" if inputs.uses_given_splits else " (this run does not follow them: splits.mode)"),
            remedy="Put each group into one split, or use splits.mode 'stratified'.",
            value=len(leaking),
            bar=bar,
            unit=Unit.COUNT,
            places=tuple(segment.place() for segments in leaking.values() for segment in segments),
        )
