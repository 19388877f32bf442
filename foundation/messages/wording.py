"""Numbers in sentences."""


def counted(count: int, noun: str) -> str:
    """`count` and a noun in the number that goes with it."""
    return f"{count} {noun}{'' if count == 1 else 's'}"
