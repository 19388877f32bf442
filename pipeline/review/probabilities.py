"""A process that prints how sure a model was of its misses.

python -m pipeline.review.probabilities EVALUATION, with the classes as a JSON list on standard input, prints a JSON object on
its last line: by segment id the clip's own class, the class that was chosen, and the probabilities of both.
"""

import json
import sys

from components.evaluator.results import CANDIDATE, read_misses
from foundation.processes import end_with_parent


def main() -> None:
    """Read, and print."""
    end_with_parent()
    classes = json.load(sys.stdin)
    found: dict[str, tuple[str, str, float, float]] = {}
    for label, of_class in read_misses(sys.argv[1], CANDIDATE, classes).items():
        # The worst of a segment's clips comes first.
        for miss in of_class.misses:
            (chosen,) = miss.chosen
            found.setdefault(miss.segment_id.partition("-")[0], (label, classes[chosen], miss.own, miss.against))
    print(json.dumps(found))


if __name__ == "__main__":
    main()
