"""Segments to clips with several labels: rows of one span are one clip, and what covers a span is to be seen in it, too."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
      min_cover: a share of the span, above 0 to 1; above 1 only rows of the very span count. Times in frames and in seconds
        are not compared.
      by_actor: whether clips are cut around their actors.

    Returns:
      The segments in the order of the first row of each span.
    """
    rows_of: dict[Span, list[Segment]] = defaultdict(list)
    for segment in segments:
        end = math.inf if segment.end is None else segment.end
        rows_of[segment.time_unit, segment.start, end].append(segment)
    spans = sorted(rows_of, key=lambda span: span[1])
    clips = []
    for span, of_span in rows_of.items():
        covering = [
            row for other in _covering(span, spans, min_cover) for row in rows_of[other] if not row.is_key_frame
        ]
        for rows in _by_actor(of_span) if by_actor else [of_span]:
            own = [row for row in covering if is_same_actor(rows[0], row)] if by_actor else covering
            clips.append(_one_clip(rows, own, by_actor))
    return tuple(clips)


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
    for clip in with_label_sets(segments, math.inf, by_actor):
        named = set(map(field_of, clip.labels))
        known = None if named >= fields else tuple(label for label in classes if field_of(label) in named)
        clips.append(replace(clip, looked_for=known))
    return tuple(clips)


def _covering(span: Span, by_start: Sequence[Span], min_cover: float) -> Iterable[Span]:
    """The other spans that cover enough of `span`."""
    unit, start, end = span
    for other in by_start:
        if other[1] >= end:
            break
        if other != span and other[0] is unit and _share(start, end, other) >= min_cover:
            yield other


def _share(start: float, end: float, other: Span) -> float:
    """The share of start to end that another span covers; of a span without an end only what is as open covers any."""
    _, other_start, other_end = other
    if math.isinf(end):
        return float(math.isinf(other_end) and other_start <= start)
    return max(0.0, min(end, other_end) - max(start, other_start)) / (end - start)


def _one_clip(rows: Sequence[Segment], covering: Iterable[Segment], are_of_one_actor: bool) -> Segment:
    first, *others = rows
    have_one_actor = are_of_one_actor or all((row.boxes, row.masks) == (first.boxes, first.masks) for row in others)
    return replace(
        first,
        boxes=first.boxes if have_one_actor else (),
        masks=first.masks if have_one_actor else (),
        metadata=dict(set(first.metadata.items()).intersection(*(row.metadata.items() for row in others))),
        looked_for=_looked_for_in(rows),
        further_labels=tuple(sorted({row.label for row in (*others, *covering)} - {first.label})),
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
