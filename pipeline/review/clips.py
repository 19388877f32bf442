"""What is reviewed: clips with all that is known of them, and the findings that name them."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from components.annotation_validator.findings import Finding, Place
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Curve
from components.annotation_validator.inputs.segments import CheckedSegment
from pipeline.review.places import ClipMap, draw_map

_ID_LENGTH, _MOST_GROUPS = 12, 500
# Of what a model rules out; as Keras has it.
_LEAST_PROBABILITY = 1e-7


class Answer(NamedTuple):
    """What a model took a test clip for.

    Attributes:
      own: the class that the clip had when the model was tested.
      chosen: the class that the model gave.
      own_probability, chosen_probability: of both, 0 to 1; None where the run does not tell.
    """

    own: str
    chosen: str
    own_probability: float | None = None
    chosen_probability: float | None = None

    @property
    def loss(self) -> float | None:
        """Cross entropy, in nats: how little the model expected the clip's own class."""
        if self.own_probability is None:
            return None
        return -math.log(max(self.own_probability, _LEAST_PROBABILITY))


@dataclass(frozen=True, slots=True)
class Clip:
    """An annotated segment; `searched` is what a search looks into, in lower case."""

    segment: CheckedSegment
    split: str | None
    answer: Answer | None
    searched: str

    @property
    def id(self) -> str:
        return self.segment.id


@dataclass(frozen=True)
class KnownFinding:
    """A finding with an id that stays as long as check and message do, and the clips that it names, the worst first."""

    id: str
    finding: Finding
    clips: tuple[str, ...]

    @cached_property
    def named(self) -> frozenset[str]:
        return frozenset(self.clips)

    @cached_property
    def suggestions(self) -> Mapping[str, Place]:
        """Places that suggest something, by clip."""
        return {place.segment_id: place for place in self.finding.places if place.segment_id and place.suggestion}


class Facts(NamedTuple):
    """What all clips together have: clips by split, the largest groups, and whether any has an answer, or a probability."""

    splits: Mapping[str, int]
    groups: tuple[str, ...]
    has_answers: bool
    has_confidences: bool


@dataclass(frozen=True)
class Catalogue:
    """All clips and findings at one time.

    Attributes:
      clips: in the order of their videos.
      is_checked: whether the checks have run; there are no findings before.
      map: of the clips that were measured; without frames of none.
      curves: times and changes over the frame, float64 [num_changes] each, by video; without frames of none.
    """

    inputs: CheckInputs
    clips: tuple[Clip, ...]
    findings: tuple[KnownFinding, ...] = ()
    is_checked: bool = False
    by_id: Mapping[str, Clip] = field(default_factory=dict)
    map: ClipMap = ClipMap()
    curves: Mapping[str, tuple[Curve, Curve]] = field(default_factory=dict)

    @cached_property
    def groups(self) -> Mapping[str, frozenset[str | None]]:
        """The group of each clip, by id, as decisions are compared with."""
        return {clip.id: frozenset((clip.segment.group,)) for clip in self.clips}

    @cached_property
    def facts(self) -> Facts:
        """What there is to filter by."""
        answers = [clip.answer for clip in self.clips if clip.answer]
        groups = Counter(clip.segment.group for clip in self.clips if clip.segment.group)
        return Facts(
            splits=Counter(clip.split for clip in self.clips if clip.split),
            groups=tuple(group for group, _ in groups.most_common(_MOST_GROUPS)),
            has_answers=bool(answers),
            has_confidences=any(answer.chosen_probability is not None for answer in answers),
        )

    @cached_property
    def findings_by_id(self) -> Mapping[str, KnownFinding]:
        return {known.id: known for known in self.findings}

    @cached_property
    def labels_of(self) -> Mapping[str, tuple[str, ...]]:
        """The classes of the clips that a finding names, by the finding's id."""
        return {
            known.id: tuple(sorted({self.by_id[clip].segment.label for clip in known.clips if clip in self.by_id}))
            for known in self.findings
        }

    @cached_property
    def findings_of(self) -> Mapping[str, tuple[KnownFinding, ...]]:
        """Findings by the clips that they name."""
        found: dict[str, list[KnownFinding]] = defaultdict(list)
        for known in self.findings:
            for clip in known.clips:
                found[clip].append(known)
        return {clip: tuple(each) for clip, each in found.items()}

    @cached_property
    def clips_of_check(self) -> Mapping[str, frozenset[str]]:
        """Clips by the checks that name them."""
        found: dict[str, set[str]] = defaultdict(set)
        for known in self.findings:
            found[known.finding.check].update(known.clips)
        return {check: frozenset(clips) for check, clips in found.items()}


def make_catalogue(
    inputs: CheckInputs, answers: Mapping[str, Answer], findings: Sequence[Finding] | None = None
) -> Catalogue:
    """The catalogue of what checks look at.

    Args:
      answers: of a model, by segment id.
      findings: None: the checks have not run yet.
    """
    clips = tuple(
        Clip(segment, inputs.split_of(segment), answers.get(segment.id), _searched(segment))
        for segment in inputs.segments
    )
    return Catalogue(
        inputs=inputs,
        clips=clips,
        findings=tuple(_known(finding, inputs) for finding in findings or ()),
        is_checked=findings is not None,
        by_id={clip.id: clip for clip in clips},
        map=draw_map(inputs.embedding),
        curves={video: (measures.seconds, measures.curve) for video, measures in inputs.measures.items()},
    )


def with_answers(catalogue: Catalogue, answers: Mapping[str, Answer]) -> Catalogue:
    """The catalogue with other answers of a model, by segment id."""
    clips = tuple(replace(clip, answer=answers.get(clip.id)) for clip in catalogue.clips)
    return replace(catalogue, clips=clips, by_id={clip.id: clip for clip in clips})


def _searched(segment: CheckedSegment) -> str:
    return "\n".join((segment.video, segment.label, segment.group or "")).lower()


def _known(finding: Finding, inputs: CheckInputs) -> KnownFinding:
    name = f"{finding.check}\n{finding.message}".encode("utf-8", "backslashreplace")
    return KnownFinding(
        id=hashlib.sha256(name).hexdigest()[:_ID_LENGTH],
        finding=finding,
        clips=tuple(dict.fromkeys(_named(finding.places, inputs))),
    )


def _named(places: Iterable[Place], inputs: CheckInputs) -> Iterable[str]:
    """Ids of the segments; of a video that is named as a whole all of them."""
    for place in places:
        if place.segment_id:
            yield place.segment_id
        elif place.source is None:
            yield from (segment.id for segment in inputs.by_video.get(place.video, ()))
