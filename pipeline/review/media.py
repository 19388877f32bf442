"""Videos and pictures as browsers show them: as they are, or made by worker processes and kept for a while."""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from components.storage.root import Root, is_remote
from components.video.child import decoding_environment
from pipeline.review.worker import Worker

MAX_CACHE_BYTES = 1 << 30
_TIMEOUT_SECONDS = 120.0
# A shorter video is transcoded as a whole, so that all of its clips share the file.
_WHOLE_SECONDS = 60.0
_LEAST_MARGIN_SECONDS, _MOST_MARGIN_SECONDS = 2.0, 10.0
_LONGEST_SECONDS = 600.0


class MediaError(Exception):
    """A video that cannot be shown; the message is a sentence."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a video of which a clip is shown, in seconds."""

    start_seconds: float
    end_seconds: float


@dataclass(frozen=True)
class Shown:
    """How a clip's video is shown.

    Attributes:
      transcoded: the stretch that has to be transcoded; None: the browser plays the file.
      type: of the media.
      fps: pictures a second, nominally.
      duration_seconds: of the whole video; 0 where that is unknown.
    """

    transcoded: Stretch | None
    type: str
    fps: float
    duration_seconds: float

    @property
    def offset_seconds(self) -> float:
        """The time in the video at which what is shown begins."""
        return self.transcoded.start_seconds if self.transcoded else 0.0


def stretch_of(start_seconds: float, end_seconds: float | None, duration_seconds: float) -> Stretch:
    """What is transcoded for a clip: a short video as a whole, of a longer one the clip and what is around it."""
    if 0 < duration_seconds <= _WHOLE_SECONDS:
        return Stretch(0.0, duration_seconds)
    end = end_seconds if end_seconds is not None else duration_seconds or start_seconds + _WHOLE_SECONDS
    margin = min(_MOST_MARGIN_SECONDS, max(_LEAST_MARGIN_SECONDS, end - start_seconds))
    first = max(0.0, start_seconds - margin)
    last = min(end + margin, first + _LONGEST_SECONDS)
    return Stretch(first, min(last, duration_seconds) if duration_seconds > start_seconds else last)


class Media:
    """Makes and keeps what is shown of the videos below a root."""

    def __init__(self, root: Root, folder: Path, max_bytes: int = MAX_CACHE_BYTES) -> None:
        """`folder`: temporary, and ours alone; `max_bytes`: what its files may take together."""
        self._root, self._folder, self._max_bytes = root, folder, max_bytes
        # Who opens a clip does not wait for the pictures of a whole page.
        self._for_pictures, self._for_clips = (
            Worker(
                "pipeline.review.media_worker",
                environment=decoding_environment(),
                timeout_seconds=_TIMEOUT_SECONDS,
                failure="the decoder failed on it",
            )
            for _ in range(2)
        )
        self._kept: OrderedDict[Path, int] = OrderedDict()  # files and their sizes, what was used last at the end
        self._making: dict[Path, asyncio.Task[Path]] = {}
        self._probed: dict[str, dict[str, Any]] = {}

    async def shown(self, video: str, start_seconds: float, end_seconds: float | None) -> Shown:
        """How a clip's video is shown. Raises MediaError."""
        if video not in self._probed:
            self._probed[video] = await self._ask(video, make="probe")
        found = self._probed[video]
        is_played = found["is_playable"] and not is_remote(self._root.uri)
        stretch = None if is_played else stretch_of(start_seconds, end_seconds, found["duration_seconds"])
        media_type = found["type"] if is_played else "video/mp4"
        return Shown(stretch, media_type, found["fps"], found["duration_seconds"])

    async def file(self, video: str, shown: Shown) -> Path:
        """The file that the browser plays. Raises MediaError."""
        if shown.transcoded is None:
            return self._local(video)
        stretch = shown.transcoded
        return await self._made(
            video, ".mp4", make="clip", start_seconds=stretch.start_seconds, end_seconds=stretch.end_seconds
        )

    async def picture(self, video: str, seconds: float) -> Path:
        """A small JPEG of what is shown at a time. Raises MediaError."""
        return await self._made(video, ".jpg", make="picture", seconds=seconds)

    async def ask(self, worker: Worker, video: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """What a worker answers about a video, whose `path` it is given. Raises MediaError where there is no video."""
        if not is_remote(self._root.uri):
            self._local(video)
        try:
            with self._root.local_copy(video) as path:
                return await worker.ask({"path": str(path), **wanted})
        except OSError as error:
            raise MediaError(f"the video cannot be read: {error.strerror}") from error

    async def close(self) -> None:
        for task in self._making.values():
            task.cancel()
        for worker in (self._for_pictures, self._for_clips):
            await worker.stop()

    def _local(self, video: str) -> Path:
        """The file of this machine, which has to be where it was found: a link may have taken its place."""
        try:
            if self._root.canonical(video) == video and (path := Path(self._root.uri, video)).is_file():
                return path
        except (ValueError, OSError):
            pass
        raise MediaError("the video is not there any more, or was replaced by a link")

    async def _made(self, video: str, suffix: str, **wanted: Any) -> Path:
        """The file for a request, made if it is not kept; who asks for one that is being made waits for that."""
        name = sha256(json.dumps([video, suffix, wanted]).encode()).hexdigest()
        path = self._folder / f"{name}{suffix}"
        if path in self._kept:
            self._kept.move_to_end(path)
            return path
        if path not in self._making:
            task = asyncio.ensure_future(self._make(path, video, wanted))
            self._making[path] = task
            task.add_done_callback(lambda _: self._making.pop(path, None))
        # Whoever else waits for it is not to lose it when one client leaves.
        return await asyncio.shield(self._making[path])

    async def _make(self, path: Path, video: str, wanted: dict[str, Any]) -> Path:
        partial = path.with_suffix(f".partial{path.suffix}")
        try:
            await self._ask(video, output=str(partial), **wanted)
            partial.replace(path)
        except OSError as error:
            raise MediaError(f"there is no room for what is made of the video: {error.strerror}") from error
        finally:
            partial.unlink(missing_ok=True)
        self._kept[path] = path.stat().st_size
        while sum(self._kept.values()) > self._max_bytes and len(self._kept) > 1:
            self._kept.popitem(last=False)[0].unlink(missing_ok=True)
        return path

    async def _ask(self, video: str, **wanted: Any) -> dict[str, Any]:
        if find_spec("av") is None:
            raise MediaError("videos are shown by PyAV, which is not installed here (pip install av)")
        found = await self.ask(self._for_pictures if wanted["make"] == "picture" else self._for_clips, video, wanted)
        if "error" in found:
            raise MediaError(f"the video cannot be shown: {found['error']}")
        return found
