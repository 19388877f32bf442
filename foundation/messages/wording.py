"""Numbers in sentences."""


def counted(count: int, noun: str) -> str:
    """`count` and a noun, in the singular or the plural: `1 clip`, `2 clips`."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
