"""Texts in tables for spreadsheets, which run what begins like a formula: https://owasp.org/www-community/attacks/CSV_Injection."""

_BEGINS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def text_cell(text: str) -> str:
    """A text that every spreadsheet shows as text: an apostrophe comes before what it could take for a formula."""
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) else text


def path_cell(path: str) -> str:
    """A path that is no formula and still leads to the file: `./` comes before it."""
    return f"./{path}" if path.startswith(_BEGINS_FORMULA) else path
