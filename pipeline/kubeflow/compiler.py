"""Compiles the pipeline into a file that Kubeflow Pipelines and Vertex AI read."""

from pathlib import Path

from tfx.orchestration.kubeflow.v2.kubeflow_v2_dag_runner import KubeflowV2DagRunner, KubeflowV2DagRunnerConfig

from pipeline.config import Config
from pipeline.dag import create_pipeline
from pipeline.plan import make_plan


def compile_to_file(config: Config, output: Path) -> None:
    """Write the compiled pipeline (PipelineSpec 2.1, YAML) to `output`."""
    output = output.resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    runner = KubeflowV2DagRunner(
        config=KubeflowV2DagRunnerConfig(default_image=config.kubeflow.image, use_pipeline_spec_2_1=True),
        output_dir=str(output.parent),
        output_filename=output.name,
    )
    runner.run(create_pipeline(make_plan(config), config.kubeflow.pipeline_root), write_out=True)
