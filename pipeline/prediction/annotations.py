"""Predictions as annotations, for a tool in which people correct them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from components.annotations.records.record import Segment, Source
from components.annotations.writers.catalogue import WRITERS
from components.annotations.writers.content import SCORE, Content
from components.annotations.writers.omissions import sort_out
from components.annotations.writers.videos import read_frames
from components.video.decoder import Decoder
from components.video.reader import VideoError
from foundation.messages.errors import UserError
from pipeline.prediction.records import VideoPrediction


def content_of(predictions: Sequence[VideoPrediction], name: str, version: Path) -> Content:
    """What the format `name` can hold of all that was found, with scores; `version`: of the model.

    Raises:
      UserError: a video whose frames the format counts cannot be read any more.
    """
    segments = [segment for prediction in predictions for segment in _segments(prediction)]
    writer = WRITERS[name]
    videos = {segment.video for segment in segments if not segment.is_negative and writer.needs_video(segment)}
    frames = {}
    with Decoder() as decoder:
        for video in sorted(videos):
            try:
                frames[video] = read_frames(Path(video), decoder)
            except VideoError as error:
                raise UserError(f"{video}: {error}; to write {name} takes the times of its frames") from error
    model = f"{version.parent.name}/{version.name}"
    return sort_out(Content(tuple(segments), frames, Path.cwd().as_uri(), model), writer, name)[0]


def _segments(prediction: VideoPrediction) -> Iterator[Segment]:
    """What was found; a video that was read to its end without finding any shows none of the actions."""
    for rank, segment in enumerate(prediction.segments, start=1):
        source = Source(prediction.video, rank)
        numbers = {SCORE: segment.score}
        yield Segment(
            prediction.video, segment.label, source, segment.start_seconds, segment.end_seconds, metadata=numbers
        )
    if not prediction.segments and not prediction.reason:
        yield Segment(prediction.video, "", Source(prediction.video, 1), is_negative=True)
