"""Recordings of clips, for data sets that write the recording into the clip's file name."""

import re

_PATTERNS = (
    # UCF101: v_ApplyEyeMakeup_g08_c01. The groups are counted anew in each class.
    re.compile(r"v_(?P<label>[A-Za-z]+)_(?P<group>g\d\d)_c\d\d"),
    # HMDB51: <film>_<class>_<visible parts>_<camera motion>_np<people>_<viewpoint>_<quality>_<number>. Clips of one film
    # share a split only within a class, so the class is part of the group.
    re.compile(r"(?P<group>.+)_[hulf]_(?:cm|nm)_np\d+_(?:ba|fr|le|ri)_(?:bad|goo|med)_\d+"),
    # Kinetics: <YouTube id>_<first second>_<last second>.
    re.compile(r"(?P<group>.{11})_\d{6}_\d{6}"),
)


def group_of_clip(video: str) -> str | None:
    """The recording that a clip of UCF101, HMDB51 or Kinetics was cut from; None for any other name."""
    name = video.rpartition("/")[2]
    # An extension may be missing, and a name may have dots of its own.
    for stem in (name.rpartition(".")[0], name):
        for pattern in _PATTERNS:
            if match := pattern.fullmatch(stem):
                return "/".join(match.groups())
    return None
