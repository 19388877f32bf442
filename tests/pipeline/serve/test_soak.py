"""One round of what `make soak` does for minutes."""

from benchmarks.hostile import ATTACKS
from benchmarks.soak_server import soak
from tests.pipeline.serve.conftest import RunningServer


def test_hostile_requests_neither_end_the_server_nor_change_good_answers(server: RunningServer) -> None:
    result = soak(server.base, seconds=0, num_clients=2)
    assert result["wrong"] == []
    tried = {answer.partition(": ")[0] for answer in result["answers"]}
    assert tried == {attack.name for attack in ATTACKS} | {"good gRPC", "good REST"}
