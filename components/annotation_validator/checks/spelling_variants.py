"""Labels that are the same but for case, spaces, punctuation, a plural or a typing error: training would take them for two.

Only the first of these is certain, and only there a common label is suggested.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from components.annotation_validator.analysis.words import is_one_letter_off, stem, words
from components.annotation_validator.findings import Found, Severity, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places

_SHORTEST_WITH_SLIP = 4


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    counts = {label: len(segments) for label, segments in inputs.by_label.items()}
    by_letters: dict[str, list[str]] = {}
    for label in counts:
        by_letters.setdefault("".join(words(label)), []).append(label)
    for variants in by_letters.values():
        if len(variants) > 1:
            yield _same_letters(inputs, variants, counts)
    usual = [max(variants, key=lambda label: counts[label]) for variants in by_letters.values()]
    for one, other in combinations(sorted(usual), 2):
        rare, common = sorted((one, other), key=lambda label: (counts[label], label))
        share = counts[rare] / counts[common]
        if list(map(stem, words(one))) == list(map(stem, words(other))):
            what = "differ in the ending of a word"
        elif share <= bar and _looks_like_typing_error(one, other):
            what = f"differ in one letter, and the first has {counts[rare]} segments to {counts[common]}"
        else:
            continue
        yield Found(
            message=f"labels {rare!r} and {common!r} {what}",
            remedy="If they mean the same, give all rows one of them (data.label_map, or the rows themselves).",
            value=share,
            places=places(inputs.by_label[rare]),
        )


def _looks_like_typing_error(one: str, other: str) -> bool:
    """Whether a single word differs, by a slip."""
    pairs = [pair for pair in zip(words(one), words(other), strict=False) if pair[0] != pair[1]]
    is_one_word = len(words(one)) == len(words(other)) and len(pairs) == 1
    return is_one_word and max(map(len, pairs[0])) >= _SHORTEST_WITH_SLIP and is_one_letter_off(*pairs[0])


def _same_letters(inputs: CheckInputs, variants: Sequence[str], counts: dict[str, int]) -> Found:
    # Of equally frequent ones that in lower case.
    kept, *others = sorted(variants, key=lambda label: (-counts[label], label.swapcase()))
    listed = ", ".join(f"{label!r} ({counts[label]})" for label in (kept, *others))
    return Found(
        message=f"{len(variants)} spellings of one label: {listed}; each would be a class",
        remedy=f"Write {kept!r} in all of these rows.",
        value=max(counts[label] for label in others) / counts[kept],
        places=tuple(segment.place(Suggestion(label=kept)) for label in others for segment in inputs.by_label[label]),
        severity=Severity.ERROR,
    )
