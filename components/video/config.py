"""The `sampling` section of the configuration: which frames are stored, and how."""

from typing import Literal

from pydantic import Field, field_validator, model_validator

from foundation.section import Section

LEAST_MEMORY_MEGABYTES = 256


class SamplingConfig(Section):
    """Frames stored per clip; the model takes its own number from these, with room for random starts and crops."""

    method: Literal["uniform", "step", "dense"] = Field(
        "uniform", description="spread over the segment; a step apart (step_frames or step_seconds); every frame"
    )
    num_frames: int = Field(24, ge=1, le=512, description="frames stored per clip")
    step_frames: int | None = Field(
        None, ge=1, le=10_000, description="method step: frames from one sample to the next"
    )
    step_seconds: float | None = Field(None, gt=0, le=3600, description="method step: seconds instead of frames")
    views: int = Field(1, ge=1, le=64, description="methods step and dense: clips a segment, from its start to its end")
    window_seconds: float | None = Field(None, gt=0, description="longer segments are cut into windows, each a clip")
    window_stride_seconds: float | None = Field(None, gt=0, description="default: window_seconds, no overlap")
    short: Literal["repeat_last", "wrap", "error"] = Field(
        "repeat_last", description="where a segment ends before its samples do: hold the last, start anew, or reject it"
    )
    min_frames: int = Field(4, ge=1, description="a clip with fewer distinct frames is rejected")
    short_side: int = Field(
        128, ge=16, le=2160, description="pixels of a stored frame's shorter side; smaller frames stay as they are"
    )
    crop_to_boxes: float | None = Field(
        None,
        ge=0,
        le=10,
        description="clips are cut around the actor's boxes (or masks), and so much of a box is added on each of its sides; "
        "default: whole frames",
    )
    crop_aspect: float = Field(
        1.0,
        ge=0.1,
        le=10,
        description="with crop_to_boxes, width of a crop divided by its height: that of the network's input",
    )
    jpeg_quality: int = Field(90, ge=1, le=100, description="of the stored frames")
    end_tolerance_seconds: float = Field(0.5, ge=0, description="how far an end may lie beyond the video's last frame")
    max_missing_share: float = Field(
        0.1,
        ge=0,
        le=1,
        description="a video that breaks off earlier than its header promises gives no clip of the whole, nor does one "
        "that is not as long as its row says",
    )
    max_pixels: int = Field(4096 * 2304, ge=1, description="width times height of a frame")
    max_frames: int = Field(2_000_000, ge=1, description="frames read of one video at the most")
    max_cpu_seconds: int = Field(3600, ge=1, description="computing time for one video at the most")
    max_stall_seconds: float = Field(60.0, gt=0, description="a decoder that shows no progress for so long is stopped")
    max_memory_megabytes: int = Field(2048, ge=LEAST_MEMORY_MEGABYTES, description="memory of the process that decodes")

    @field_validator("crop_to_boxes", mode="before")
    @classmethod
    def _a_margin_is_no_switch(cls, margin: object) -> object:
        # Off would be a margin of 0 otherwise, which is on, and on a whole box on each side.
        if isinstance(margin, bool):
            raise ValueError(
                f"it is {str(margin).lower()}, but says how much is added on each side of a box; set it to a number such as "
                "0.15, or leave it out for whole frames"
            )
        return margin

    @property
    def cuts_clips(self) -> bool:
        """Whether clips are cut around their actors, so that each needs one."""
        return self.crop_to_boxes is not None

    @model_validator(mode="after")
    def _method_has_what_it_needs(self) -> "SamplingConfig":
        steps = [self.step_frames, self.step_seconds]
        if self.method == "step" and sum(step is not None for step in steps) != 1:
            raise ValueError("method 'step' needs either step_frames or step_seconds")
        if self.method != "step" and steps != [None, None]:
            raise ValueError(f"step_frames and step_seconds belong to method 'step'; the method is {self.method!r}")
        if self.method == "uniform" and self.views > 1:
            raise ValueError("views belong to methods 'step' and 'dense': 'uniform' spreads over the whole segment")
        if self.window_stride_seconds is not None and self.window_seconds is None:
            raise ValueError("window_stride_seconds needs window_seconds")
        if self.crop_aspect != SamplingConfig.model_fields["crop_aspect"].default and not self.cuts_clips:
            raise ValueError(
                f"crop_aspect is {self.crop_aspect:g}, but frames stay whole; set crop_to_boxes too, or leave it out"
            )
        return self
