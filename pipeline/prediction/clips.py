"""Clips of a segment, for clients: the functions that ingest uses choose, scale and encode the frames."""

from pathlib import Path

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.magic import read_head, why_no_video
from components.video.reader import VideoError
from components.video.tasks import Span
from foundation.machine import num_cores
from foundation.messages.errors import UserError


def read_jpeg_clips(
    video: Path, sampling: SamplingConfig, start_seconds: float = 0.0, end_seconds: float | None = None
) -> list[tuple[bytes, ...]]:
    """The clips of a segment as ingest would store them, each of `sampling.num_frames` JPEGs.

    Raises:
      UserError: the file is no readable video, or the segment holds no frame.
    """
    if not video.is_file():
        raise UserError(f"{video} does not exist")
    if objection := why_no_video(read_head(video)):
        raise UserError(f"{video} is no video: {objection}")
    if end_seconds is not None and end_seconds <= start_seconds:
        raise UserError(
            f"the segment ends at {end_seconds:g} s and starts at {start_seconds:g} s; swap or correct them"
        )
    try:
        with Decoder(num_threads=num_cores()) as decoder:
            clips = list(decoder.read_clips(video, [Span(start_seconds, end_seconds)], sampling))
    except VideoError as error:
        raise UserError(f"{video}: {error}") from error
    found = [clip.jpegs for clip in clips if clip.jpegs]
    if not found:
        end = f"; the video ends at {clips[0].read_seconds:.2f} s" if clips else ""
        raise UserError(f"{video}: no frame from {start_seconds:g} s on{end}")
    return found
