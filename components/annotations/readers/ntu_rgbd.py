"""NTU RGB+D (60 and 120): videos called `S001C002P003R002A013_rgb.avi`, for setup, camera, person, repetition and action.

The action is the label: A013, or its name if `data.label_map` has one for 13. The person is the group.

Source: https://github.com/shahroudy/NTURGB-D (README.md); Liu et al., NTU RGB+D 120, 2019.
"""

from components.annotations.readers.class_names import ClassNames
from components.annotations.readers.video_names import reader_of_names


def _label(code: str, names: ClassNames | None) -> str:
    return names.name(code[1:]) if names else code


NTU_RGBD = reader_of_names(
    "ntu_rgbd",
    r"S\d{3}C\d{3}(?P<group>P\d{3})R\d{3}(?P<label>A\d{3})(?:_\w+)?",
    "S001C002P003R002A013_rgb.avi",
    _label,
)
