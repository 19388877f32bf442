"""Artifacts that were moved or copied with their `output_dir`: ML Metadata know them by addresses in the old place."""

from pathlib import Path

from ml_metadata.proto import metadata_store_pb2

from foundation.messages.progress import announce
from foundation.messages.wording import counted
from pipeline.metadata_store import open_store

_State = metadata_store_pb2.Artifact.State


def follow_move(metadata_path: Path, pipeline_root: Path) -> None:
    """Let artifacts that are known at another place be those that lie here, and forget those that do not.

    So nothing is read in the old place, even if it is still there. An address is part of the cache's key of what reads the
    artifact, so all components with inputs run once more.
    """
    if not metadata_path.exists():
        return
    store = open_store(metadata_path)
    elsewhere = [
        artifact
        for artifact in store.get_artifacts()
        if artifact.state == _State.LIVE and not Path(artifact.uri).is_relative_to(pipeline_root)
    ]
    if not elsewhere:
        return
    # <root>/<component>/<output>/<execution>
    old_root = Path(elsewhere[-1].uri).parents[2]
    for artifact in elsewhere:
        here = pipeline_root.joinpath(*Path(artifact.uri).parts[-3:])
        if here.exists():
            artifact.uri = str(here)
        else:
            artifact.state = _State.DELETED
    store.put_artifacts(elsewhere)
    found = sum(artifact.state == _State.LIVE for artifact in elsewhere)
    announce(
        f"earlier runs kept their artifacts in {old_root}; of {counted(len(elsewhere), 'artifact')}, {found} lie in "
        f"{pipeline_root} now and are used. What was made from them is made anew, and nothing is read in the old place"
    )
