"""Segments to clips with several labels: rows of one span are one clip, and what covers a span is to be seen in it, too."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from components.annotations.records.actors import is_same_actor
from components.annotations.records.record import Segment, TimeUnit
from foundation.label_fields import field_of

Span = tuple[TimeUnit, float, float]


def with_label_sets(segments: Iterable[Segment], min_cover: float, by_actor: bool = False) -> tuple[Segment, ...]:
    """One segment for each span of a video, with all labels of the rows that cover at least `min_cover` of it.

    A short action within a long one is a clip of both; the long one is a clip of the short one only if that fills enough
    of it. The span around a key frame overlaps those of its neighbours, of which it says nothing. Rows of the same span are
    one clip, whoever is the actor: the frames are the same. It keeps the boxes, masks and numbers that these rows agree about.
    Where frames are cut around the actor they are not the same: then there is a segment for each span of each actor, and
    labels come from rows of that one only. What one of them looked for was looked for in the clip; rows that only cover it may
    have looked elsewhere.

    Args:
      segments: of one video.
      min_cover: a share of the span, above 0 to 1. Times in frames and in seconds are not compared.
      by_actor: whether clips are cut around their actors.

    Returns:
      The segments in the order of the first row of each span.
    """
    clips = rows_by_clip(segments, by_actor)
    further = _labels_that_cover(clips, min_cover, by_actor)
    return tuple(_one_clip(rows, labels, by_actor) for rows, labels in zip(clips, further, strict=True))


def with_label_of_each_field(
    segments: Iterable[Segment], classes: Sequence[str], by_actor: bool = False
) -> tuple[Segment, ...]:
    """One segment for each span of a video (by_actor: and each actor), with the labels of its own rows, one of each field.

    What overlaps is another clip. Of a field that no row of the span names, nothing is known.

    Args:
      segments: of one video, with labels as `in_field` names them.
      classes: all labels of all fields.
    """
    fields = {field_of(label) for label in classes}
    clips = []
    for rows in rows_by_clip(segments, by_actor):
        clip = _one_clip(rows, frozenset(), by_actor)
        named = set(map(field_of, clip.labels))
        known = None if named >= fields else tuple(label for label in classes if field_of(label) in named)
        clips.append(replace(clip, looked_for=known))
    return tuple(clips)


def rows_by_clip(segments: Iterable[Segment], by_actor: bool) -> list[list[Segment]]:
    """The rows of each span of a video (by_actor: and each actor), in the order of the first ones."""
    rows_of: dict[Span, list[Segment]] = defaultdict(list)
    for segment in segments:
        rows_of[_span_of(segment)].append(segment)
    return [rows for of_span in rows_of.values() for rows in (_by_actor(of_span) if by_actor else [of_span])]


def _span_of(segment: Segment) -> Span:
    return segment.time_unit, segment.start, math.inf if segment.end is None else segment.end


def _by_actor(rows: Iterable[Segment]) -> list[list[Segment]]:
    """The rows of each actor, in the order of the first ones."""
    actors: list[list[Segment]] = []
    for row in rows:
        known = next((own for own in actors if is_same_actor(own[0], row)), None)
        if known:
            known.append(row)
        else:
            actors.append([row])
    return actors


def _labels_that_cover(clips: Sequence[Sequence[Segment]], min_cover: float, by_actor: bool) -> Sequence[Set[str]]:
    """Of each clip, which is rows of one span, the labels of all others that cover enough of it.

    A sweep over the starts: a video may have many thousands of rows, of which few overlap any one.
    """
    spans = [_span_of(rows[0]) for rows in clips]
    labels = [{row.label for row in rows if not row.is_key_frame} for rows in clips]
    further: list[set[str]] = [set() for _ in clips]
    lasting: dict[TimeUnit, list[int]] = {unit: [] for unit in TimeUnit}
    for clip in sorted(range(len(clips)), key=lambda clip: spans[clip][1]):
        unit, start, _ = spans[clip]
        lasting[unit] = [other for other in lasting[unit] if spans[other][2] > start]
        for other in lasting[unit]:
            pairs = ((clip, other), (other, clip))
            covered = [pair for pair in pairs if _share(*(spans[each] for each in pair)) >= min_cover]
            if covered and (not by_actor or is_same_actor(clips[clip][0], clips[other][0])):
                for one, its_cover in covered:
                    further[one] |= labels[its_cover]
        lasting[unit].append(clip)
    return further


def _share(span: Span, other: Span) -> float:
    """The share of a span that another one covers; of a span without an end only what is as open covers any."""
    (_, start, end), (_, other_start, other_end) = span, other
    if math.isinf(end):
        return float(math.isinf(other_end) and other_start <= start)
    return max(0.0, min(end, other_end) - max(start, other_start)) / (end - start)


def _one_clip(rows: Sequence[Segment], further: Set[str], are_of_one_actor: bool) -> Segment:
    first, *others = rows
    have_one_actor = are_of_one_actor or all((row.boxes, row.masks) == (first.boxes, first.masks) for row in others)
    return replace(
        first,
        boxes=first.boxes if have_one_actor else (),
        masks=first.masks if have_one_actor else (),
        metadata=dict(set(first.metadata.items()).intersection(*(row.metadata.items() for row in others))),
        looked_for=_looked_for_in(rows),
        further_labels=tuple(sorted({row.label for row in others}.union(further) - {first.label})),
        same_span=tuple(others),
    )


def _looked_for_in(rows: Iterable[Segment]) -> tuple[str, ...] | None:
    """What any of the rows of a span looked for, and their own labels; None if one looked for all."""
    known: set[str] = set()
    for row in rows:
        if row.known_labels is None:
            return None
        known.update(row.known_labels)
    return tuple(sorted(known))
