"""What is run and looked at: a first run, the same again, a model that is not good enough, and a file compiled without data.

The last one has another kind of address, too.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks.kubeflow.cluster import Cluster, store_client
from benchmarks.kubeflow.pods import Mount
from benchmarks.kubeflow.project import LocalRun, Project
from benchmarks.kubeflow.workflow import Programs, Step, execute, make_workflow
from components.model_gate.measurements import GATE_FILE
from components.model_gate.verdict import Verdict
from models.training.history import HISTORY_FILE
from pipeline.kubeflow.execute import produced_by
from pipeline.kubeflow.metadata import Execution, Lineage
from pipeline.kubeflow.tasks import Json

# The data are looked at, and the gate looks at what was pushed last, so these run each time.
ALWAYS_RUN = {"DataDigest", "Baseline", "Evaluator", "ModelGate", "Pusher", "Reporter"}
_STORE = "http://127.0.0.1:9000"
_PROGRESS = "clipgate {"
_LOSS_TOLERANCE = 0.01


class Finding(NamedTuple):
    """What was looked at, whether it was as it should be, and what was seen."""

    what: str
    is_good: bool
    seen: str


class Bench(NamedTuple):
    """All that a scenario needs; `say` takes lines for people."""

    project: Project
    programs: Programs
    cluster: Cluster
    say: Callable[[str], None]


def findings(bench: Bench) -> Iterator[Finding]:
    """Run everything, and say of each part what came of it."""
    local = bench.project.run_locally()
    documents = bench.project.compile("demo", "minio")
    # It is killed as soon as it reports anything.
    yield from _first_run(bench, documents, "minio", {"Trainer": _PROGRESS}, local)
    yield from _repeated_run(bench, documents)
    yield from _rejected_run(bench)
    documents = bench.project.compile("demo-s3", "s3", without_data=True)
    yield from _first_run(bench, documents, "s3", {}, local, bench.project.data)


def _first_run(
    bench: Bench,
    documents: list[Json],
    scheme: str,
    kill: dict[str, str],
    local: LocalRun,
    parameters: Mapping[str, str] | None = None,
) -> Iterator[Finding]:
    name = documents[0]["pipelineInfo"]["name"]
    steps, executions = _run(bench, documents, f"{name}-1", kill, parameters)
    pushed = bench.project.versions(name)
    yield Finding(f"{scheme}://: a model is pushed", len(pushed) == 1, ", ".join(map(str, pushed)) or "none")
    yield from (Finding(f"{scheme}://: {finding.what}", *finding[1:]) for finding in _compared(executions, local))
    tasks = sources_of("Pusher", executions, _lineage(bench, name, f"{name}-1"))
    yield Finding(
        f"{scheme}://: ML Metadata lead from the pushed model back to the videos",
        tasks >= {"Trainer", "Transform", "VideoExampleGen"},
        ", ".join(sorted(tasks)),
    )
    for task in kill:
        (step,) = (step for step in steps if step.task == task)
        yield Finding(
            f"{scheme}://: {task}, which is killed, is tried again", step.num_attempts == 2, str(step.num_attempts)
        )


def _compared(executions: list[Execution], local: LocalRun) -> Iterator[Finding]:
    """Whether a run has made what the local runner has made."""
    examples = read_below(executions, "VideoExampleGen", "examples")
    yield Finding(
        "the Examples are byte for byte those of the local runner", examples == local.examples, f"{len(examples)} files"
    )
    history = json.loads(read_below(executions, "Trainer", "model_run")[HISTORY_FILE])
    # Transform adds up in the order in which Beam's bundles end: means differ in their last digit, and trainings drift apart.
    is_close = math.isclose(history["loss"][0], local.history["loss"][0], rel_tol=_LOSS_TOLERANCE)
    losses = f"{history['loss'][0]:.4f}, {local.history['loss'][0]:.4f}"
    yield Finding("the loss of the first epoch is that of the local runner", is_close, losses)
    counts, local_counts = (
        [sum(row) for row in gate["confusion_matrix"]] for gate in (read_gate(executions), local.gate)
    )
    yield Finding("the gate has judged by as many test clips of each class", counts == local_counts, str(counts))


def _repeated_run(bench: Bench, documents: list[Json]) -> Iterator[Finding]:
    steps, executions = _run(bench, documents, "demo-2", {})
    ran = {step.task for step in steps if not step.is_cached}
    yield Finding(
        "the same again: what is made of the data comes from the cache",
        ran <= ALWAYS_RUN,
        ", ".join(sorted(ran)),
    )
    noted = {each.task for each in executions if each.state != "CACHED"}
    yield Finding("the same again: ML Metadata say so too", noted == ran, ", ".join(sorted(noted)))


def _rejected_run(bench: Bench) -> Iterator[Finding]:
    before = bench.project.versions("demo")
    steps, executions = _run(bench, bench.project.compile("demo", "minio", is_strict=True), "demo-3", {})
    sentences = [finding.sentence() for finding in Verdict.from_json(read_gate(executions)).failures]
    yield Finding("a model that is not good enough: the gate says why", bool(sentences), "; ".join(sentences))
    is_same = bench.project.versions("demo") == before
    pushed = produced_by(executions)["Pusher", "pushed_model"]["metadata"].get("pushed")
    yield Finding("a model that is not good enough: it is not pushed", is_same and not pushed, f"pushed: {pushed}")


def _run(
    bench: Bench,
    documents: list[Json],
    run_id: str,
    kill: dict[str, str],
    parameters: Mapping[str, str] | None = None,
) -> tuple[list[Step], list[Execution]]:
    given = "".join(f" {name}={value}" for name, value in (parameters or {}).items())
    bench.say(f"{run_id}: {documents[0]['defaultPipelineRoot']}{given}")
    volumes = tuple(Mount(path, str(path)) for path in (bench.project.folder, Path(__file__).resolve().parents[2]))
    folder = bench.project.folder / "pods"
    workflow = make_workflow(documents, run_id, bench.programs, bench.cluster, folder, volumes, parameters)
    steps = execute(workflow, lambda step: bench.say(line_of(step)), kill)
    return steps, _lineage(bench, documents[0]["pipelineInfo"]["name"], run_id).executions()


def _lineage(bench: Bench, name: str, run_id: str) -> Lineage:
    return Lineage(bench.cluster.metadata(), name, run_id)


def line_of(step: Step) -> str:
    """What people see of a step that has ended."""
    how = "cached" if step.is_cached else f"{step.seconds:.0f} s"
    again = f", {step.num_attempts} attempts" if step.num_attempts > 1 else ""
    return f"  {step.task:<20} driver {step.driver_seconds:.1f} s, {how}{again}"


def sources_of(task: str, executions: list[Execution], lineage: Lineage) -> set[str]:
    """All tasks whose outputs a task was made from, directly or through others."""
    by_task = {each.task: each for each in executions}
    makers = {int(output["name"]): each.task for each in executions for output in each.outputs.values()}
    found: list[str] = [task]
    for name in found:
        given = lineage.inputs(by_task[name].number).values()
        found += sorted({makers[number] for number in given} - set(found))
    return set(found) - {task}


def read_gate(executions: list[Execution]) -> dict[str, Any]:
    """The gate's measurements and verdict."""
    return dict(json.loads(read_below(executions, "ModelGate", "gate_report")[GATE_FILE]))


def read_below(executions: list[Execution], task: str, output: str) -> dict[str, bytes]:
    """The content of all files of an artifact in the object store, by name."""
    address = urlsplit(produced_by(executions)[task, output]["uri"])
    store, folder = store_client(_STORE), f"{address.path.strip('/')}/"
    keys = [entry["Key"] for entry in store.list_objects_v2(Bucket=address.netloc, Prefix=folder).get("Contents", ())]
    return {key.removeprefix(folder): store.get_object(Bucket=address.netloc, Key=key)["Body"].read() for key in keys}
