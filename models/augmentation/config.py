"""The `training.augmentation` section of the configuration."""

from pydantic import Field

from foundation.section import Section


class AugmentationConfig(Section):
    """Random changes to training clips, the same for all frames of a clip.

    Crop, mirror, stretch of time, brightness and contrast are on by default, since they help with almost any action. All else
    is off at 0, since its effect on a label depends on the data: a rotated fall may be no fall.
    """

    min_time_span: float = Field(
        0.8,
        gt=0,
        le=1,
        description="share of the clip's duration that a view covers at least; where it begins is random",
    )
    speed: float = Field(
        0,
        ge=0,
        le=3,
        description="the action is shown up to this share faster or slower; 1: twice as fast to half as fast",
    )
    time_shift: float = Field(
        0,
        ge=0,
        le=0.5,
        description="largest shift in time, as a share of the clip; its first or last frame then stands still",
    )
    crop: bool = Field(True, description="cut the view out of the larger clip at random instead of at its centre")
    flip: bool = Field(True, description="mirror half of the views")
    flip_protected: tuple[str, ...] = Field((), description="labels that a mirror would turn into another")
    rotation: float = Field(0, ge=0, le=180, description="largest angle, in degrees")
    zoom: float = Field(0, ge=0, le=3, description="largest change in scale; 0.25: from 1/1.25 to 1.25 times the size")
    shear: float = Field(0, ge=0, le=60, description="largest angle in each direction, in degrees")
    shift: float = Field(
        0,
        ge=0,
        le=1,
        description="largest shift in each direction beyond the crop, as a share of the view; what lies outside is black",
    )
    brightness: float = Field(0.2, ge=0, lt=1, description="largest shift, as a share of the full range")
    contrast: float = Field(0.2, ge=0, lt=1, description="largest relative change")
    saturation: float = Field(0, ge=0, le=1, description="largest relative change; 1: from grey to twice as colourful")
    hue: float = Field(0, ge=0, le=0.5, description="largest turn, as a share of the colour circle")
    blur: float = Field(0, ge=0, le=5, description="largest standard deviation of a Gaussian blur, in pixels")
    noise: float = Field(
        0, ge=0, le=0.5, description="largest standard deviation of Gaussian noise, as a share of the full range"
    )
    mixup: float = Field(
        0, ge=0, le=10, description="alpha of the Beta distribution of the share in which two clips are blended"
    )
    cutmix: float = Field(
        0, ge=0, le=10, description="alpha for the share of the frame that is replaced by another clip's"
    )

    @property
    def warps(self) -> bool:
        """Whether views are interpolated; a crop and a mirror only copy pixels."""
        return bool(self.rotation or self.zoom or self.shear or self.shift)

    @property
    def mixes(self) -> bool:
        return bool(self.mixup or self.cutmix)
