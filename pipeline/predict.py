"""Prediction on video files: the frames are chosen, scaled and encoded by the very functions that ingest uses."""

from pathlib import Path

import tensorflow as tf

from components.baseline.pushed import last_pushed
from components.video.clips import Span, VideoError, encode_jpeg, read_clips
from components.video.config import SamplingConfig
from components.video.magic import is_video_file
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


def read_jpeg_frames(
    video: Path, sampling: SamplingConfig, start_seconds: float = 0.0, end_seconds: float | None = None
) -> list[bytes]:
    """The frames of a segment as ingest would store them, `sampling.num_frames` JPEGs.

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
        _, clips = read_clips(
            video,
            [Span(start_seconds, end_seconds)],
            num_frames=sampling.num_frames,
            short_side=sampling.short_side,
            max_pixels=sampling.max_pixels,
            max_frames=sampling.max_frames,
        )
    except VideoError as error:
        raise UserError(f"{video}: {error}") from error
    if not clips[0].frames:
        raise UserError(
            f"{video}: no frame from {start_seconds:g} s on; the video ends at {clips[0].end_seconds:.2f} s"
        )
    return [encode_jpeg(frame, sampling.jpeg_quality) for frame in clips[0].frames]


def predict_video(
    video: Path, model_dir: Path, start_seconds: float = 0.0, end_seconds: float | None = None
) -> dict[str, float]:
    """Probability of each class for one segment of a video."""
    version, card = find_model(model_dir)
    frames = read_jpeg_frames(video, SamplingConfig.model_validate(card.sampling), start_seconds, end_seconds)
    model = tf.saved_model.load(str(version))
    outputs = model.signatures["predict_jpeg"](frames=tf.constant([frames]))
    return dict(zip(card.classes, outputs["probabilities"][0].numpy().tolist(), strict=True))
