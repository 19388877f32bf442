"""Checks of how long segments last, and of where they lie in their video."""

from collections.abc import Iterable, Sequence
from math import log
from statistics import median

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Suggestion, Unit
from components.annotation_validator.config import ChecksConfig, Severity

# Fewer segments have no typical length that one of them could deviate from.
_FEWEST = 8
# Clips that were cut to one length have no deviation; a quarter more or less is then still usual.
_LEAST_DEVIATION = 0.25
_MAD_TO_DEVIATION = 1.4826  # of a normal distribution
_WHOLE = 0.95


def deviations(durations: Sequence[float]) -> list[float]:
    """How unusual each duration is, in robust standard deviations of log durations; negative: shorter than the median.

    The median and the median absolute deviation (MAD) of the logarithms stand in for mean and standard deviation, as they
    hardly move when up to half of the values are wrong (Iglewicz and Hoaglin, How to Detect and Handle Outliers, 1993).
    """
    logs = [log(duration) for duration in durations]
    middle = median(logs)
    mad = median(abs(each - middle) for each in logs)
    scale = max(mad * _MAD_TO_DEVIATION, _LEAST_DEVIATION)
    return [(each - middle) / scale for each in logs]


def check_duration_outliers(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments that last far longer or shorter than those of their class."""
    bar = config.duration_outliers or 0.0
    for label, segments in inputs.by_label.items():
        timed = [(segment, segment.seconds) for segment in segments if segment.seconds]
        if inputs.is_background(label) or len(timed) < _FEWEST:
            continue
        durations = [seconds for _, seconds in timed if seconds]
        scores = deviations(durations)
        ranked = sorted(zip(scores, durations, [segment for segment, _ in timed], strict=True), key=_by_size)
        outliers = [(score, seconds, segment) for score, seconds, segment in ranked if abs(score) > bar]
        if outliers:
            shown = ", ".join(f"{seconds:.3g} s" for _, seconds, _ in outliers[:3])
            yield Finding(
                check="duration_outliers",
                severity=Severity.WARNING,
                message=f"class {label!r}: {len(outliers)} of {len(timed)} segments last much longer or shorter than is "
                f"usual ({median(durations):.3g} s): {shown}{', ...' if len(outliers) > 3 else ''}",
                remedy="Look at these segments: correct start and end, split what holds several actions, delete slips.",
                value=abs(outliers[0][0]),
                bar=bar,
                places=tuple(segment.place() for _, _, segment in outliers),
            )


def _by_size(item: tuple[float, float, CheckedSegment]) -> float:
    return -abs(item[0])


def check_past_video_end(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments that end, or even begin, after their video has ended."""
    bar = config.past_video_end or 0.0
    late: list[tuple[float, CheckedSegment]] = []
    for segment in inputs.segments:
        length = _video_seconds(inputs, segment)
        if length and segment.end_seconds is not None and segment.end_seconds - length > bar:
            late.append((segment.end_seconds - length, segment))
    late.sort(key=lambda item: -item[0])
    beyond = [item for item in late if item[1].start_seconds >= _video_seconds(inputs, item[1])]
    within = [item for item in late if item[1].start_seconds < _video_seconds(inputs, item[1])]
    if beyond:
        yield Finding(
            check="past_video_end",
            severity=Severity.ERROR,
            message=f"{len(beyond)} of {len(inputs.segments)} segments begin after their video has ended",
            remedy="Check the times' unit and the annotation tool's frame rate, and that the videos are whole.",
            value=beyond[0][0],
            bar=bar,
            unit=Unit.SECONDS,
            places=tuple(segment.place() for _, segment in beyond),
        )
    if within:
        yield Finding(
            check="past_video_end",
            severity=Severity.WARNING,
            message=f"{len(within)} of {len(inputs.segments)} segments end after their video, by up to {within[0][0]:.3g} s",
            remedy="End them with the video. If many do, the annotation tool counted at another frame rate: data.frame_rate.",
            value=within[0][0],
            bar=bar,
            unit=Unit.SECONDS,
            places=tuple(
                segment.place(Suggestion(end_seconds=_video_seconds(inputs, segment))) for _, segment in within
            ),
        )


def check_cut_by_video_end(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments that end with their video and are much shorter than those of their class that do not."""
    bar = config.cut_by_video_end or 0.0
    for label, segments in inputs.by_label.items():
        complete = [s.seconds for s in segments if s.seconds and not _ends_with_video(inputs, s)]
        if inputs.is_background(label) or len(complete) < _FEWEST:
            continue
        usual = median(complete)
        cut = sorted(
            (
                (s.seconds / usual, s)
                for s in segments
                if s.seconds and _ends_with_video(inputs, s) and s.start_seconds > 0
            ),
            key=lambda item: item[0],
        )
        cut = [item for item in cut if item[0] < bar]
        if cut:
            yield Finding(
                check="cut_by_video_end",
                severity=Severity.WARNING,
                message=f"class {label!r}: {len(cut)} segments end with their video after {cut[0][0]:.0%} or more of the "
                f"usual {usual:.3g} s; the rest of the action is missing",
                remedy="Delete them, or replace the videos by recordings that hold the whole action.",
                value=cut[0][0],
                bar=bar,
                places=tuple(segment.place() for _, segment in cut),
            )


def check_whole_video_labels(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Long videos of which one segment covers everything: the action itself is hardly in the frames that are sampled."""
    bar = config.whole_video_labels or 0.0
    for label, segments in inputs.by_label.items():
        whole = [
            (length, segment)
            for segment in segments
            if (length := _video_seconds(inputs, segment)) > bar and (segment.seconds or 0.0) > _WHOLE * length
        ]
        whole.sort(key=lambda item: -item[0])
        if whole and not inputs.is_background(label):
            yield Finding(
                check="whole_video_labels",
                severity=Severity.WARNING,
                message=f"class {label!r}: {len(whole)} of {len(segments)} segments are whole videos of up to "
                f"{whole[0][0]:.0f} s; frames are sampled over all of it, and few show the action",
                remedy="Annotate when the action begins and ends, or set sampling.window_seconds.",
                value=whole[0][0],
                bar=bar,
                unit=Unit.SECONDS,
                places=tuple(segment.place() for _, segment in whole),
            )


def _video_seconds(inputs: CheckInputs, segment: CheckedSegment) -> float:
    """How long the segment's video is; 0 where that is unknown."""
    facts = inputs.videos.get(segment.video)
    return facts.duration_seconds if facts else 0.0


def _ends_with_video(inputs: CheckInputs, segment: CheckedSegment) -> bool:
    facts = inputs.videos.get(segment.video)
    if not facts or not facts.duration_seconds or segment.end_seconds is None:
        return False
    return segment.end_seconds >= facts.duration_seconds - 1.5 * facts.frame_seconds
