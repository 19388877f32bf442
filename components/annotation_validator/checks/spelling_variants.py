"""Labels and groups that are the same but for case, blanks, `_`, `-`, a plural or a typing error: they would count as two.

Of labels only the first is certain, and only there a common label is suggested. That two groups are one nobody can say who
does not know them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import combinations

from components.annotation_validator.analysis.words import group_spelling, is_one_letter_off, spelling, stem, words
from components.annotation_validator.findings import Found, Severity, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.origins import by_part
from components.annotation_validator.inputs.segments import CheckedSegment, places
from foundation.messages.wording import counted

_SHORTEST_WITH_SLIP = 4


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    yield from _variants_of_labels(inputs, bar)
    yield from _variants_of_groups(inputs)


def _variants_of_labels(inputs: CheckInputs, bar: float) -> Iterator[Found]:
    counts = {label: len(segments) for label, segments in inputs.by_label.items()}
    by_letters: dict[str, list[str]] = {}
    has_minus = {label: _has_minus(label, counts) for label in counts}
    words_of = {label: words(label, dash_is_sign=has_minus[label]) for label in counts}
    for label in counts:
        by_letters.setdefault(spelling(label, dash_is_sign=has_minus[label]), []).append(label)
    for variants in by_letters.values():
        if len(variants) > 1:
            yield _same_letters(inputs, variants, counts)
    usual = [max(variants, key=lambda label: counts[label]) for variants in by_letters.values()]
    for one, other in combinations(sorted(usual), 2):
        rare, common = sorted((one, other), key=lambda label: (counts[label], label))
        share = counts[rare] / counts[common]
        if words_of[one] == words_of[other]:
            what = "differ in punctuation"
        elif list(map(stem, words_of[one])) == list(map(stem, words_of[other])):
            what = "differ in the ending of a word"
        elif share <= bar and _looks_like_typing_error(words_of[one], words_of[other]):
            what = f"differ in one letter, and the first has {counts[rare]} segments to {counts[common]}"
        else:
            continue
        yield Found(
            message=f"labels {rare!r} and {common!r} {what}",
            remedy="If they mean the same, give all rows one of them (data.label_map, or the rows themselves).",
            value=share,
            places=places(inputs.by_label[rare]),
        )


def _has_minus(label: str, labels: Collection[str]) -> bool:
    """Whether another label has + in the place of -, which then is a sign and separates nothing."""
    return "-" in label and label.replace("-", "+") in labels


def _variants_of_groups(inputs: CheckInputs) -> Iterator[Found]:
    """Each group under an unusual spelling, beside the usual one."""
    counts = {
        group: count for group, count in by_part(inputs.all_origins, lambda origin: origin.group).items() if group
    }
    by_letters: dict[str, list[str]] = {}
    for group in sorted(counts, key=lambda group: (-counts[group], group)):
        by_letters.setdefault(group_spelling(group), []).append(group)
    several = [variants for variants in by_letters.values() if len(variants) > 1]
    by_group: dict[str, list[CheckedSegment]] = {group: [] for variants in several for group in variants}
    for segment in inputs.segments if several else ():
        if segment.group in by_group:
            by_group[segment.group].append(segment)
    for usual, *others in several:
        clusters = {inputs.cluster_of[segment.video] for segment in by_group[usual]}
        for other in others:
            # What is bound together anyway cannot be parted.
            if clusters.isdisjoint(inputs.cluster_of[segment.video] for segment in by_group[other]):
                sides = [_described(inputs, group, by_group[group]) for group in (other, usual)]
                yield Found(
                    message=f"groups {' and '.join(sides)} may be one under two spellings, and nothing keeps it in one split",
                    remedy=f"If they are one, give all of these rows the group {usual!r}, themselves or by data.group_pattern.",
                    value=len(by_group[other]) / len(by_group[usual]),
                    places=places(by_group[other]),
                )


def _described(inputs: CheckInputs, group: str, segments: Sequence[CheckedSegment]) -> str:
    """The group, how many segments it has, and in which splits."""
    splits = Counter(split for segment in segments if (split := inputs.split_of(segment)))
    where = f", in {' and '.join(sorted(splits))}" if splits else ""
    return f"{group!r} ({counted(len(segments), 'segment')}{where})"


def _looks_like_typing_error(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a single word differs, by a slip."""
    pairs = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    is_one_word = len(one) == len(other) and len(pairs) == 1
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
