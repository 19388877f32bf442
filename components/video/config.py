"""The `sampling` section of the configuration: which frames are stored, and how."""

from pydantic import Field

from models.section import Section


class SamplingConfig(Section):
    """Frames stored per segment; the model takes its own number from these, with room for random starts and crops."""

    num_frames: int = Field(24, ge=1, le=512)
    min_frames: int = Field(4, ge=1, description="a segment with fewer distinct frames is rejected")
    short_side: int = Field(128, ge=16, le=2160, description="pixels")
    jpeg_quality: int = Field(90, ge=1, le=100)
    end_tolerance_seconds: float = Field(0.5, ge=0, description="how far an end may lie beyond the video's last frame")
    max_pixels: int = Field(4096 * 2304, ge=1, description="width times height of a frame")
    max_frames: int = Field(2_000_000, ge=1, description="frames read of one video at the most")
