"""What readers are asked beside a path: the part of the section `data` that says how annotations are to be read."""

from pydantic import Field

from foundation.section import Section


class Columns(Section):
    """Names of the columns (CSV) or keys (JSONL). A file without a header has them in this order."""

    path: str = "path"
    start_seconds: str = "start_seconds"
    end_seconds: str = "end_seconds"
    label: str = "label"
    group: str = "group"
    split: str = "split"
    boxes: str = "boxes"
    masks: str = "masks"
    negative: str = "negative"


class ReaderOptions(Section):
    """How annotations are read, where their content does not say it. Some formats need the names of the files in `videos`."""

    videos: str
    header: bool = Field(True, description="generic CSV: the first row names the columns")
    delimiter: str = Field(
        ",", min_length=1, max_length=1, pattern=r'[^"\r\n\x00]', description="generic CSV and lists"
    )
    columns: Columns = Columns()
    metadata: tuple[str, ...] = Field(
        (), description="generic CSV and JSONL: columns of numbers to keep with each clip"
    )
    label_map: str | None = Field(None, description="a file with the names of the classes, where labels are numbers")
    label_field: str | None = Field(
        None,
        description="where the label stands, if there is a choice: attribute, tier, column or control of the format",
    )
    frame_rate: float | None = Field(
        None,
        gt=0,
        lt=10_000,
        description="frames per second of the annotation tool's own clock; default: the video's frames",
    )
    fold: int = Field(1, ge=1, le=9, description="UCF101 and HMDB51: which of the official splits")
