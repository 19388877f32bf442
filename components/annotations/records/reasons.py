"""The reasons for which an input is left out. The codes are stable: scripts may rely on them.

Each is a verdict on the input, which is kept in the cache. What lies with the machine and may pass is an error of the run.
"""

from enum import Enum
from typing import NamedTuple


class Reason(str, Enum):
    """A reason code of the ledger; `remedy` tells the user what to do."""

    FILE_MALFORMED = "file_malformed"
    ROW_MALFORMED = "row_malformed"
    ROW_EXCLUDED = "row_excluded"
    TEXT_INVALID = "text_invalid"
    LABEL_MISSING = "label_missing"
    LABEL_UNKNOWN = "label_unknown"
    NEGATIVE_UNUSED = "negative_unused"
    TIME_INVALID = "time_invalid"
    END_BEFORE_START = "end_before_start"
    SPAN_INCOMPLETE = "span_incomplete"
    BOX_INVALID = "box_invalid"
    BOX_MISSING = "box_missing"
    MASK_INVALID = "mask_invalid"
    METADATA_INVALID = "metadata_invalid"
    SPLIT_UNKNOWN = "split_unknown"
    DUPLICATE_ROW = "duplicate_row"
    PATH_INVALID = "path_invalid"
    VIDEO_MISSING = "video_missing"
    VIDEO_AMBIGUOUS = "video_ambiguous"
    VIDEO_UNANNOTATED = "video_unannotated"
    NOT_A_VIDEO = "not_a_video"
    VIDEO_UNREADABLE = "video_unreadable"
    VIDEO_CHANGED = "video_changed"
    CODEC_NOT_SUPPORTED = "codec_not_supported"
    VIDEO_TOO_LARGE = "video_too_large"
    VIDEO_TIMED_OUT = "video_timed_out"
    VIDEO_INCOMPLETE = "video_incomplete"
    LENGTH_DIFFERS = "length_differs"
    SEGMENT_PAST_END = "segment_past_end"
    SEGMENT_TOO_SHORT = "segment_too_short"

    @property
    def remedy(self) -> str:
        return _REMEDIES[self]


_REMEDIES = {
    Reason.FILE_MALFORMED: "Export the file again, or correct it where the message says; what follows was not read.",
    Reason.ROW_MALFORMED: "Correct the row so that it has the columns (or keys) that the format asks for.",
    Reason.ROW_EXCLUDED: "The data set leaves this row out itself (other fold, ambiguous, skipped, ignored); nothing is to do.",
    Reason.TEXT_INVALID: "Save the file as UTF-8; keep labels and groups short, on one line, without control characters.",
    Reason.LABEL_MISSING: "Give the row a label, or delete it.",
    Reason.LABEL_UNKNOWN: "Add the label to model.classes or data.label_map, or correct its spelling in the row.",
    Reason.NEGATIVE_UNUSED: "The row states that no action happens here; set negatives.label to train on it, or delete it.",
    Reason.TIME_INVALID: "Write times in the format's own unit: finite numbers, not negative.",
    Reason.END_BEFORE_START: "Make the end later than the start.",
    Reason.SPAN_INCOMPLETE: "Give the action a start and an end in the tool that wrote the file, or delete the row.",
    Reason.BOX_INVALID: "Give boxes a width and a height; in tables as [seconds, x_min, y_min, x_max, y_max], from 0 to 1.",
    Reason.BOX_MISSING: "Draw a box or mask of the actor within the row's span, or leave sampling.crop_to_boxes out.",
    Reason.MASK_INVALID: "Give a PNG below data.videos, or COCO run lengths with their size, for each time.",
    Reason.METADATA_INVALID: "Write the column as a number, or leave it empty; a gap is imputed.",
    Reason.SPLIT_UNKNOWN: "Use train, eval (or val, validation) or test.",
    Reason.DUPLICATE_ROW: "Delete the repeated row; the first one was used.",
    Reason.PATH_INVALID: "Write the path relative to data.videos, inside that folder, without '..' or links that leave it.",
    Reason.VIDEO_MISSING: "Put the video at this path below data.videos, or delete its rows.",
    Reason.VIDEO_AMBIGUOUS: "Several files below data.videos have this name; rename them, or give the path in the row.",
    Reason.VIDEO_UNANNOTATED: "Annotate the video, or move it out of data.videos.",
    Reason.NOT_A_VIDEO: "The file's content is no video, whatever its name; export or download it again.",
    Reason.VIDEO_UNREADABLE: "Check that it may be read, is whole and holds a video; repair it (ffmpeg -i IN -c copy OUT).",
    Reason.VIDEO_CHANGED: "It was written while the run read the videos. Run again when that is over; it is read anew then.",
    Reason.CODEC_NOT_SUPPORTED: "Re-encode it (ffmpeg -i IN -c:v libx264 OUT.mp4), or pip install av; decrypt it first.",
    Reason.VIDEO_TOO_LARGE: "Scale the video down (ffmpeg -i IN -vf scale=-2:720 OUT.mp4), cut it, or raise sampling's limit.",
    Reason.VIDEO_TIMED_OUT: "Decoding took longer than sampling allows; re-encode it (ffmpeg -i IN OUT.mp4), or raise that.",
    Reason.VIDEO_INCOMPLETE: "Download or copy the file again; if it is whole, repair its header (ffmpeg -i IN -c copy OUT).",
    Reason.LENGTH_DIFFERS: "Cut the recording at the times that the row states, or download the clip again.",
    Reason.SEGMENT_PAST_END: "The segment lies beyond the end of the video; check its times and that the video is whole.",
    Reason.SEGMENT_TOO_SHORT: "The segment holds fewer frames than sampling.min_frames; widen it, or lower the limit.",
}


class Problem(NamedTuple):
    reason: Reason
    message: str
