"""Tables keep what people look rows up by, however narrow a terminal is, and all of their text where there is none."""

import io

import pytest
from rich.console import Console
from rich.table import Table

from pipeline.commands.terminal import console, escaped, folding_column, key_column

LABEL = "take_the_left_boot_off_while_standing_on_one_leg"


@pytest.mark.parametrize("width", [60, 80, 200])
def test_a_key_is_whole_and_the_rest_is_folded_but_not_cut(width: int) -> None:
    table = Table(folding_column("rule"), key_column("class"), folding_column("value", "right"), box=None)
    table.add_row("recall lower bound", LABEL, "0.123456789")
    shown = io.StringIO()
    Console(file=shown, width=width).print(table)
    assert LABEL in shown.getvalue()
    assert "…" not in shown.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "[a]",
        "[/a]",
        r"\[a]",
        r"\\[a]",
        "[1]",
        r"\[1]",
        "a[",
        "a]",
        r"[a\[b]",
        "[bold]x[/bold]",
        ":bug:",
        "[[a]]",
        "[A] [é]",
    ],
)
def test_names_are_printed_as_they_are(text: str) -> None:
    with console.capture() as shown:
        console.print(f"[bold]a name:[/] {escaped(text)}", highlight=False)
    assert shown.get() == f"a name: {text}\n"
