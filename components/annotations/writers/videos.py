"""Looks at the videos whose frames or ends a format asks for; headers and packets are read, and nothing is decoded."""

from collections.abc import Iterable
from pathlib import Path

from components.annotations.files.video_finder import VideoFinder
from components.annotations.records.reasons import Problem, Reason
from components.annotations.writers.content import VideoFrames
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.reader import VideoError
from foundation.messages.errors import UserError


def look_at_videos(videos: Iterable[str], root: Root, decoder: Decoder, needed_for: str) -> dict[str, VideoFrames]:
    """The frames of videos by their paths below `root`.

    Args:
      videos: paths; the root is not looked at if there are none.
      root: where they lie.
      decoder: reads them.
      needed_for: ends the message of an error: what they are needed for, and what to do without them.

    Raises:
      UserError: a video is not there, or cannot be read.
      MachineError: a video cannot be read for a reason that lies with the machine.
    """
    wanted = sorted(set(videos))
    if not wanted:
        return {}
    finder = VideoFinder(root)
    finder.expect(wanted)
    found: dict[str, VideoFrames] = {}
    for video in wanted:
        path = finder.find(video)
        if isinstance(path, Problem):
            raise UserError(f"{video}: {path.message}; {needed_for}")
        try:
            with sorted_out(path), root.local_copy(path) as copy:
                found[video] = read_frames(copy, decoder)
        except VideoError as error:
            raise UserError(f"{video}: {error}; {needed_for}") from error
    return found


def read_frames(path: Path, decoder: Decoder) -> VideoFrames:
    """The frames of a file.

    Raises:
      VideoError: it cannot be opened, or has none.
    """
    info = decoder.probe(path, SamplingConfig())
    times = decoder.read_times(path, SamplingConfig())
    if not times.seconds:
        raise VideoError(Reason.VIDEO_UNREADABLE.value, "it has no frame")
    return VideoFrames(info.width, info.height, times)
