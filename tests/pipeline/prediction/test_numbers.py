"""Numbers beside the frames, as people give them."""

import pytest

from foundation.messages.errors import UserError
from models.metadata import NO_CARD, ColumnStatistics, Numbers, NumbersCard
from pipeline.prediction.numbers import read_given, said_of_defaults
from serving.clients.numbers import read_numbers

CARD = NumbersCard(
    Numbers(("body mass", "age")),
    {"body mass": ColumnStatistics(70.25, 9.0, 70.25), "age": ColumnStatistics(40.0, 12.0, 41.5)},
)


def test_numbers_are_known_by_the_names_of_columns() -> None:
    assert read_given(["age=31", "body mass=-1.5e1"], CARD) == {"meta_age": 31.0, "meta_body_mass": -15.0}
    assert read_given([], CARD) == {}


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("age", "--metadata age: expected COLUMN=NUMBER, such as body mass=1.5"),
        ("size=3", "--metadata size=3: the model sees no column 'size'; it sees body mass, age"),
        ("age=old", "--metadata age=old: 'old' is no number; leave the option out if it is not known"),
        ("age=nan", "--metadata age=nan: 'nan' is no number; leave the option out if it is not known"),
    ],
)
def test_what_cannot_be_understood_is_named(given: str, problem: str) -> None:
    with pytest.raises(UserError) as caught:
        read_given([given], CARD)
    assert str(caught.value) == problem


def test_a_model_that_sees_frames_alone_takes_none() -> None:
    with pytest.raises(UserError, match="the model sees frames alone"):
        read_given(["age=31"], NO_CARD)
    assert said_of_defaults({}, NO_CARD) == ""


def test_what_stands_in_is_said() -> None:
    sentence = "not given with --metadata, so the training split's body mass: 70.25 stands in"
    assert said_of_defaults({"meta_age": 31.0}, CARD) == sentence
    assert said_of_defaults({"meta_age": 31.0, "meta_body_mass": 70.0}, CARD) == ""


def test_clients_send_what_is_not_known_as_nan() -> None:
    sent = read_numbers(["age=31"], {"metadata": CARD.as_json()})
    assert list(sent) == ["meta_body_mass", "meta_age"]
    assert sent["meta_age"] == 31
    assert sent["meta_body_mass"] != sent["meta_body_mass"]
    assert read_numbers([], {"metadata": CARD.as_json()}) == {}
