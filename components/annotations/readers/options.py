"""Options of readers: the part of the section `data` that says how to read annotations."""

from collections.abc import Collection

from pydantic import Field, field_validator

from components.annotations.records.group_names import SCHEMES, group_pattern
from foundation.messages.errors import UserError
from foundation.section import Section


class Columns(Section):
    """Names of the columns (CSV) or keys (JSONL). A file without a header has them in this order, without the last."""

    path: str = Field("path", description="the video, relative to data.videos")
    start_seconds: str = Field("start_seconds", description="where the action begins; default: the video's start")
    end_seconds: str = Field("end_seconds", description="where it ends; default: the video's end")
    label: str = Field("label", description="the class")
    group: str = Field("group", description="who or where; clips of one group are never in two splits")
    split: str = Field("split", description="train, eval or test; read where splits.mode is official")
    boxes: str = Field(
        "boxes", description="where the actor is: [[seconds, x_min, y_min, x_max, y_max], ...], as shares"
    )
    masks: str = Field("masks", description="which pixels are the actor: [[seconds, file or run lengths], ...]")
    negative: str = Field("negative", description="true: none of the actions happens here")
    looked_for: str = Field(
        "looked_for",
        description="with several labels a clip: which ones were looked for, * for all; of others nothing is known",
    )


class ReaderOptions(Section):
    """Facts that annotations do not tell about themselves. Some formats need the names of the files in `videos`."""

    videos: str = Field(description="folder or address of the videos; paths in annotations are below it")
    header: bool = Field(True, description="generic CSV: the first row names the columns")
    delimiter: str | None = Field(
        None,
        min_length=1,
        max_length=1,
        pattern=r'[^"\r\n\x00]',
        description="generic CSV and lists; default: the one that fits the header or, of lists, white space or a comma",
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
    label_fields: tuple[str, ...] = Field(
        (), description="EPIC-KITCHENS: several of them, such as [verb, noun]; each gives a label, as in verb: open"
    )
    label_separator: str | None = Field(
        None,
        min_length=1,
        max_length=8,
        description="generic CSV and JSONL: what divides the labels of a row that has several, and those that were looked for "
        "(default there: ;)",
    )
    group_pattern: str | None = Field(
        None,
        min_length=1,
        description="says the group of videos whose rows have none: a regular expression for their paths below data.videos "
        f"(its group `group`, else its groups, else the match), or a naming scheme: {', '.join(SCHEMES)}",
    )
    frame_rate: float | None = Field(
        None,
        gt=0,
        lt=10_000,
        description="frames per second of the annotation tool's own clock; default: the video's frames",
    )
    fold: int = Field(1, ge=1, le=9, description="UCF101 and HMDB51: which of the official splits")

    @field_validator("group_pattern")
    @classmethod
    def _pattern_is_valid(cls, text: str | None) -> str | None:
        if text is not None:
            group_pattern(text)
        return text

    def check_label_field(self, known: Collection[str], problem: str) -> None:
        """Raise UserError if there are `known` fields and `label_field` is none of them; `problem` begins its message."""
        if self.label_field and known and self.label_field not in known:
            found = ", ".join(sorted(known))[:500]
            raise UserError(f"data.label_field: {problem} {self.label_field!r}; found: {found}")
