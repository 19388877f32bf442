"""Toyota Smarthome's trimmed videos: `Cook.Cleandishes_p02_r00_v02_c03.mp4`, for action, person, repetition, video and camera.

What stands before the person is the label, and the person is the group.

Source: https://project.inria.fr/toyotasmarthome; Das et al., Toyota Smarthome: Real-World Activities of Daily Living, 2019.
"""

from components.annotations.readers.class_names import ClassNames
from components.annotations.readers.video_names import reader_of_names


def _label(name: str, names: ClassNames | None) -> str:
    return names.check(name) if names else name


SMARTHOME = reader_of_names(
    "smarthome",
    r"(?P<label>.+?)_(?P<group>p\d+)_r\d+_v\d+_c\d+",
    "Cook.Cleandishes_p02_r00_v02_c03.mp4",
    _label,
)
