"""clipgate clean"""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.versions import all_versions
from components.storage.paths import METADATA_FILE
from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from pipeline.commands.terminal import ConfigOption, SetOption, console, errors, escaped, folding_column, key_column
from pipeline.config import load_config
from pipeline.launch import exclusive
from pipeline.metadata_file import require_metadata


def clean(
    config: ConfigOption,
    keep: Annotated[int, typer.Option(min=1, help="How many of the newest runs keep what they have made.")] = 5,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be removed, and remove nothing.")] = False,
    changes: SetOption = None,
) -> None:
    """Remove what earlier runs have left: artifacts, logs and records that none of the newest runs needs. Pushed versions
    stay, and what tells where they come from."""
    settings = load_config(config, changes or ())
    output_dir = Path(settings.output_dir)
    metadata_path = output_dir / METADATA_FILE
    if not metadata_path.is_file():
        raise UserError(f"output_dir: no run has left anything in {output_dir}")
    # ML Metadata take seconds to load.
    from pipeline.cleaning import clean as remove
    from pipeline.cleaning import plan_cleaning

    with exclusive(output_dir):
        require_metadata(
            metadata_path, lambda sentence: errors.print(escaped(sentence), highlight=False), to_write=True
        )
        destination = open_destination(settings.push_destination)
        with explained(destination.uri):
            versions = [version.name for version in all_versions(destination)]
        cleaning = plan_cleaning(output_dir, Path(settings.local_pipeline_root), metadata_path, keep, versions)
        if not dry_run:
            remove(cleaning, output_dir, metadata_path)
    sizes = Counter[str]()
    for waste in cleaning.waste:
        sizes[waste.node or waste.path.relative_to(output_dir).parts[0]] += waste.num_bytes
    if sizes:
        table = Table(key_column("made by"), folding_column("MB", "right"), box=None, padding=(0, 2))
        for name, num_bytes in sizes.most_common():
            table.add_row(escaped(name), f"{num_bytes / 1e6:.1f}")
        console.print(table)
    console.print(
        f"{'would be removed' if dry_run else 'removed'}: {cleaning.num_bytes / 1e6:.1f} MB, which none of the newest "
        f"{counted(min(keep, cleaning.num_runs), 'run')} needs",
        highlight=False,
    )
