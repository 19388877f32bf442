"""The page: findings to HTML."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.decided import Decided
from components.annotation_validator.drawing.motion_curve import MotionCurve, motion_around
from components.annotation_validator.drawing.segment_map import map_for_page
from components.annotation_validator.findings import Finding, Place, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import SegmentMeasures, VideoMeasures
from components.annotation_validator.report import count_failures, failures
from components.pages.environment import render_page

MOST_OF_A_FINDING, MOST_OF_A_PAGE = 6, 100
_NUM_PLACES = 50


@dataclass(frozen=True)
class Picture:
    """A place of a finding: JPEGs of the segment's first, middle and last frame, and its motion."""

    place: Place
    jpegs: tuple[bytes, ...]
    motion: MotionCurve


def render(
    name: str,
    findings: Sequence[Finding],
    inputs: CheckInputs,
    config: ChecksConfig,
    decided: Decided | None = None,
    accepted: Sequence[Finding] = (),
) -> str:
    """One HTML document; of a finding's places the first 50, and what people `accepted` apart from the rest.

    Where frames were looked at, it shows the first segments that each finding names, and a map of all.
    """
    counts = Counter(finding.severity for finding in findings)
    passed = not failures(findings, config)
    illustrated = illustrate(inputs, findings)
    shown = list(zip(findings, illustrated, strict=True))
    return render_page(
        "findings.html",
        {},
        name=name,
        passed=passed,
        headline="The data may be trained on" if passed else count_failures(findings, config),
        fail_on=config.fail_on.value,
        counts=[(f"{severity.value}s", counts[severity]) for severity in Severity],
        by_severity=[
            (f"{severity.value}s", [each for each in shown if each[0].severity is severity])
            for severity in Severity
            if counts[severity]
        ],
        map=map_for_page(inputs.embedding, findings) if inputs.measures and inputs.embedding else None,
        num_pictures=sum(map(len, illustrated)),
        classes={label: len(segments) for label, segments in inputs.by_label.items()},
        num_segments=len(inputs.segments),
        num_videos=inputs.num_videos,
        num_places=_NUM_PLACES,
        decided=decided or Decided(),
        accepted=accepted,
    )


def illustrate(inputs: CheckInputs, findings: Sequence[Finding]) -> list[tuple[Picture, ...]]:
    """Pictures of the first places of each finding, in the order of the findings; none where no frame was looked at.

    A video that is named as a whole is shown by its first segment. No finding gets a second picture before all have one.
    """
    shown = [
        [(place, found) for place in finding.places if (found := _measures_of(place, inputs))][:MOST_OF_A_FINDING]
        for finding in findings
    ]
    ranks = sorted((rank, number) for number, places in enumerate(shown) for rank in range(len(places)))
    counts = Counter(number for _, number in ranks[:MOST_OF_A_PAGE])
    return [
        tuple(
            Picture(place, segment.pictures, motion_around(video, segment, place.suggestion))
            for place, (video, segment) in places[: counts[number]]
        )
        for number, places in enumerate(shown)
    ]


def _measures_of(place: Place, inputs: CheckInputs) -> tuple[VideoMeasures, SegmentMeasures] | None:
    video = inputs.measures.get(place.video)
    if video is None:
        return None
    segment = video.segments.get(place.segment_id or next(iter(video.segments), ""))
    return (video, segment) if segment else None
