"""Segments that last far longer or shorter than those of their class."""

from collections.abc import Iterable
from math import log
from statistics import median

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places
from foundation.statistics import robust_deviations

# Fewer segments have no typical length that one of them could deviate from.
_FEWEST = 8
# Clips that were cut to one length have no deviation; a quarter more or less is then still usual.
_LEAST_DEVIATION = 0.25


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, segments in inputs.actions.items():
        lengths = [segment.seconds for segment in segments if segment.seconds]
        if len(lengths) < _FEWEST:
            continue
        scores = abs(robust_deviations(list(map(log, lengths)), _LEAST_DEVIATION)).tolist()
        if max(scores) <= bar:
            continue
        timed = (segment for segment in segments if segment.seconds)
        rated = zip(scores, lengths, timed, strict=True)
        outliers = sorted((own for own in rated if own[0] > bar), key=lambda own: -own[0])
        shown = ", ".join(f"{seconds:.3g} s" for _, seconds, _ in outliers[:3])
        yield Found(
            message=f"class {label!r}: {len(outliers)} of {len(lengths)} segments last much longer or shorter than is "
            f"usual ({median(lengths):.3g} s): {shown}{', ...' if len(outliers) > 3 else ''}",
            remedy="Look at these segments: correct start and end, split what holds several actions, delete slips.",
            value=outliers[0][0],
            places=places(segment for *_, segment in outliers),
        )
