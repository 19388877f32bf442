"""Nothing shows none of the actions: a model without such clips sees an action in everything."""

from collections.abc import Iterable

from components.annotation_validator.analysis.words import words
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs

_BACKGROUND_WORDS = frozenset(
    ("background", "negative", "negatives", "none", "nothing", "other", "others", "idle", "normal")
)


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    if inputs.takes_background or not inputs.segments:
        return
    labels = list(inputs.by_label)
    background = {label for label in labels if inputs.is_background(label) or _says_none(label, labels)}
    share = sum(len(inputs.by_label[label]) for label in background) / len(inputs.segments)
    if share < bar:
        yield Found(
            message=f"{share:.1%} of the segments show none of the actions; the model will see one of them in any video",
            remedy="If it is to run on whole videos, set negatives.clips_per_video, or annotate time without an action.",
            value=share,
        )


def _says_none(label: str, labels: Iterable[str]) -> bool:
    """Whether a label means that an action is absent: background, no_action, or noFight beside fight."""
    own = words(label)
    if not _BACKGROUND_WORDS.isdisjoint(own):
        return True
    letters = "".join(own)
    others = {"".join(words(each)) for each in labels} | {"action", "activity"}
    return any(letters.startswith(prefix) and letters.removeprefix(prefix) in others for prefix in ("no", "non", "not"))
