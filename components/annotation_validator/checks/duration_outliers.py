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
        timed = [(segment.seconds, segment) for segment in segments if segment.seconds]
        if len(timed) < _FEWEST:
            continue
        scores = robust_deviations([log(seconds) for seconds, _ in timed], _LEAST_DEVIATION)
        ranked = sorted(zip(abs(scores).tolist(), timed, strict=True), key=lambda item: -item[0])
        outliers = [(score, *own) for score, own in ranked if score > bar]
        if outliers:
            shown = ", ".join(f"{seconds:.3g} s" for _, seconds, _ in outliers[:3])
            yield Found(
                message=f"class {label!r}: {len(outliers)} of {len(timed)} segments last much longer or shorter than is "
                f"usual ({median(seconds for seconds, _ in timed):.3g} s): {shown}{', ...' if len(outliers) > 3 else ''}",
                remedy="Look at these segments: correct start and end, split what holds several actions, delete slips.",
                value=outliers[0][0],
                places=places(segment for *_, segment in outliers),
            )
