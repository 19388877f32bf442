"""Rows and videos that a run would leave out, by the ledger's reason code."""

from collections import defaultdict
from collections.abc import Iterable

from components.annotation_validator.findings import Found, Place, Scale, Severity, Suggestion, Unit
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject

# Nothing that a user could mend: the data set leaves it out itself.
_INTENDED = frozenset((Reason.ROW_EXCLUDED,))


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    by_reason: dict[Reason, list[Reject]] = defaultdict(list)
    for reject in inputs.rejects:
        if reject.reason not in _INTENDED:
            by_reason[reject.reason].append(reject)
    num_rows = len(inputs.segments) + sum(reject.source is not None for reject in inputs.rejects)
    for reason, rejects in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        rows = [reject for reject in rejects if reject.source]
        share = len(rows) / num_rows if num_rows else 0.0
        what = f"{len(rows)} of {num_rows} rows" if rows else f"{len(rejects)} videos"
        where = str(rejects[0].source or rejects[0].video)
        yield Found(
            message=f"{reason.value}: {what} would be left out, such as {where}: {rejects[0].message}",
            remedy=reason.remedy,
            value=share if rows else None,
            places=tuple(map(_place, rejects)),
            severity=Severity.ERROR if share >= bar and rows else None,
            scale=None if rows else Scale(None, Unit.SHARE),
        )


def _place(reject: Reject) -> Place:
    suggestion = Suggestion(delete=True) if reject.reason is Reason.DUPLICATE_ROW else None
    return Place(reject.video, reject.label, reject.source, suggestion=suggestion)
