"""What clips that are cut around their actor ask of a configuration, and of those who ask a model."""

from components.annotations.config import NegativesConfig
from components.video.config import SamplingConfig
from models.config import ModelConfig

TRAINED_ON_CROPS = "the model was trained on clips that are cut around their actors (sampling.crop_to_boxes)"
# So much of the actor's surroundings may be cut off by rounding and by aspects that people write with two digits.
_NEARLY = 0.02


def require_crops(sampling: SamplingConfig, negatives: NegativesConfig | None, model: ModelConfig) -> None:
    """Refuse what would mix whole frames with crops, or cut the actor of a crop.

    Raises:
      ValueError: for pydantic.
    """
    if not sampling.cuts_clips:
        return
    if negatives and negatives.clips_per_video:
        raise ValueError(
            f"negatives.clips_per_video is {negatives.clips_per_video}, but clips from unannotated time have no box to be cut "
            "around (sampling.crop_to_boxes), and whole frames among crops would tell the class by that; set it to 0, and "
            "state negatives in rows with boxes"
        )
    wanted = model.width / model.height
    if model.resize == "crop" and abs(sampling.crop_aspect - wanted) > _NEARLY * wanted:
        raise ValueError(
            f"sampling.crop_aspect is {sampling.crop_aspect:g}, but the network sees {model.width}x{model.height}, and "
            f"model.resize: crop would cut the sides of each actor; set sampling.crop_aspect: {wanted:.3g}"
        )


def said_of_whole_frames(sampling: SamplingConfig) -> str:
    """What is to be said where a model is shown whole frames; empty if it was trained on such."""
    if not sampling.cuts_clips:
        return ""
    return f"{TRAINED_ON_CROPS}, and is shown whole frames here, so little is known of its answers"
