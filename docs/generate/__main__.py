"""Write every page that is made from the code.

python -m docs.generate
"""

from pathlib import Path

from docs.generate.commands import commands_page
from docs.generate.configuration import configuration_page

PAGES = {"commands.md": commands_page, "configuration.md": configuration_page}


def main() -> None:
    """Write the pages beside this package."""
    for name, page in PAGES.items():
        (Path(__file__).parents[1] / name).write_text(page())


if __name__ == "__main__":
    main()
