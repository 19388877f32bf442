"""The span of time for which an annotation of a single frame stands."""

_SECONDS = 3.0


def span_of_key_frame(seconds: float) -> tuple[float, float]:
    """Start and end of the three seconds around a key frame, in seconds from the video's start, not before it.

    AVA's annotators labelled the middle frames of segments of three seconds, one segment a second: Gu et al., AVA: A Video
    Dataset of Spatio-temporally Localized Atomic Visual Actions, 2018.
    """
    return max(0.0, seconds - _SECONDS / 2), seconds + _SECONDS / 2
