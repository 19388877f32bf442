"""Segments to clips with several labels: rows of one span are one clip, and what covers a span is to be seen in it, too."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from operator import itemgetter

from components.annotations.records.record import Segment, TimeUnit

Span = tuple[TimeUnit, float, float]


def with_label_sets(segments: Iterable[Segment], min_cover: float) -> tuple[Segment, ...]:
    """One segment for each span of a video, with all labels of the rows that cover at least `min_cover` of it.

    A short action within a long one is a clip of both; the long one is a clip of the short one only if that fills enough
    of it. The span around a key frame overlaps those of its neighbours, of which it says nothing. Rows of the same span are
    one clip, whoever is the actor: the frames are the same. It keeps the boxes, masks and numbers that these rows agree about.

    Args:
      segments: of one video.
      min_cover: a share of the span, above 0 to 1. Times in frames and in seconds are not compared.

    Returns:
      The segments in the order of the first row of each span.
    """
    rows_of: dict[Span, list[Segment]] = defaultdict(list)
    for segment in segments:
        end = math.inf if segment.end is None else segment.end
        rows_of[segment.time_unit, segment.start, end].append(segment)
    further = _labels_that_cover(rows_of, min_cover)
    return tuple(_one_clip(rows, further.get(span, frozenset())) for span, rows in rows_of.items())


def _labels_that_cover(rows_of: Mapping[Span, Sequence[Segment]], min_cover: float) -> Mapping[Span, Set[str]]:
    """Of each span the labels of all others that cover enough of it.

    A sweep over the starts: a video may have many thousands of rows, of which few overlap any one.
    """
    labels_of = {span: {row.label for row in rows if not row.is_key_frame} for span, rows in rows_of.items()}
    covering: dict[Span, set[str]] = defaultdict(set)
    lasting: dict[TimeUnit, list[Span]] = {unit: [] for unit in TimeUnit}
    for span in sorted(rows_of, key=itemgetter(1)):
        unit, start, _ = span
        lasting[unit] = [each for each in lasting[unit] if each[2] > start]
        for other in lasting[unit]:
            for one, its_cover in ((span, other), (other, span)):
                if _share(one, its_cover) >= min_cover:
                    covering[one] |= labels_of[its_cover]
        lasting[unit].append(span)
    return covering


def _share(span: Span, other: Span) -> float:
    """The share of a span that another one covers; of a span without an end only what is as open covers any."""
    (_, start, end), (_, other_start, other_end) = span, other
    if math.isinf(end):
        return float(math.isinf(other_end) and other_start <= start)
    return max(0.0, min(end, other_end) - max(start, other_start)) / (end - start)


def _one_clip(rows: Sequence[Segment], further: Set[str]) -> Segment:
    first, *others = rows
    have_one_actor = all((row.boxes, row.masks) == (first.boxes, first.masks) for row in others)
    return replace(
        first,
        boxes=first.boxes if have_one_actor else (),
        masks=first.masks if have_one_actor else (),
        metadata=dict(set(first.metadata.items()).intersection(*(row.metadata.items() for row in others))),
        further_labels=tuple(sorted({row.label for row in others}.union(further) - {first.label})),
        same_span=tuple(others),
    )
