"""Videos of which the header can be read and the frames cannot: a run would leave them out."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Place
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    missing = [video for video in inputs.by_video if video not in inputs.measures]
    share = len(missing) / max(1, len(inputs.by_video))
    if share > bar:
        yield Found(
            message=f"{len(missing)} of {len(inputs.by_video)} videos could not be decoded to their end",
            remedy="Export them anew; clipgate ledger says more after a run.",
            value=share,
            places=tuple(map(Place, missing)),
        )
