"""The words of labels and groups, and how nearly two of them are the same."""

import re
import unicodedata
from collections.abc import Iterator
from enum import Enum, auto
from itertools import pairwise
from os.path import commonprefix

_SHORTEST_STEM = 3
_ENDINGS = ("ings", "ing", "ed", "es", "s", "e")
# A capital within a word begins another one: SitDown, but not TV.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Unicode's forms that are another way to write the same. Others mean something else: x\u00b2, \u00bd, \u2460.
_SAME_FORMS = frozenset(
    ("<wide>", "<narrow>", "<small>", "<compat>", "<noBreak>", "<initial>", "<medial>", "<final>", "<isolated>")
)
# Hyphens are one; soft hyphens, blanks without a width, marks of the direction of writing, and how an emoji is to be drawn
# cannot be seen. Joiners without a width can: they make other letters and emoji.
_DIRECTIONS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_UNSEEN = {0x2010: "-", **dict.fromkeys((0xAD, 0x200B, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F, *_DIRECTIONS))}
_BRACKETS, _PUNCTUATION = frozenset("()[]{}"), frozenset(",;.:'\"\u2018\u2019\u201c\u201d")
# Programs write whole numbers so in columns with gaps.
_WHOLE_NUMBER = re.compile(r"^(\d+)\.0+$")
_LEADING_ZEROS = re.compile(r"(?<![\d.,])0+(?=\d)")


class _Kind(Enum):
    """What a piece of a text is: a word, a gap of blanks, `_` and `-`, or one other character."""

    WORD = auto()
    GAP = auto()
    SIGN = auto()


_Piece = tuple[_Kind, str]
_NOTHING: _Piece = (_Kind.GAP, "")


def words(label: str, *, dash_is_sign: bool = False) -> tuple[str, ...]:
    """The words of a label, in lower case, and the signs that may mean something (C++, step 1.1, <), in their order."""
    return tuple(text for text, is_punctuation in _tokens(label, dash_is_sign) if not is_punctuation)


def spelling(text: str, *, dash_is_sign: bool = False) -> str:
    """What is left of a text without case, blanks, `_`, `-` and Unicode's forms, as far as these mean nothing.

    Two numbers stay apart, and `-` stays where it may be a minus: in front, at the end, and after a blank before a number;
    with `dash_is_sign` everywhere.
    """
    tokens = [token for token, _ in _tokens(text, dash_is_sign)]
    gaps = (" " if left[-1].isdigit() and right[0].isdigit() else "" for left, right in pairwise(tokens))
    return "".join(part for pair in zip(tokens, (*gaps, ""), strict=True) for part in pair)


def group_spelling(group: str) -> str:
    """The spelling of a group, in which P1 and P01 are one, and 1 and 1.0."""
    return _LEADING_ZEROS.sub("", spelling(_WHOLE_NUMBER.sub(r"\1", group)))


def _tokens(text: str, dash_is_sign: bool = False) -> Iterator[tuple[str, bool]]:
    """Words and signs, and whether each is mere punctuation; what only separates is left out."""
    pieces = [_NOTHING, *_pieces(_plain(text)), _NOTHING]
    for before, (kind, piece), after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if kind is _Kind.WORD:
            yield piece, False
        elif kind is _Kind.SIGN:
            is_beside_digit = before[1][-1:].isdigit() or after[1][:1].isdigit()
            yield piece, piece in _BRACKETS or (piece in _PUNCTUATION and not is_beside_digit)
        elif dash_is_sign or not _separates(before, piece, after):
            yield from (("-", False) for _ in range(piece.count("-")))


def _separates(before: _Piece, gap: str, after: _Piece) -> bool:
    """Whether dashes in a gap are none of a negative number, nor of a word that ends or begins with them (A-)."""
    if not before[0] is after[0] is _Kind.WORD:
        return False
    is_even = not gap.strip("-") or not (gap.startswith("-") or gap.endswith("-"))
    return gap == "-" or (is_even and not after[1][0].isdigit())


def _pieces(text: str) -> list[_Piece]:
    pieces: list[_Piece] = []
    for character in text:
        kind = _kind(character)
        if pieces and kind is pieces[-1][0] is not _Kind.SIGN:
            pieces[-1] = (kind, pieces[-1][1] + character)
        else:
            pieces.append((kind, character))
    return pieces


def _kind(character: str) -> _Kind:
    # Vowels of many scripts are marks, which are no letters for Python.
    if character.isalnum() or unicodedata.category(character)[0] == "M":
        return _Kind.WORD
    return _Kind.GAP if character.isspace() or character in "_-" else _Kind.SIGN


def _plain(text: str) -> str:
    """The text in lower case, in one of Unicode's forms, with a blank where a capital begins a word."""
    letters = (_same_form(character) for character in unicodedata.normalize("NFC", text).translate(_UNSEEN))
    joined = unicodedata.normalize("NFC", "".join(letters)).translate(_UNSEEN)
    return unicodedata.normalize("NFC", _CAMEL.sub(" ", joined).lower())


def _same_form(character: str) -> str:
    form = unicodedata.decomposition(character).partition(" ")[0]
    return unicodedata.normalize("NFKC", character) if form in _SAME_FORMS else character


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
