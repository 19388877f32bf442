"""The pipeline: its stages, and what flows between them."""

from tfx.orchestration import metadata
from tfx.orchestration.pipeline import Pipeline

from pipeline.beam.options import beam_args
from pipeline.plan import Plan
from pipeline.stages.data import make_data, make_data_digest
from pipeline.stages.delivery import make_delivery
from pipeline.stages.judgement import make_judgement
from pipeline.stages.learning import make_learning


def create_pipeline(
    plan: Plan,
    pipeline_root: str,
    metadata_path: str | None = None,
    checkpoint_root: str | None = None,
    *,
    looks_again: bool = False,
) -> Pipeline:
    """Make the whole pipeline; the runner says where things lie.

    `metadata_path`: of the local runner's SQLite file; `checkpoint_root`: of trainings, by default the `pipeline_root`;
    `looks_again`: whether each run begins with a look at the data, since it may be long after the plan was made.
    """
    checkpoint_root = checkpoint_root or pipeline_root
    look = make_data_digest(plan) if looks_again else None
    data = make_data(plan, look.digest if look else plan.data_digest)
    learning = make_learning(plan, data, checkpoint_root)
    judgement = make_judgement(plan, data, learning)
    delivery = make_delivery(plan, data, learning, judgement)
    return Pipeline(
        pipeline_name=plan.config.name,
        pipeline_root=pipeline_root,
        components=[
            *([look] if look else []),
            *data.components,
            *learning.components,
            *judgement.components,
            *delivery,
        ],
        enable_cache=True,
        metadata_connection_config=metadata.sqlite_metadata_connection_config(metadata_path) if metadata_path else None,
        beam_pipeline_args=beam_args(plan.config.beam),
    )
