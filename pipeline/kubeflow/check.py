"""Finds in a compiled file what open-source Kubeflow Pipelines does not run, before a cluster does.

Pure functions over the PipelineSpec as JSON. Each rule names its place in kubeflow/pipelines' backend/src/v2 (August 2026).
Vertex AI runs some of what is refused here, but the compiled file is for both.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from foundation.messages.errors import UserError
from pipeline.kubeflow.config import SCHEMES

Spec = dict[str, Any]
_Problems = Iterator[tuple[str, str]]

# Linux's limit for one argument (MAX_ARG_STRLEN) is 131072 bytes, of which artifacts and their types need some.
MAX_PARAMETER_BYTES = 100_000
LONG_PARAMETERS = "Linux refuses an argument of 131072; keep long lists in files that the component reads"
_SCHEMA_VERSION = "2.1.0"
# Argo's validation of tasks and templates.
_NAME = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9]{0,126}[a-zA-Z0-9])?")
_PLACEHOLDER = re.compile(r"\{\{\$.*?\}\}")
# component/launcher_v2.go, getPlaceholders
_KNOWN_PLACEHOLDER = re.compile(
    r"\{\{\$\}\}|\{\{\$\.inputs\.parameters\['[^']+'\]\}\}|\{\{\$\.(inputs|outputs)\.artifacts\['[^']+'\]\.(uri|path)\}\}"
    r"|\{\{\$\.outputs\.parameters\['[^']+'\]\.output_file\}\}"
)


def require_runnable(spec: Spec) -> None:
    """Check that open-source Kubeflow Pipelines implements all that the pipeline asks for.

    Raises:
      UserError: it does not; each line names a node, what it asks for and what to do instead.
    """
    problems = [f"{node}: {problem}" for node, problem in find_problems(spec)]
    if problems:
        raise UserError("\n".join(["open-source Kubeflow Pipelines cannot run this pipeline", *problems]))


def find_problems(spec: Spec) -> _Problems:
    """Pairs of node and problem; the pipeline itself counts as a node."""
    yield from _pipeline_problems(spec)
    dags = {"pipeline": spec.get("root", {}).get("dag", {})}
    dags |= {name: part["dag"] for name, part in spec.get("components", {}).items() if "dag" in part}
    for dag in dags.values():
        tasks = dag.get("tasks", {})
        for name, task in tasks.items():
            component = spec["components"].get(task.get("componentRef", {}).get("name"))
            if component is None:
                yield name, "its componentRef leads nowhere"
                continue
            problems = [*_task_problems(task, tasks), *_parameter_problems(task, spec, tasks)]
            problems += _component_problems(component)
            if "executorLabel" in component:
                executor = spec["deploymentSpec"]["executors"].get(component["executorLabel"], {})
                problems += _executor_problems(executor, task, component)
            if not _NAME.fullmatch(name):
                problems.append(
                    "Argo allows letters, digits and '-' in a name; give the component another one: with_id()"
                )
            yield from ((name, problem) for problem in problems)


def _pipeline_problems(spec: Spec) -> _Problems:
    version = spec.get("schemaVersion")
    if version != _SCHEMA_VERSION:  # apiserver/template/v2_template.go
        yield (
            "pipeline",
            f"schemaVersion is {version}; compile with use_pipeline_spec_2_1=True, which gives {_SCHEMA_VERSION}",
        )
    if not spec.get("root", {}).get("dag", {}).get("tasks"):
        yield "pipeline", "it has no tasks; add a component"


def _executor_problems(executor: Spec, task: Spec, component: Spec) -> Iterator[str]:
    # compiler/argocompiler/dag.go, task()
    if "resolver" in executor:
        yield (
            "Resolver nodes are not implemented; let a component with an executor find the artifact, as Baseline finds the "
            "last pushed model"
        )
    elif "customJob" in executor:
        yield "custom jobs run on Google Cloud only; give the component a container, that is an ExecutorClassSpec"
    elif "importer" in executor:
        yield from _importer_problems(executor["importer"], task, component)
    elif "container" in executor:
        yield from _container_problems(executor["container"])
    else:
        yield f"its executor is of an unknown kind ({', '.join(executor) or 'none'}); use a component with an ExecutorClassSpec"


def _container_problems(container: Spec) -> Iterator[str]:
    if "lifecycle" in container:
        # The backend does not read it, so the driver that TFX puts there never runs.
        yield (
            "lifecycle hooks are never run, and with them the driver of a file-based ExampleGen, which finds its input; use a "
            "component with an executor only, such as VideoExampleGen"
        )
    if not container.get("command"):  # the launcher takes the first of command and args for the program
        yield "its container has no command, and the image's entry point is not asked; set default_commands"
    if not container.get("image"):
        yield "its container has no image; set kubeflow.image"
    text = "\n".join([*container.get("command", ()), *container.get("args", ())])
    for found in sorted({match for match in _PLACEHOLDER.findall(text) if not _KNOWN_PLACEHOLDER.fullmatch(match)}):
        yield f"the placeholder {found} is not filled in; pass the artifact's URI and read the value from there"


def _importer_problems(importer: Spec, task: Spec, component: Spec) -> Iterator[str]:
    # component/importer_launcher.go, ImportSpecToMLMDArtifact; compiler/argocompiler/dag.go
    uri = importer.get("artifactUri", {})
    if not uri.get("constant") and not uri.get("runtimeParameter"):
        yield "its importer has no artifactUri that is read; compile with use_pipeline_spec_2_1=True"
    elif "constant" in uri and not str(uri["constant"]).startswith((*SCHEMES, "oci://")):
        yield f"its importer cannot reach {uri['constant']}; put the artifact into an object store: {', '.join(SCHEMES)}"
    if "schemaUri" in importer.get("typeSchema", {}):
        yield "its artifact's type is a schemaUri, which is not read; give an instanceSchema or a schemaTitle"
    if task.get("triggerPolicy", {}).get("condition"):
        yield "an importer cannot wait for a condition; move it out of Cond"
    if len(component.get("outputDefinitions", {}).get("artifacts", {})) != 1:
        yield "an importer gives exactly one artifact; use one importer for each"


def _task_problems(task: Spec, tasks: Spec) -> Iterator[str]:
    if "artifactIterator" in task:  # compiler/argocompiler/dag.go, DAG()
        yield "loops over artifacts are not implemented; loop over a parameter"
    inputs = task.get("inputs", {})
    parameters = inputs.get("parameters", {})
    for name, parameter in parameters.items():
        value = parameter.get("runtimeValue")
        if value is not None and "constant" not in value:  # driver/resolve.go, resolveInputParameter
            kind = ", ".join(value) or "nothing"
            yield f"its parameter {name} is a {kind}, which is not read; compile with use_pipeline_spec_2_1=True"
    size = len(json.dumps(parameters).encode())
    if size > MAX_PARAMETER_BYTES:
        yield f"its parameters take {size} bytes; {LONG_PARAMETERS}"
    sources = [
        (f"input {name}", value.get("taskOutputArtifact")) for name, value in inputs.get("artifacts", {}).items()
    ]
    sources += [(f"parameter {name}", value.get("taskOutputParameter")) for name, value in parameters.items()]
    for name, source in sources:
        if source and source["producerTask"] not in tasks:
            yield f"its {name} comes from {source['producerTask']}, which is no task of this pipeline; pass an artifact"
    for name in task.get("dependentTasks", ()):
        if name not in tasks:
            yield f"it waits for {name}, which is no task of this pipeline"


def _parameter_problems(task: Spec, spec: Spec, tasks: Spec) -> Iterator[str]:
    for name, parameter in task.get("inputs", {}).get("parameters", {}).items():
        source = parameter.get("taskOutputParameter")
        if not source or source["producerTask"] not in tasks:
            continue
        producer, key = source["producerTask"], source["outputParameterKey"]
        outputs = spec["components"].get(tasks[producer]["componentRef"]["name"], {}).get("outputDefinitions", {})
        if key not in outputs.get("parameters", {}):  # driver/resolve.go, resolveUpstreamParameters, gives nothing then
            yield f"its parameter {name} is the output parameter {key} of {producer}, which has none of that name"
        if producer not in task.get("dependentTasks", ()):  # compiler/argocompiler/dag.go starts both at once
            yield f"its parameter {name} comes from {producer}, for which it does not wait; add it to dependentTasks"


def _component_problems(component: Spec) -> Iterator[str]:
    for definition in (component.get("inputDefinitions", {}), component.get("outputDefinitions", {})):
        for name, parameter in definition.get("parameters", {}).items():
            if "parameterType" not in parameter:  # driver/resolve.go: every value is of the wrong type then
                yield f"its parameter {name} has no parameterType; compile with use_pipeline_spec_2_1=True"
        for name, artifact in definition.get("artifacts", {}).items():
            kind = artifact.get("artifactType", {})
            # metadata/client.go, SchemaToArtifactType, ends the launcher where there is no title.
            if "schemaTitle" not in kind and "title:" not in kind.get("instanceSchema", ""):
                yield f"the type of its artifact {name} has no title; give the class a TYPE_NAME such as components.GateReport"
