"""The pipeline: its stages, and what flows between them."""

from tfx.orchestration import metadata
from tfx.orchestration.pipeline import Pipeline

from pipeline.beam import beam_args
from pipeline.plan import Plan
from pipeline.stages.data import make_data
from pipeline.stages.delivery import make_delivery
from pipeline.stages.judgement import make_judgement
from pipeline.stages.learning import make_learning


def create_pipeline(
    plan: Plan, pipeline_root: str, metadata_path: str | None = None, checkpoint_root: str | None = None
) -> Pipeline:
    """Make the whole pipeline; the runner says where things lie.

    `metadata_path`: of the local runner's SQLite file; `checkpoint_root`: of trainings, by default the `pipeline_root`.
    """
    checkpoint_root = checkpoint_root or pipeline_root
    data = make_data(plan)
    learning = make_learning(plan, data, checkpoint_root)
    judgement = make_judgement(plan, data, learning)
    delivery = make_delivery(plan, data, learning, judgement)
    return Pipeline(
        pipeline_name=plan.config.name,
        pipeline_root=pipeline_root,
        components=[*data.components, *learning.components, *judgement.components, *delivery],
        enable_cache=True,
        metadata_connection_config=metadata.sqlite_metadata_connection_config(metadata_path) if metadata_path else None,
        beam_pipeline_args=beam_args(plan),
    )
