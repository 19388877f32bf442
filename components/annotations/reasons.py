"""Why an input was left out. The codes are stable: scripts may rely on them."""

from enum import Enum


class Reason(str, Enum):
    """A ledger's reason code; `remedy` says what a user can do about it."""

    ROW_MALFORMED = "row_malformed"
    TEXT_INVALID = "text_invalid"
    LABEL_MISSING = "label_missing"
    LABEL_UNKNOWN = "label_unknown"
    TIME_INVALID = "time_invalid"
    END_BEFORE_START = "end_before_start"
    BOX_INVALID = "box_invalid"
    SPLIT_UNKNOWN = "split_unknown"
    DUPLICATE_ROW = "duplicate_row"
    PATH_INVALID = "path_invalid"
    VIDEO_MISSING = "video_missing"
    VIDEO_UNANNOTATED = "video_unannotated"
    NOT_A_VIDEO = "not_a_video"
    VIDEO_UNREADABLE = "video_unreadable"
    CODEC_NOT_SUPPORTED = "codec_not_supported"
    VIDEO_TOO_LARGE = "video_too_large"
    SEGMENT_PAST_END = "segment_past_end"
    SEGMENT_TOO_SHORT = "segment_too_short"

    @property
    def remedy(self) -> str:
        return _REMEDIES[self]


_REMEDIES = {
    Reason.ROW_MALFORMED: "Correct the row so that it has the columns (or keys) that the format asks for.",
    Reason.TEXT_INVALID: "Save the file as UTF-8; keep labels and groups short, on one line, without control characters.",
    Reason.LABEL_MISSING: "Give the row a label, or delete it.",
    Reason.LABEL_UNKNOWN: "Add the label to model.classes, or correct its spelling in the row.",
    Reason.TIME_INVALID: "Write times as seconds: finite numbers, not negative.",
    Reason.END_BEFORE_START: "Make end_seconds greater than start_seconds.",
    Reason.BOX_INVALID: "Write boxes as [seconds, x_min, y_min, x_max, y_max], relative to the frame, between 0 and 1.",
    Reason.SPLIT_UNKNOWN: "Use train, eval (or val, validation) or test.",
    Reason.DUPLICATE_ROW: "Delete the repeated row; the first one was used.",
    Reason.PATH_INVALID: "Write the path relative to data.videos, inside that folder, without '..' or links that leave it.",
    Reason.VIDEO_MISSING: "Put the video at this path below data.videos, or delete its rows.",
    Reason.VIDEO_UNANNOTATED: "Annotate the video, or move it out of data.videos.",
    Reason.NOT_A_VIDEO: "The file's content is no video, whatever its name; export or download it again.",
    Reason.VIDEO_UNREADABLE: "Check that it may be read, is whole and holds a video; repair it (ffmpeg -i IN -c copy OUT).",
    Reason.CODEC_NOT_SUPPORTED: "Re-encode it as H.264 (ffmpeg -i IN -c:v libx264 OUT.mp4); encrypted files need their key.",
    Reason.VIDEO_TOO_LARGE: "Scale the video down (ffmpeg -i IN -vf scale=-2:720 OUT.mp4), cut it, or raise sampling's limit.",
    Reason.SEGMENT_PAST_END: "The segment lies beyond the end of the video; check its times and that the video is whole.",
    Reason.SEGMENT_TOO_SHORT: "The segment holds fewer frames than sampling.min_frames; widen it, or lower the limit.",
}
