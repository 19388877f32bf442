"""clipgate submit"""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.compile import compile_for_cluster, name_paths_of_this_machine
from pipeline.commands.terminal import INTERNAL_ERROR, INTERRUPTED, ConfigOption, SetOption, console, errors, escaped
from pipeline.config import load_config


def submit(
    config: ConfigOption,
    endpoint: Annotated[
        str,
        typer.Option(
            envvar="KF_PIPELINES_ENDPOINT", help="Where Kubeflow Pipelines answers, such as http://localhost:8080."
        ),
    ],
    compiled: Annotated[
        Path | None, typer.Option(help="What clipgate compile has written; default: the configuration is compiled now.")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Another value for this run, such as training.epochs=5. Unless --compiled names a file, the configuration is "
            "compiled without data.",
        ),
    ] = None,
    namespace: Annotated[str | None, typer.Option(help="Your profile's, where Kubeflow has several users.")] = None,
    token: Annotated[
        str | None,
        typer.Option(envvar="KF_PIPELINES_TOKEN", help="A bearer token; better in the environment than here."),
    ] = None,
    cookie: Annotated[
        str | None, typer.Option(envvar="KF_PIPELINES_COOKIE", help="Or a session's, such as authservice_session=...")
    ] = None,
    ca_certificates: Annotated[
        Path | None, typer.Option(help="Certificates to trust (PEM), where the cluster has signed its own.")
    ] = None,
    experiment: Annotated[
        str | None, typer.Option(help="Where the run is filed; default: the pipeline's name.")
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            metavar="CRON",
            help="Let the cluster run it again and again: minute, hour, day, month, weekday, such as '0 2 * * *', in its time "
            "zone. It replaces the schedule of the same pipeline and experiment.",
        ),
    ] = None,
    wait: Annotated[bool, typer.Option(help="Follow the run until it ends.")] = True,
    interval: Annotated[float, typer.Option(min=0.05, help="Seconds between two looks at the run.")] = 5.0,
    changes: SetOption = None,
) -> None:
    """Start a run on Kubeflow Pipelines and follow it, or make a schedule of runs (--every); exit code 0: the run came to
    its end, or is scheduled, 1: a component failed, 2: wrong input, such as an address where nobody answers."""
    settings = load_config(config, changes or ())
    # The next lines find a mistake in the address before TensorFlow is loaded.
    from pipeline.kubeflow.backend import Access, Backend
    from pipeline.kubeflow.parameters import by_name, with_texts
    from pipeline.kubeflow.schedule import kubeflow_cron
    from pipeline.kubeflow.submit import follow, read_package, schedule
    from pipeline.kubeflow.submit import submit as start

    given = by_name(parameter or ())
    of_this_run = with_texts(settings, given) if compiled is None else settings
    cron = kubeflow_cron(every) if every is not None else None
    backend = Backend(Access(endpoint, namespace, token, cookie, ca_certificates))
    with tempfile.TemporaryDirectory() as folder:
        path = compiled or Path(folder, "pipeline.yaml")
        if compiled is None:
            compile_for_cluster(settings, path, without_data=bool(given))
            name_paths_of_this_machine(of_this_run)
        package = read_package(path, given)
        if cron is not None:
            schedule_id, num_replaced = schedule(backend, package, cron, experiment)
            instead = ", instead of the schedule before" if num_replaced else ""
            console.print(
                f"{escaped(package.name)} runs at {escaped(cron)} (seconds first), in the time zone of the cluster{instead}: "
                f"{backend.address_of_schedule(schedule_id)}",
                highlight=False,
            )
            return
        run_id = start(backend, package, experiment)
    console.print(f"{escaped(package.name)}: {backend.address_of(run_id)}", highlight=False)
    if not wait:
        return
    try:
        outcome = follow(backend, run_id, package, console, interval)
    except KeyboardInterrupt:
        errors.print(f"no longer followed; the run itself goes on: {backend.address_of(run_id)}", highlight=False)
        raise typer.Exit(INTERRUPTED) from None
    if outcome.state == "SUCCEEDED":
        console.print("[bold green]the run came to its end[/]; what was decided is in its report", highlight=False)
        return
    errors.print(f"[bold red]the run ended as {outcome.state}[/]", highlight=False)
    for name, message in outcome.failures.items():
        errors.print(f"  {escaped(name)}: {escaped(message)}", highlight=False)
    raise typer.Exit(INTERNAL_ERROR)
