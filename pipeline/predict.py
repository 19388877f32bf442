"""Prediction on video files: the frames are chosen, scaled and encoded by the very functions that ingest uses."""

import os
from pathlib import Path

from components.baseline.pushed import last_pushed
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.magic import is_video_file
from components.video.reader import VideoError
from components.video.tasks import Span
from models.card import CARD_FILE, ModelCard, read_card
from models.errors import UserError


def find_model(model_dir: Path) -> tuple[Path, ModelCard]:
    """A version's directory and its card; for the directory of all versions, the newest one.

    Raises:
      UserError: there is no model of clipgate's.
    """
    version = model_dir if (model_dir / CARD_FILE).is_file() else last_pushed(model_dir)
    if version is None or not (version / "saved_model.pb").is_file():
        raise UserError(
            f"{model_dir} holds no model that clipgate pushed; expected a directory such as serving/NAME/1700000000"
        )
    return version, read_card(version)


def read_jpeg_clips(
    video: Path, sampling: SamplingConfig, start_seconds: float = 0.0, end_seconds: float | None = None
) -> list[tuple[bytes, ...]]:
    """The clips of a segment as ingest would store them, each of `sampling.num_frames` JPEGs.

    Raises:
      UserError: the file is no readable video, or the segment holds no frame.
    """
    if not video.is_file():
        raise UserError(f"{video} does not exist")
    if not is_video_file(video):
        raise UserError(f"{video} is no video: its first bytes are those of no video container")
    if end_seconds is not None and end_seconds <= start_seconds:
        raise UserError(
            f"the segment ends at {end_seconds:g} s and starts at {start_seconds:g} s; swap or correct them"
        )
    try:
        with Decoder(num_threads=os.cpu_count() or 1) as decoder:
            clips = list(decoder.read_clips(video, [Span(start_seconds, end_seconds)], sampling))
    except VideoError as error:
        raise UserError(f"{video}: {error}") from error
    found = [clip.jpegs for clip in clips if clip.jpegs]
    if not found:
        end = f"; the video ends at {clips[0].read_seconds:.2f} s" if clips else ""
        raise UserError(f"{video}: no frame from {start_seconds:g} s on{end}")
    return found


def predict_video(
    video: Path, model_dir: Path, start_seconds: float = 0.0, end_seconds: float | None = None
) -> dict[str, float]:
    """Probability of each class for one segment of a video: the mean over its clips."""
    version, card = find_model(model_dir)
    clips = read_jpeg_clips(video, SamplingConfig.model_validate(card.sampling), start_seconds, end_seconds)
    import tensorflow as tf  # only now: a mistake in the input is told at once, and this takes seconds

    predict = tf.saved_model.load(str(version)).signatures["predict_jpeg"]
    outputs = [predict(frames=tf.constant([clip]))["probabilities"][0].numpy() for clip in clips]
    return dict(zip(card.classes, (sum(outputs) / len(outputs)).tolist(), strict=True))
