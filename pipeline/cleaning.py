"""What runs have left and nothing needs any more: artifacts of earlier runs, of failed ones, their logs and records."""

import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Set
from pathlib import Path
from typing import NamedTuple

from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2

from foundation.disk import size_bytes
from pipeline.metadata_store import SUCCESSFUL, open_store, place_of
from pipeline.places import CHECKPOINTS
from pipeline.runs.record import RunRecord, read_records
from pipeline.runs.tensorboard import remove_dead_links

# Of the run that pushed a version: they stay as long as that does.
_OUTLIVING = ("components.IngestLedger", "components.GateReport")

# TFX's own, beside the outputs of a component.
_SYSTEM = ".system"


class Waste(NamedTuple):
    """A file or folder that nothing needs, and the bytes in it; `node` is the component that made it, if one did."""

    path: Path
    num_bytes: int
    node: str = ""


class Cleaning(NamedTuple):
    """What is to be removed; `artifact_ids`: in ML Metadata, which then know that it is gone."""

    waste: tuple[Waste, ...]
    artifact_ids: tuple[int, ...]
    num_runs: int

    @property
    def num_bytes(self) -> int:
        return sum(each.num_bytes for each in self.waste)


def plan_cleaning(
    output_dir: Path, pipeline_root: Path, metadata_path: Path, keep: int, versions: Collection[str] = ()
) -> Cleaning:
    """Find what the newest runs do not need: neither as their outputs, nor to be answered from the cache.

    They are the newest `keep` of those that came to their end, and all since.

    Pushed versions are copies, and are left alone; so are checkpoints, from which a training goes on. As long as a version is
    there (`versions`: their numbers), so are the record of the run that pushed it, its ledger and its gate report: which videos
    a model has seen can be asked as long as it can be served.
    """
    store = open_store(metadata_path)
    runs = sorted(store.get_contexts_by_type("pipeline_run"), key=lambda context: context.id)
    # Runs that failed or were stopped must not push out those from which the cache answers.
    whole = [number for number, run in enumerate(runs) if _came_to_its_end(store, run.id)]
    kept_runs = runs[whole[-keep] :] if len(whole) >= keep else runs
    kept = {artifact.id for run in kept_runs for artifact in store.get_artifacts_by_context(run.id)}
    records = read_records(output_dir)
    pushing = _pushing(records.values(), versions)
    for run in runs:
        if run.name in pushing:
            kept |= {each.id for each in store.get_artifacts_by_context(run.id) if each.type in _OUTLIVING}
    known = store.get_artifacts()
    needed = {
        place_of(each.uri, pipeline_root).relative_to(pipeline_root).parts[:3] for each in known if each.id in kept
    }
    logs = sorted(output_dir.glob("logs/run-*.log"))[:-keep]
    set_aside = sorted(output_dir.glob("unknown-*"))
    waste = [
        Waste(path, size_bytes(path), path.relative_to(pipeline_root).parts[0])
        for path in _unneeded(pipeline_root, needed)
    ]
    old = _old_records(records, {run.name for run in kept_runs}, pushing)
    waste += [Waste(path, size_bytes(path)) for path in (*logs, *old, *set_aside)]
    gone = [artifact.id for artifact in known if artifact.id not in kept and _is_live(artifact)]
    return Cleaning(tuple(waste), tuple(gone), len(runs))


def _came_to_its_end(store: metadata_store.MetadataStore, run_id: int) -> bool:
    executions = store.get_executions_by_context(run_id)
    return bool(executions) and all(each.last_known_state in SUCCESSFUL for each in executions)


def clean(cleaning: Cleaning, output_dir: Path, metadata_path: Path) -> None:
    """Remove it. ML Metadata hear of it first: what is half removed must not be taken from the cache."""
    store = open_store(metadata_path)
    artifacts = store.get_artifacts_by_id(list(cleaning.artifact_ids))
    for artifact in artifacts:
        artifact.state = metadata_store_pb2.Artifact.DELETED
    store.put_artifacts(artifacts)
    for path, _, _ in cleaning.waste:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    remove_dead_links(output_dir)


def _unneeded(pipeline_root: Path, needed: Collection[tuple[str, ...]]) -> Iterator[Path]:
    """Folders and files of executions of which nothing is needed; `needed`: component, output and execution of an artifact."""
    executions = {(component, number) for component, _, number in needed}
    for folder in sorted(path for path in pipeline_root.glob("*") if path.is_dir() and path.name != CHECKPOINTS):
        for path in sorted(folder.glob("*/*")):
            if path.parent.name != _SYSTEM and (folder.name, path.parent.name, path.name) not in needed:
                yield path
        for path in sorted(folder.glob(f"{_SYSTEM}/*_execution/*")):
            if (folder.name, path.name) not in executions:
                yield path
        for path in sorted(folder.glob(f"{_SYSTEM}/seals/*/*.json")):
            if (folder.name, path.parent.name, path.stem) not in needed:
                yield path


def _pushing(records: Iterable[RunRecord], versions: Collection[str]) -> set[str]:
    """The names in ML Metadata of the runs that pushed these versions; later ones have found theirs pushed already."""
    first: dict[str, RunRecord] = {}
    for record in records:
        first.setdefault(record.version_number, record)
    return {name for version in versions if version in first for name in first[version].metadata_runs}


def _old_records(records: Mapping[Path, RunRecord], kept_runs: Set[str], pushing: Set[str]) -> list[Path]:
    """Records of runs before the oldest one that keeps its artifacts, but for those of versions that are still there."""
    kept = [record.number for record in records.values() if kept_runs & set(record.metadata_runs)]
    return [
        path
        for path, record in records.items()
        if kept and record.number < min(kept) and not pushing & set(record.metadata_runs)
    ]


def _is_live(artifact: metadata_store_pb2.Artifact) -> bool:
    return bool(artifact.state == metadata_store_pb2.Artifact.LIVE)
