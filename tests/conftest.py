"""What holds for all tests: which are slow, which come first, and that none depends on chance. See README.md in this folder."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Their fixtures serve several files of tests.
pytest_plugins = (
    "tests.e2e.pushed",
    "tests.e2e.rejected",
    "tests.components.evaluator.evaluated",
    "tests.components.evaluator.several_labels",
)

# Property tests give the same answer on every machine, however busy it is.
settings.register_profile(
    "steady", deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

# Whole pipelines, networks that are built, trained or asked, simulations, what decodes much, and processes that are killed;
# elsewhere, what needs one of these fixtures.
SLOW_PLACES = (
    "e2e",
    "notebooks",
    "models",
    "contract/test_several_labels.py",
    "contract/test_crops.py",
    "benchmarks/test_faults.py",
    "benchmarks/test_gate.py",
    "benchmarks/kubeflow/test_stand_in.py",
    "components/serving_validator/test_probe.py",
    "components/serving_validator/test_executor.py",
    "components/video/test_agreement.py",
    "components/video/test_any_video.py",
    "components/video/test_decoder.py",
    "components/video/test_decoder_deaths.py",
    "components/video/test_pyav.py",
    "components/annotation_validator/measuring/test_looks.py",
    "components/annotation_validator/measuring/test_network.py",
    "components/annotation_validator/test_planted_defects.py",
    "pipeline/sealing/test_runner.py",
    "pipeline/test_launch.py",
    "pipeline/commands/test_weights.py",
    "components/base_model",
)
SLOW_FIXTURES = {
    "pushed_run", "metadata_outcome", "evaluation_uri", "base_evaluation_uri", "tfma_uri", "exported_model", "causal_model",
}  # fmt: skip

# A process gets whole files. These take longest, longest first, so that both processes end together; the first one makes the
# run that most of the others need, the second one needs none.
FIRST_FILES = (
    "e2e/test_pipeline.py",
    "benchmarks/test_faults.py",
    "e2e/test_folds.py",
    "notebooks/test_notebooks.py",
    "e2e/test_gates.py",
    "e2e/test_several_labels.py",
    "e2e/test_tutorial.py",
    "e2e/test_interruptions.py",
    "e2e",
    "contract",
    "models",
)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """The modules of TensorFlow and TFX are millions of objects that stay: nobody needs to look for garbage among them."""
    gc.disable()
    yield
    gc.collect()
    gc.freeze()
    gc.enable()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what is slow."""
    if _place(item).startswith(SLOW_PLACES) or SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
        item.add_marker(pytest.mark.slow)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; short tests fill up the processes at the end."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    ranks = (rank for rank, place in enumerate(FIRST_FILES) if _place(item).startswith(place))
    return next(ranks, len(FIRST_FILES))


def _place(item: pytest.Item) -> str:
    return item.path.relative_to(Path(__file__).parent).as_posix()
