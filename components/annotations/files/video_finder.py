"""Finds the video that a record names: by its path below the root, or by its file name anywhere there."""

from collections import defaultdict
from functools import cached_property
from pathlib import PurePosixPath

from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import FindBy
from components.storage.root import Root
from components.video.magic import HEAD_SIZE, why_no_video

_MOST_NAMED = 3


class VideoFinder:
    """Lists the files below a root once, and reads their heads to know which of them are videos.

    Raises:
      UserError: the root cannot be listed.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._folder = PurePosixPath(root.uri).name
        entries = {entry.name: entry for entry in root.entries()}
        self.sizes = {name: entry.size for name, entry in entries.items()}
        self._links = {name for name, entry in entries.items() if entry.is_link}
        # Of each file why it is no video; nothing if it is one.
        self._objections: dict[str, str | OSError] = {}
        for name, head in zip(entries, root.read_heads(entries, HEAD_SIZE), strict=True):
            self._objections[name] = head if isinstance(head, OSError) else why_no_video(head)
        self._found: dict[tuple[str, FindBy], str | Problem] = {}

    def find(self, name: str, find_by: FindBy = FindBy.PATH) -> str | Problem:
        """The path below the root of the video that a record calls `name`; all spellings and links give the same path."""
        if (name, find_by) not in self._found:
            self._found[name, find_by] = self._by_path(name) if find_by is FindBy.PATH else self._by_name(name)
        return self._found[name, find_by]

    def videos(self) -> set[str]:
        """All videos that are neither hidden nor links."""
        return {
            name
            for name, objection in self._objections.items()
            if objection == "" and name not in self._links and not PurePosixPath(name).name.startswith(".")
        }

    def _by_path(self, name: str) -> str | Problem:
        try:
            path = self._root.canonical(name)
        except ValueError as error:
            return Problem(Reason.PATH_INVALID, str(error))
        except OSError as error:
            return Problem(Reason.VIDEO_UNREADABLE, f"the file cannot be read: {error.strerror}")
        objection = self._objections.get(path)
        if objection is None:
            return Problem(Reason.VIDEO_MISSING, f"no file {name} below {self._folder}/")
        if isinstance(objection, OSError):
            return Problem(Reason.VIDEO_UNREADABLE, f"the file cannot be read: {objection.strerror}")
        return Problem(Reason.NOT_A_VIDEO, objection) if objection else path

    def _by_name(self, name: str) -> str | Problem:
        problem = Problem(Reason.VIDEO_MISSING, f"no file {name}, of any suffix, below {self._folder}/")
        for paths in (self._paths_by_name.get(name, []), self._paths_by_stem.get(name, [])):
            found = [self._by_path(path) for path in sorted(paths)]
            # Tools put other files beside a video, such as clip.jpg and clip.json beside clip.mp4.
            videos = sorted({video for video in found if isinstance(video, str)})
            if len(videos) == 1:
                return videos[0]
            if videos:
                shown = ", ".join(videos[:_MOST_NAMED]) + (", ..." if len(videos) > _MOST_NAMED else "")
                return Problem(Reason.VIDEO_AMBIGUOUS, f"{len(videos)} files have this name: {shown}")
            problem = next((each for each in found if isinstance(each, Problem)), problem)
        return problem

    @cached_property
    def _paths_by_name(self) -> dict[str, list[str]]:
        by_name: dict[str, list[str]] = defaultdict(list)
        for path in self._objections:
            by_name[path.rpartition("/")[2]].append(path)
        return by_name

    @cached_property
    def _paths_by_stem(self) -> dict[str, list[str]]:
        by_stem: dict[str, list[str]] = defaultdict(list)
        for path in self._objections:
            by_stem[PurePosixPath(path).stem].append(path)
        return by_stem
