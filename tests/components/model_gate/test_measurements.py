"""What the gate stores."""

import json

from components.evaluator.confusion import ConfusionMatrix, Pairing
from components.model_gate.measurements import Measurements

MATRIX = ConfusionMatrix(("a", "b"), ((3, 1), (0, 4)))


def test_measurements_come_back_from_their_json() -> None:
    measured = Measurements(
        MATRIX,
        baseline=ConfusionMatrix(("b",), ((4,),)),
        single_frame=MATRIX,
        pairings={"a": Pairing(2, 1, 0, 1)},
        calibration_error=0.25,
    )
    for one in (measured, Measurements(MATRIX)):
        assert Measurements.from_json(json.loads(json.dumps(one.as_json()))) == one
