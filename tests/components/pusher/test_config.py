"""The section `push`."""

import pytest
import yaml

from components.pusher.config import PushConfig


@pytest.mark.parametrize("text", ["mode: 0750", "mode: '0750'", "mode: 0o750", "mode: '750'"])
def test_a_mode_is_octal_however_it_is_written(text: str) -> None:
    assert PushConfig.model_validate(yaml.safe_load(text)).mode == 0o750


@pytest.mark.parametrize("text", ["mode: 755", "mode: 0444", "mode: 01777"])
def test_a_mode_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="mode"):
        PushConfig.model_validate(yaml.safe_load(text))
