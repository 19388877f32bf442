"""The executor: reads annotations, assigns splits, and lets Beam turn videos into sharded TFRecord files."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from pydantic import TypeAdapter
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import Manifest, build_manifest
from components.annotations.splits.assignment import ASSIGNMENT_FILE
from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.splitting import split_manifest
from components.storage.opening import open_root
from components.video.config import SamplingConfig
from components.video_example_gen.counting import are_elsewhere, counted
from components.video_example_gen.ledger import Ledger
from components.video_example_gen.metadata import MetadataFeatures
from components.video_example_gen.shards import (
    DecoderOptions,
    IngestSettings,
    WriteShards,
    make_shards,
)
from components.video_example_gen.work_folder import Shard, WorkFolder, empty_folder, identity_of
from foundation.messages.errors import MachineError, UserError, error_in
from foundation.messages.progress import say
from models.config import FIELDS, SEVERAL
from models.training.key import write_data_digest


class VideoExampleGenExecutor(base_beam_executor.BaseBeamExecutor):
    """Writes `examples` (splits train, eval, test) and `ledger`."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        data = DataConfig.model_validate_json(exec_properties["data"])
        splits = SplitsConfig.model_validate_json(exec_properties["splits"])
        sampling = SamplingConfig.model_validate_json(exec_properties["sampling"])
        negatives = TypeAdapter(NegativesConfig | None).validate_json(exec_properties["negatives"])
        classes = tuple(json.loads(exec_properties["classes"]))
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        ledger_artifact = artifact_utils.get_single_instance(output_dict["ledger"])

        beam_args = self._beam_pipeline_args or []
        root = open_root(data.videos, "data.videos", beam_args)
        records, assumptions = load_annotations(data, beam_args)
        manifest = build_manifest(records, root, classes, negatives, data.group_pattern, sampling.cuts_clips)
        for assumption in (*assumptions, *manifest.assumptions):
            say(str(assumption))
        if not manifest.segments_by_video:
            raise UserError(manifest.why_empty())
        split_of, assignment = split_manifest(manifest, splits, negatives, beam_args)
        metadata = MetadataFeatures(data.metadata_config, _train_rows(manifest, split_of)) if data.metadata else None
        settings = IngestSettings(
            videos=data.videos,
            beam_args=tuple(beam_args),
            sampling=sampling,
            negatives=negatives,
            metadata=metadata,
            num_videos=len(manifest.segments_by_video),
            decoders=PipelineOptions(beam_args).view_as(DecoderOptions).decoders,
            min_cover=data.min_cover if exec_properties["labels"] == SEVERAL else None,
            classes_of_fields=classes if exec_properties["labels"] == FIELDS else (),
        )
        shards = make_shards(manifest, split_of, examples.uri)
        # No split of the Examples is read from there.
        work, identity = WorkFolder(f"{examples.uri}/work"), identity_of(exec_properties)
        if not work.belongs_to(identity):
            for uri in (examples.uri, ledger_artifact.uri):
                empty_folder(uri)
            work.begin(identity)
        events = self._run(shards, settings, work)

        ledger = Ledger(
            chain((reject.as_ledger_entry() for reject in manifest.rejects), events),
            num_rows=manifest.num_rows,
            num_videos=manifest.num_videos,
            metadata_quartiles=metadata.quartiles if metadata else {},
            identical_videos=manifest.ties,
        )
        ledger.write(Path(ledger_artifact.uri))
        Path(ledger_artifact.uri, ASSIGNMENT_FILE).write_text(assignment.to_csv())
        work.remove()
        summary = ledger.summary()
        _require_clips(summary)
        write_data_digest(examples.uri, exec_properties["fingerprint"])
        examples.split_names = artifact_utils.encode_split_names(list(SPLITS))
        examples.set_string_custom_property("file_format", "tfrecords_gzip")
        examples.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
        clips = ", ".join(f"{split} {summary['splits'][split]['clips']}" for split in SPLITS)
        say(
            f"{summary['rows_accepted']} of {summary['rows_found']} annotation rows became clips ({clips}); "
            f"{summary['rows_rejected']} rows and {summary['videos_rejected']} videos are in the ledger"
        )

    def _run(self, shards: Sequence[Shard], settings: IngestSettings, work: WorkFolder) -> Iterator[dict[str, Any]]:
        if done := work.num_complete(shards):
            say(f"an earlier attempt has made {done} of {len(shards)} shards")
        orders = work.put(shards)
        is_unheard = are_elsewhere(self._beam_pipeline_args or [])
        try:
            # The pipeline runs when its context ends.
            with (
                counted(work, len(shards)) if is_unheard else nullcontext(),
                self._make_beam_pipeline() as pipeline,
            ):
                _ = (
                    pipeline
                    | "Orders" >> beam.Create(orders)
                    | "Spread" >> beam.Reshuffle()
                    | "WriteShards" >> beam.ParDo(WriteShards(settings))
                )
        except (UserError, MachineError) as error:
            # Beam adds the name of its step behind the remedy.
            raise type(error)(str(error).partition(" [while running ")[0]) from error
        except RuntimeError as error:
            # An engine only has the text of what its workers raise.
            if (known := error_in(str(error))) is None:
                raise
            raise known from error
        return work.take_accounts(orders)


def _train_rows(manifest: Manifest, split_of: dict[str, str]) -> Iterator[Mapping[str, float]]:
    """The metadata of the training split, in the order of the videos' names."""
    return (
        segment.metadata
        for video, segments in manifest.segments_by_video.items()
        if split_of[video] == "train"
        for segment in segments
    )


def _require_clips(summary: dict[str, Any]) -> None:
    for split in SPLITS:
        if split not in summary["splits"]:
            raise UserError(
                f"no clip is left in the {split} split: all of its rows were rejected "
                f"({summary['rejected_by_reason']['row']}). Mend the inputs named in the ledger, or change splits.seed"
            )
