"""Labels that say which field of the annotations they stand in, as in `verb: take`. Pure."""

_MARK = ": "


def in_field(field: str, label: str) -> str:
    """The label with the name of its field in front."""
    return f"{field}{_MARK}{label}"


def field_of(label: str) -> str:
    """The field of a label that was named by `in_field`."""
    return label.partition(_MARK)[0]
