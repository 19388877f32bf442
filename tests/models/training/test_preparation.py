"""What a training begins with follows from its configuration."""

import json

import pytest

from models.data import ClipSource
from models.metadata import NO_METADATA
from models.networks.blocks import drop_path_rates
from models.training.batches import Batches
from models.training.job import Job
from models.training.preparation import Preparation
from tests.models.clips import CLASSES
from tests.models.training.fitting import training_config


@pytest.mark.parametrize("rate", [0.0, 0.3])
def test_the_network_of_a_training_has_the_stochastic_depth_of_the_configuration(
    source: ClipSource, rate: float
) -> None:
    training = training_config(stochastic_depth=rate)
    config = {
        "model": source.model.model_dump_json(),
        "training": training.model_dump_json(),
        "classes": json.dumps(CLASSES),
        "metadata": NO_METADATA.model_dump_json(),
    }
    job = Job((), (), "", "", "", None, config)
    batches = Batches(source, source, CLASSES, training)
    network = Preparation(job, batches, [0.5] * 3, [0.2] * 3).build()
    layers = [layer for layer in network.layers if layer.name.endswith("drop_path")]
    rates = [getattr(layer, "rate", 0.0) for layer in layers]
    assert len(rates) > 1
    assert rates == pytest.approx(list(drop_path_rates(rate, len(rates))))
    assert rates[-1] == rate
