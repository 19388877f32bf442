"""A label of each field needs classes in each, or the answer of a field would be right whatever is shown."""

import re
from collections.abc import Sequence

import pytest

from foundation.messages.errors import UserError
from pipeline.label_fields import require_classes_of_fields

FIELDS = ("verb", "noun")


def test_two_classes_in_each_field_are_enough_whatever_they_are_called() -> None:
    require_classes_of_fields(FIELDS, ("noun: cut: fine", "verb: cut", "noun: plate", "verb: nothing"))


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (
            ("verb: cut", "verb: take", "noun: plate"),
            "the field noun of data.label_fields has noun: plate alone, which would always be right, and two classes",
        ),
        (("verb: cut", "verb: take"), "the field noun of data.label_fields has no class, and two classes are needed"),
        (
            ("verb: cut", "verb: take", "noun: plate", "noun: cup", "walk"),
            "walk is in no field of data.label_fields, which has verb, noun; classes are called as in 'verb: walk'",
        ),
    ],
)
def test_a_field_without_a_choice_and_a_class_without_a_field_are_refused(classes: Sequence[str], problem: str) -> None:
    with pytest.raises(UserError, match=re.escape(problem)):
        require_classes_of_fields(FIELDS, classes)
