"""A few seconds of what `make soak` does for minutes."""

from benchmarks.hostile import ATTACKS
from benchmarks.soak_server import soak
from tests.pipeline.serve.conftest import RunningServer


def test_hostile_requests_neither_end_the_server_nor_change_good_answers(server: RunningServer) -> None:
    result = soak(server.base, seconds=5, num_clients=4)
    assert result["wrong"] == []
    assert result["answers"]["good gRPC: right"] > 0
    assert result["answers"]["good REST: right"] > 0
    tried = {answer.partition(": ")[0] for answer in result["answers"]}
    assert len(tried & {attack.name for attack in ATTACKS}) > 5
