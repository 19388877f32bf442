"""The words of labels, and how nearly two of them are the same."""

import re
import unicodedata
from os.path import commonprefix

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
