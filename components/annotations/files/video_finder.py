"""Finds the video that a record names: by its path below the root, by its file name anywhere there, or by what is nearly so."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from components.annotations.files.likely_paths import LikelyPaths, is_foreign, plain_path
from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Assumption, FindBy
from components.storage.faults import is_of_the_file, passing
from components.storage.paths import check_name, is_clutter
from components.storage.root import Root
from components.video.magic import HEAD_SIZE, why_no_video

_MOST_NAMED = 3


class VideoFinder:
    """Lists the files below a root once, and reads their heads to know which of them are videos.

    Raises:
      UserError: the root cannot be listed.
      MachineError: a video that is asked for cannot be read for a reason that lies with the machine.
    """

    def __init__(self, root: Root) -> None:
        self._root = root
        self._folder = PurePosixPath(root.uri).name
        self.entries = {entry.name: entry for entry in root.entries() if not is_clutter(entry.name)}
        # Of each file why it is no video; nothing if it is one.
        self._objections: dict[str, str | OSError] = {}
        for name, head in zip(self.entries, root.read_heads(self.entries, HEAD_SIZE), strict=True):
            self._objections[name] = head if isinstance(head, OSError) else why_no_video(head)
        self._by_exact_path: dict[str, str | Problem] = {}
        self._by_path: dict[str, str | Problem] = {}
        self._by_name: dict[str, str | Problem] = {}
        # Of each file the paths of other machines that were taken for it.
        self._claims: dict[str, dict[str, str]] = defaultdict(dict)
        # Where the folder of the videos lay on other machines.
        self._roots: set[tuple[str, ...]] = set()
        self._meant: dict[str, str] = {}

    def called(self, name: str) -> str | Problem:
        """The path below the root of the video that has this very path, in any spelling of it."""
        found = self._by_exact_path.get(name)
        if found is None:
            found = self._by_exact_path[name] = self._exact(name)
        return found

    def expect(self, names: Iterable[str]) -> None:
        """Look at all paths that will be asked for: together, paths of another machine tell more than one of them.

        Two of them that only one file fits mean two files. Where a file fits with its folders, it is known where the folder
        of the videos began there, and others that begin so have to fit as a whole.
        """
        for name in filter(is_foreign, set(names)):
            path = self._clear(self._likely.meant_by(name)) if isinstance(self.called(name), Problem) else None
            if isinstance(path, str):
                self._claims[path].setdefault(plain_path(name), name)
                if "/" in path:
                    self._roots.add(self._likely.above(name, path))

    def find(self, name: str, find_by: FindBy = FindBy.PATH) -> str | Problem:
        """The path below the root of the video that a record calls `name`; all spellings and links give the same path."""
        by_path = find_by is FindBy.PATH
        known = self._by_path if by_path else self._by_name
        found = known.get(name)
        if found is None:
            found = self.called(name) if by_path else self._named(name)
            if isinstance(found, Problem) and found.reason in (Reason.VIDEO_MISSING, Reason.PATH_INVALID):
                found = self._resembling(name, found, by_path)
            known[name] = found
        return found

    def assumptions(self) -> tuple[Assumption, ...]:
        """What is said of the paths so far that were not as the files are called, and were taken for them."""
        if not self._meant:
            return ()
        name, path = next(iter(self._meant.items()))
        number = len(self._meant)
        paths = "path is" if number == 1 else "paths are"
        message = f"{number} {paths} not written as the files below {self._folder}/ are called"
        example = f"{name!r} is taken for {path!r}"
        return (
            Assumption(
                f"{message}, for example {example}", "If that is wrong, write the paths relative to data.videos."
            ),
        )

    def videos(self) -> set[str]:
        """All videos that are neither hidden nor links."""
        return {
            name
            for name, objection in self._objections.items()
            if objection == "" and not self.entries[name].is_link and not _is_hidden(name)
        }

    def _exact(self, name: str) -> str | Problem:
        try:
            path = self._canonical(name)
        except ValueError as error:
            return Problem(Reason.PATH_INVALID, str(error))
        except OSError as error:
            return _unreadable(name, error)
        objection = self._objections.get(path)
        if objection is None:
            return Problem(Reason.VIDEO_MISSING, f"no file {name} below {self._folder}/")
        if isinstance(objection, OSError):
            return _unreadable(path, objection)
        return Problem(Reason.NOT_A_VIDEO, objection) if objection else path

    def _canonical(self, name: str) -> str:
        entry = self.entries.get(name)
        if entry is None or entry.is_link or not entry.state:
            return self._root.canonical(name)
        # A listing of this machine follows no link: what has this name in it is called so, and nothing has to be resolved.
        check_name(name)
        return name

    def _named(self, name: str) -> str | Problem:
        problem = Problem(Reason.VIDEO_MISSING, f"no file {name}, of any suffix, below {self._folder}/")
        for paths in (self._paths_by_name.get(name, []), self._paths_by_stem.get(name, [])):
            found = [self._exact(path) for path in sorted(paths)]
            # Tools put other files beside a video, such as clip.jpg and clip.json beside clip.mp4.
            videos = sorted({video for video in found if isinstance(video, str)})
            if len(videos) == 1:
                return videos[0]
            if videos:
                return Problem(Reason.VIDEO_AMBIGUOUS, f"{len(videos)} files have this name: {_shown(videos)}")
            problem = next((each for each in found if isinstance(each, Problem)), problem)
        return problem

    def _resembling(self, name: str, problem: Problem, by_path: bool) -> str | Problem:
        """The video that is clearly meant by `name`, else the problem with the names of what may be meant."""
        is_name = not by_path and "/" not in name and "\\" not in name
        meant = self._likely.called(name) if is_name else self._likely.meant_by(name)
        path = self._clear(meant)
        if path is None or (isinstance(path, str) and self._has_unknown_folders(name, path)):
            near = meant or self._likely.near(name)
            return problem._replace(message=f"{problem.message}; did you mean {_shown(near)}?") if near else problem
        if isinstance(path, Problem):
            return path
        claims = self._claims.get(path, {})
        if len(claims) > 1:
            names = " and ".join(sorted(claims.values())[:2])
            message = f"{names} would both be {path}; write the paths relative to data.videos"
            return Problem(Reason.VIDEO_AMBIGUOUS, message)
        self._meant[name] = path
        return path

    def _has_unknown_folders(self, name: str, path: str) -> bool:
        """Tell whether a path of another machine has folders below that of the videos there which the file does not have."""
        above = self._likely.above(name, path) if is_foreign(name) else ()
        return any(above[: len(root)] == root != above for root in self._roots)

    def _clear(self, meant: Sequence[str]) -> str | Problem | None:
        """The only video among these; None if there is none, a problem if there are several."""
        videos = sorted({path for path in map(self._exact, meant) if isinstance(path, str)})
        if len(videos) > 1:
            return Problem(Reason.VIDEO_AMBIGUOUS, f"{len(videos)} files may be meant: {_shown(videos)}")
        return videos[0] if videos else None

    @cached_property
    def _likely(self) -> LikelyPaths:
        videos = (name for name, objection in self._objections.items() if objection == "" and not _is_hidden(name))
        return LikelyPaths(tuple(videos), self._root.uri)

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


def _unreadable(name: str, error: OSError) -> Problem:
    if not is_of_the_file(error):
        raise passing(name, error) from error
    return Problem(Reason.VIDEO_UNREADABLE, f"the file cannot be read: {error.strerror}")


def _is_hidden(path: str) -> bool:
    return PurePosixPath(path).name.startswith(".")


def _shown(videos: Sequence[str]) -> str:
    return ", ".join(videos[:_MOST_NAMED]) + (", ..." if len(videos) > _MOST_NAMED else "")
