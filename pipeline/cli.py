"""The command line. The commands that need TensorFlow load it, so `--help` does not."""

import importlib.metadata
import io
import os
import sys
from typing import Annotated

import typer

from foundation.messages.errors import MachineError, UserError
from foundation.processes import direct_loopback
from pipeline.commands.apply import apply_log
from pipeline.commands.beam_worker import beam_worker
from pipeline.commands.check import check
from pipeline.commands.clean import clean
from pipeline.commands.compare import compare
from pipeline.commands.compile import compile_pipeline
from pipeline.commands.convert import convert
from pipeline.commands.demo_data import demo_data
from pipeline.commands.export import export
from pipeline.commands.gate import gate
from pipeline.commands.init import init
from pipeline.commands.ledger import ledger
from pipeline.commands.lineage import lineage
from pipeline.commands.predict import predict
from pipeline.commands.reproduce import reproduce
from pipeline.commands.review import review
from pipeline.commands.rollback import card, rollback, versions
from pipeline.commands.run import report, run
from pipeline.commands.runs import runs
from pipeline.commands.serve import serve
from pipeline.commands.splits import splits
from pipeline.commands.submit import submit
from pipeline.commands.suggest import suggest
from pipeline.commands.terminal import INTERNAL_ERROR, USER_ERROR, errors, escaped
from pipeline.commands.verify import verify
from pipeline.commands.watch import watch
from pipeline.commands.weights import weights
from pipeline.commands.worker import worker

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"clipgate {importlib.metadata.version('clipgate')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_show_version, help="Show clipgate's version and exit.")
    ] = False,
) -> None:
    """From videos and annotations to a served action-recognition model, with a quality gate on every class."""


app.command("demo-data")(demo_data)
app.command()(init)
app.command()(check)
app.command()(review)
app.command()(run)
app.command()(gate)
app.command()(ledger)
app.command()(report)
app.command()(runs)
app.command()(compare)
app.command()(reproduce)
app.command()(lineage)
app.command()(clean)
app.command()(predict)
app.command()(suggest)
app.command()(serve)
app.command()(watch)
app.command()(export)
app.command()(versions)
app.command()(card)
app.command()(verify)
app.command()(rollback)
app.command()(splits)
app.command()(convert)
app.command("apply")(apply_log)
app.add_typer(weights, name="weights")
app.command("compile")(compile_pipeline)
app.command()(submit)
app.command()(worker)
app.command("beam-worker")(beam_worker)


def main() -> None:
    """Entry point of the console script; mistakes of the user, and what the machine did, end in a message on stderr."""
    os.environ.update(direct_loopback())
    # A file's name may have bytes that are no UTF-8.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app(standalone_mode=True)
    except UserError as error:
        errors.print(f"[bold red]wrong input:[/] {escaped(str(error))}", highlight=False)
        sys.exit(USER_ERROR)
    except MachineError as error:
        errors.print(f"[bold red]stopped:[/] {escaped(str(error))}", highlight=False)
        sys.exit(INTERNAL_ERROR)


if __name__ == "__main__":
    main()
