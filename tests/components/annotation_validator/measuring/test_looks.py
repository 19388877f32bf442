"""Postures, which motion cannot tell, through decoding, the encoder and the checks."""

import pytest

from benchmarks.checked import look_into
from benchmarks.looks import measure, record_postures
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import NUM_LOOKS
from components.annotation_validator.measuring.looks import see_looks


@pytest.fixture(scope="module")
def postures(tmp_path_factory: pytest.TempPathFactory) -> CheckInputs:
    folder = tmp_path_factory.mktemp("postures")
    record_postures(folder, num_people=12)
    return look_into(folder)


def test_the_encoder_is_wanted_where_motion_does_not_tell_classes(postures: CheckInputs) -> None:
    assert ChecksConfig().wants_looks(postures)
    assert not ChecksConfig(encoder=False).wants_looks(postures)


def test_exchanged_labels_of_postures_are_named_by_their_looks_only(postures: CheckInputs) -> None:
    by_motion = measure(postures, share=0.05, seed=1)
    reported: list[int] = []
    seen = see_looks(postures, lambda done, total: reported.append(done))
    by_looks = measure(seen, share=0.05, seed=1)
    assert by_motion["recall"] == 0
    assert by_looks["recall"] >= 0.6
    assert by_looks["precision"] >= 0.75
    assert {looks.shape for looks in seen.looks.values()} == {(3 * NUM_LOOKS,)}
    assert reported == list(range(1, len(postures.segments) + 1))
