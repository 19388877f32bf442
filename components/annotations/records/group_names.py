"""Groups by the names of videos: a regular expression over paths, or the name of a known naming scheme.

Sources: https://github.com/open-mmlab/mmaction2 (tools/data: UCF101, HMDB51, Kinetics);
https://github.com/shahroudy/NTURGB-D (README.md); https://project.inria.fr/toyotasmarthome.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

_END = r"(?:\.\w+)?$"
_BEFORE, _AFTER = r"(?:^|[/_.\s-])", r"(?=[/_.\s-]|$)"
_WORDS = "person|subject|subj|sub|actor|participant|performer|user|volunteer|patient|signer|player|driver|child"

# Of a data set with a scheme some files may be called otherwise.
_FOLLOWED_SHARE = 0.8


@dataclass(frozen=True)
class GroupPattern:
    """Says the group of a video by its path.

    Attributes:
      expressions: are searched for in this order, and the first that is found counts.
      joint: stands between the parts of a group.
    """

    expressions: tuple[re.Pattern[str], ...]
    joint: str = "-"

    def group_of(self, path: str) -> str | None:
        """The group called `group`, else all groups in parentheses, joined, else what matches; None where nothing does."""
        for expression in self.expressions:
            if match := expression.search(path):
                named = (match["group"],) if "group" in expression.groupindex else match.groups() or (match[0],)
                return self.joint.join(part for part in named if part and part.strip()).strip() or None
        return None


def _scheme(*expressions: str, joint: str = "-") -> GroupPattern:
    return GroupPattern(tuple(re.compile(expression, re.IGNORECASE) for expression in expressions), joint)


# In the order in which they are proposed: names of their own come before parts that any name may have.
SCHEMES: Mapping[str, GroupPattern] = {
    # v_ApplyEyeMakeup_g08_c01. The groups are counted anew in each class.
    "ucf101": _scheme(rf"(?:^|/)v_([a-z]+)_(g\d\d)_c\d\d{_END}", joint="/"),
    # <film>_<class>_<visible parts>_<camera motion>_np<people>_<viewpoint>_<quality>_<number>. Clips of one film share a
    # split only within a class, so the class is part of the group.
    "hmdb51": _scheme(rf"(?:^|/)(?P<group>[^/]+)_[hulf]_(?:cm|nm)_np\d+_(?:ba|fr|le|ri)_(?:bad|goo|med)_\d+{_END}"),
    # <YouTube id>_<first second>_<last second>
    "kinetics": _scheme(rf"(?:^|/)(?P<group>[^/]{{11}})_\d{{6}}_\d{{6}}{_END}"),
    # S<setup>C<camera>P<person>R<repetition>A<action>
    "ntu_rgbd": _scheme(r"(?:^|/)S\d{3}C\d{3}(?P<group>P\d{3})R\d{3}A\d{3}(?!\d)"),
    # <action>_p<person>_r<repetition>_v<view>_c<camera>
    "smarthome": _scheme(r"_(?P<group>p\d+)_r\d+_v\d+_c\d+(?!\d)"),
    # A person by a word comes before one by a letter; where both letters stand, S is mostly the session or the scene.
    "subject": _scheme(
        rf"{_BEFORE}(?P<group>(?:{_WORDS})[\s_.-]?\d+){_AFTER}",
        rf"{_BEFORE}(?P<group>p[_-]?\d{{1,4}}){_AFTER}",
        rf"{_BEFORE}(?P<group>s[_-]?\d{{1,4}}){_AFTER}",
    ),
}


class Proposal(NamedTuple):
    """A naming scheme, and the videos of each group that it makes."""

    scheme: str
    groups: dict[str, list[str]]


def propose_scheme(paths: Iterable[str]) -> Proposal | None:
    """The first scheme that nearly all paths follow, if some of its groups have several videos; None if there is none."""
    paths = list(paths)
    for name, scheme in SCHEMES.items():
        groups: dict[str, list[str]] = defaultdict(list)
        for path in paths:
            if group := scheme.group_of(path):
                groups[group].append(path)
        num_matched = sum(map(len, groups.values()))
        if num_matched >= _FOLLOWED_SHARE * len(paths) and 1 < len(groups) < num_matched:
            return Proposal(name, dict(groups))
    return None


def group_pattern(text: str) -> GroupPattern:
    """The naming scheme of that name, or the regular expression.

    Raises:
      ValueError: it is no regular expression.
    """
    scheme = SCHEMES.get(text.lower())
    if scheme:
        return scheme
    try:
        return GroupPattern((re.compile(text),))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(
            f"no regular expression: {error}; one like '(P\\d+)_' finds P03 in walk/P03_a.mp4, and these names of data sets "
            f"stand for theirs: {', '.join(SCHEMES)}"
        ) from error
