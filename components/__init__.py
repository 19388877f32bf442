"""TFX components and the plain code that they wrap."""

from typing import Any

_ARTIFACT_TYPES = ("IngestLedger", "AnnotationReport", "FoldAnswers", "GateReport", "ServingReport", "RunReport")


def __getattr__(name: str) -> Any:
    # Kubeflow's entry point finds an artifact's class by its type name, which may hold one dot only: `components.IngestLedger`.
    # Importing the types here would load TFX for everything that merely reads annotations.
    if name in _ARTIFACT_TYPES:
        from components import artifacts

        return getattr(artifacts, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
