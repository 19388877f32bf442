"""Two components, of which one reads what the other has written, and a third one that can do damage between them."""

import json
from pathlib import Path

from tfx.dsl.component.experimental.annotations import InputArtifact, OutputArtifact, Parameter
from tfx.dsl.component.experimental.decorators import component
from tfx.orchestration import metadata
from tfx.orchestration.pipeline import Pipeline
from tfx.types.standard_artifacts import Examples, ExampleStatistics

from foundation.events import Event
from pipeline.places import Places
from pipeline.sealing.artifacts import ArtifactSeals
from pipeline.sealing.cache import forget_damaged
from pipeline.sealing.moved import follow_move
from pipeline.sealing.runner import SealedRunner


@component
def Writer(examples: OutputArtifact[Examples], settings: Parameter[str]) -> None:  # noqa: N802
    folder = Path(examples.uri) / "Split-train"
    folder.mkdir()
    for name in ("1.gz", "2.gz"):
        (folder / name).write_bytes(b"12345")
    Path(examples.uri, "told").write_text(json.loads(settings)["videos"])


@component
def Damager(examples: InputArtifact[Examples], how: Parameter[str]) -> None:  # noqa: N802
    damage(Path(examples.uri), how)


@component
def Reader(examples: InputArtifact[Examples], statistics: OutputArtifact[ExampleStatistics]) -> None:  # noqa: N802
    files = sorted(Path(examples.uri).rglob("*.gz"))
    Path(statistics.uri, "read").write_bytes(b"".join(path.read_bytes() for path in files))


def run(folder: Path, damage_between: str = "", place: str = "") -> None:
    """Run the pipeline as `clipgate run` does; `place`: of data, which the first component is told."""
    seals = ArtifactSeals()
    former = follow_move(folder / "metadata.sqlite", folder / "pipeline")
    forget_damaged(folder / "metadata.sqlite", "small", seals)
    writer = Writer(settings=json.dumps({"videos": place}))
    examples = writer.outputs["examples"]
    between = [Damager(examples=examples, how=damage_between)] if damage_between else []
    reader = Reader(examples=examples)
    reader.add_upstream_nodes(between)
    pipeline = Pipeline(
        pipeline_name="small",
        pipeline_root=str(folder / "pipeline"),
        components=[writer, *between, reader],
        enable_cache=True,
        metadata_connection_config=metadata.sqlite_metadata_connection_config(str(folder / "metadata.sqlite")),
    )
    SealedRunner(seals, Places({"data.videos": place}), former, _ignore).run(pipeline)


def damage(artifact: Path, how: str) -> None:
    """Do to an artifact what disks and people do."""
    first = artifact / "Split-train" / "1.gz"
    if how == "flipped":
        first.write_bytes(b"1234S")
    elif how == "cut":
        first.write_bytes(b"123")
    elif how == "missing":
        first.unlink()
    elif how == "beside":
        (artifact / "Split-train" / "old.gz").write_bytes(b"old")


def artifacts(folder: Path, node: str, output: str) -> list[Path]:
    """The artifacts of an output, oldest first."""
    return sorted((folder / "pipeline" / node / output).iterdir(), key=lambda path: int(path.name))


def _ignore(event: Event) -> None:
    """Nobody watches."""
