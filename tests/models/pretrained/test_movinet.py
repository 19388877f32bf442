"""Model Garden's MoViNets for streams: where each weight of theirs goes."""

import json
from pathlib import Path

import pytest

from models.config import ModelConfig
from models.networks.build import build_network
from models.pretrained.movinet import layout

# As tf-models-official 2.16 has written them.
EXPECTED = json.loads(Path(__file__).with_name("movinet.json").read_text())
PRESET = "movinet_a0_stream"


@pytest.mark.parametrize("preset", [PRESET, "movinet_a1_stream", "movinet_a2_stream"])
def test_every_weight_of_a_network_has_a_part_of_the_checkpoint(preset: str) -> None:
    config = ModelConfig(network="movinet", preset=preset, num_frames=1, height=32, width=32)
    network = build_network(config, num_classes=2, dropout=0)
    assert set(layout(preset).parts) == {weight.path for weight in network.weights}


def test_the_layout_has_all_that_the_authors_network_has() -> None:
    assert layout(PRESET).tensors == EXPECTED["shapes"].keys()
