"""Groups by `data.group_pattern`, for records that have no group of their own."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from components.annotations.files.likely_paths import LikelyPaths
from components.annotations.readers.text import check_text
from components.annotations.records.group_names import SCHEMES, group_pattern
from components.annotations.records.packing import RECORDS
from components.annotations.records.record import Annotations, Assumption, Record, Segment
from foundation.large import kept
from foundation.messages.errors import UserError

_MOST_NAMED = 3


def with_path_groups(annotations: Annotations, pattern: str, files: Iterable[str]) -> Annotations:
    """Give each record without a group that which its video's path says.

    Args:
      annotations: as they were read.
      pattern: a valid `data.group_pattern`.
      files: paths below the videos' root, among which those are that records call by a name.

    Raises:
      UserError: the pattern matches no path.
    """
    without: dict[str, bool] = {}
    records = kept(_grouped(annotations.records, group_pattern(pattern).group_of, _Paths(files), without), RECORDS)
    unmatched = [path for path, is_matched in without.items() if not is_matched]
    if unmatched and len(unmatched) == len(without):
        raise UserError(
            f"data.group_pattern: {pattern} matches none of the {len(without)} paths of videos without a group, such as "
            f"{unmatched[0]}. Write a regular expression for paths relative to data.videos, such as '(P\\d+)_', or the name of "
            f"a naming scheme: {', '.join(SCHEMES)}"
        )
    return Annotations(records, (*annotations.assumptions, *_said(pattern, unmatched, len(without))))


def _grouped(
    records: Iterable[Record], group_of: Callable[[str], str | None], paths: "_Paths", without: dict[str, bool]
) -> Iterator[Record]:
    """Records with their groups; of each path of a row without a group, `without` is told whether it says one."""
    for record in records:
        if isinstance(record, Segment) and not record.group:
            candidates = paths.of(record.video)
            groups = {group_of(path) for path in candidates}
            # Where files of one name lie in several groups, nobody knows yet which of them is meant.
            group = groups.pop() if len(groups) == 1 else None
            without[candidates[0]] = group is not None
            record = check_text(replace(record, group=group))
        yield record


def _said(pattern: str, unmatched: list[str], num_paths: int) -> Iterable[Assumption]:
    if not num_paths:
        yield Assumption(
            f"data.group_pattern {pattern} is not used, as all rows have a group of their own",
            "Delete it; or, if the rows' groups are not who or where it is, leave their column out (data.columns.group).",
        )
    if unmatched:
        listed = ", ".join(unmatched[:_MOST_NAMED]) + (", ..." if len(unmatched) > _MOST_NAMED else "")
        yield Assumption(
            f"data.group_pattern {pattern} does not match {len(unmatched)} of {num_paths} paths ({listed}), and each of these "
            "videos is taken for a group of its own",
            "Widen the pattern, or name the groups of these videos in their rows.",
        )


class _Paths:
    """Finds the files that a record may mean, before any of them was looked into."""

    def __init__(self, files: Iterable[str]) -> None:
        self._known = set(files)
        self._likely = LikelyPaths(tuple(sorted(self._known)), "")
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._known):
            self._by_name[PurePosixPath(path).name].append(path)
            self._by_stem[PurePosixPath(path).stem].append(path)

    def of(self, name: str) -> list[str]:
        """Of the files that have this name those that share most of its folders; the name itself if there are none."""
        path = str(PurePosixPath(name.replace("\\", "/")))
        if path in self._known:
            return [path]
        last = PurePosixPath(path).name
        found = self._by_name.get(last) or self._by_stem.get(last) or self._likely.called(name) or [path]
        shared = {each: _shared_folders(path, each) for each in found}
        return [each for each in found if shared[each] == max(shared.values())]


def _shared_folders(one: str, other: str) -> int:
    """How many of the innermost folders of two paths are the same."""
    number = 0
    for left, right in zip(PurePosixPath(one).parts[-2::-1], PurePosixPath(other).parts[-2::-1], strict=False):
        if left != right:
            break
        number += 1
    return number
