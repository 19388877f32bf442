"""Tables of Markdown."""

from collections.abc import Iterable, Sequence


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Lines of a table; a `|` in a cell is text."""
    cells = (" | ".join(cell.replace("|", r"\|") for cell in row) for row in rows)
    return [f"| {' | '.join(header)} |", f"|{'---|' * len(header)}", *(f"| {row} |" for row in cells)]
