"""Labels that differ in their spelling only: one class that training would take for two."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import combinations
from os.path import commonprefix

from components.annotation_validator.checks.finding import CheckInputs, Finding, Suggestion, Unit
from components.annotation_validator.config import ChecksConfig, Severity

_SHORTEST_WITH_SLIP = 4
_SHORTEST_STEM = 3
_ENDINGS = ("ings", "ing", "ed", "es", "s", "e")
# A capital within a word begins another one: SitDown, but not TV.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\W_]+")
# What may stand for something: C++ and C#, grade A+ and A-, 50%.
_MEANINGFUL = re.compile(r"(?<=\w)[+#%&*-]+(?=\s|$|\))")


def words(label: str) -> tuple[str, ...]:
    """The words of a label, in lower case, without what only separates them."""
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", label)).casefold()
    marks = _MEANINGFUL.findall(text)
    return (*(word for word in _SEPARATORS.split(text) if word), *marks)


def stem(word: str) -> str:
    """The word without the ending of a plural or of a verb's form, as far as something is left of it."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            word = word.removesuffix(ending)
            break
    # sitt(ing), and so that both are equal: fall(ing)
    return word[:-1] if len(word) > _SHORTEST_STEM and word[-1] == word[-2] else word


def is_one_letter_off(one: str, other: str) -> bool:
    """Whether a single slip makes one of the other: a letter too many, missing, wrong, or two of them exchanged.

    Digits never count as slips (step 1, step 2), nor does the first letter (walk, talk).
    """
    start = len(commonprefix([one, other]))
    if one == other or start == 0:
        return False
    end = min(len(commonprefix([one[::-1], other[::-1]])), min(len(one), len(other)) - start)
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if any(letter.isdigit() for letter in left + right):
        return False
    return max(len(left), len(right)) == 1 or (len(left) == 2 and left == right[::-1])


def check_spelling_variants(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Labels that are the same but for case, spaces, punctuation, a plural or a typing error.

    Only the first of these is certain, and only there a common label is suggested.
    """
    counts = {label: len(segments) for label, segments in inputs.by_label.items()}
    by_letters: dict[str, list[str]] = {}
    for label in counts:
        by_letters.setdefault("".join(words(label)), []).append(label)
    for variants in by_letters.values():
        if len(variants) > 1:
            yield _same_letters(inputs, variants, counts, config)
    usual = [max(variants, key=lambda label: counts[label]) for variants in by_letters.values()]
    for one, other in combinations(sorted(usual), 2):
        rare, common = sorted((one, other), key=lambda label: (counts[label], label))
        share = counts[rare] / counts[common]
        if list(map(stem, words(one))) == list(map(stem, words(other))):
            what = "differ in the ending of a word"
        elif share <= (config.spelling_variants or 0.0) and _looks_like_typing_error(one, other):
            what = f"differ in one letter, and the first has {counts[rare]} segments to {counts[common]}"
        else:
            continue
        yield Finding(
            check="spelling_variants",
            severity=Severity.WARNING,
            message=f"labels {rare!r} and {common!r} {what}",
            remedy="If they mean the same, give all rows one of them (data.label_map, or the rows themselves).",
            value=share,
            bar=config.spelling_variants,
            unit=Unit.SHARE,
            places=tuple(segment.place() for segment in inputs.by_label[rare]),
        )


def _looks_like_typing_error(one: str, other: str) -> bool:
    """Whether a single word differs, by a slip."""
    pairs = [pair for pair in zip(words(one), words(other), strict=False) if pair[0] != pair[1]]
    is_one_word = len(words(one)) == len(words(other)) and len(pairs) == 1
    return is_one_word and max(map(len, pairs[0])) >= _SHORTEST_WITH_SLIP and is_one_letter_off(*pairs[0])


def _same_letters(
    inputs: CheckInputs, variants: Sequence[str], counts: dict[str, int], config: ChecksConfig
) -> Finding:
    # Of equally frequent ones that in lower case.
    kept, *others = sorted(variants, key=lambda label: (-counts[label], label.swapcase()))
    listed = ", ".join(f"{label!r} ({counts[label]})" for label in (kept, *others))
    return Finding(
        check="spelling_variants",
        severity=Severity.ERROR,
        message=f"{len(variants)} spellings of one label: {listed}; each would be a class",
        remedy=f"Write {kept!r} in all of these rows.",
        value=max(counts[label] for label in others) / counts[kept],
        bar=config.spelling_variants,
        unit=Unit.SHARE,
        places=tuple(segment.place(Suggestion(label=kept)) for label in others for segment in inputs.by_label[label]),
    )
