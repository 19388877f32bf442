"""The names under which numeric metadata travels."""

import pytest
from pydantic import ValidationError

from models.metadata import MetadataConfig, check_columns, imputed_feature, value_feature


def test_names_keep_letters_digits_and_underscores() -> None:
    assert value_feature("age_2") == "meta_age_2"
    assert value_feature("body/height (cm)") == "meta_body_height__cm_"
    assert imputed_feature("a b") == "imputed_a_b"


def test_columns_that_can_be_told_apart_are_accepted() -> None:
    assert check_columns(("age", "Age", "größe", "meta_age", "imputed_age")) == (
        "age",
        "Age",
        "größe",
        "meta_age",
        "imputed_age",
    )


@pytest.mark.parametrize("columns", [("a b", "x", "a-b"), ("age", "age"), ("気温", "湿度")])
def test_columns_that_would_share_a_feature_are_refused(columns: tuple[str, ...]) -> None:
    message = f"the columns '{columns[0]}' and '{columns[-1]}' would both become the feature meta_.*; rename one"
    with pytest.raises(ValueError, match=message):
        check_columns(columns)


@pytest.mark.parametrize("columns", [("",), ("age", " ")])
def test_a_column_without_a_name_is_refused(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="a column has no name; received"):
        MetadataConfig(columns=columns)
