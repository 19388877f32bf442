"""The catalogue: what each entry promises, and what follows from it."""

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from components.annotation_validator import checks
from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Fix
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding
from components.annotations.readers.detect import read_annotations
from tests.components.annotation_validator.making import clean_records, found, inputs_of
from tests.components.annotations.readers.samples import SAMPLES

ROOT = Path(checks.__file__).parents[3]
IDS = [check.id for check in CHECKS]


def test_each_check_is_a_file_of_its_name() -> None:
    files = {path.stem for path in Path(checks.__file__).parent.glob("*.py")} - {"__init__", "catalogue", "check"}
    assert files == set(IDS) and len(IDS) == len(files)
    assert [check.find.__module__.rpartition(".")[2] for check in CHECKS] == IDS


def test_the_keys_of_the_configuration_are_those_of_the_catalogue_with_their_bars_and_limits() -> None:
    settings = ["fail_on", "on_failure", "frames", "encoder", "previous_annotations", "previous_videos", "decisions"]
    assert list(ChecksConfig.model_fields) == [*settings, *IDS]
    assert {check.id: ChecksConfig().bar(check.id) for check in CHECKS} == {
        check.id: check.bar.default for check in CHECKS
    }
    for check in CHECKS:
        assert ChecksConfig.model_fields[check.id].description == check.bar.description
        with pytest.raises(ValidationError, match=check.id):
            ChecksConfig.model_validate({check.id: -0.1})


def test_the_catalogue_loads_nothing_that_takes_long() -> None:
    heavy = ("cv2", "sklearn", "scipy.stats", "matplotlib", "tensorflow", "faiss")
    program = (
        "import sys, components.annotation_validator.config, components.annotation_validator.fix\n"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_null_switches_each_check_off() -> None:
    off = ChecksConfig.model_validate(dict.fromkeys(IDS))
    assert [check for check in IDS if off.bar(check) is not None] == []


def test_a_check_yields_to_earlier_ones_that_are_corrected_before_it() -> None:
    for check in CHECKS:
        for other in check.yields_to:
            assert IDS.index(other) < IDS.index(check.id)
            assert CHECKS[IDS.index(other)].fix is Fix.SAFE


def test_good_data_have_no_finding() -> None:
    assert found(inputs_of(clean_records())) == []


def test_no_data_have_no_finding() -> None:
    assert found(inputs_of([])) == []


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_records_of_every_format_are_checked(name: str, tmp_path: Path) -> None:
    SAMPLES[name].write(tmp_path)
    records = read_annotations(SAMPLES[name].config(tmp_path, format=name)).records
    findings = found(inputs_of(records))
    # No format's sample has a class with enough test clips.
    assert "too_few_to_evaluate" in {finding.check for finding in findings}
    for finding in findings:
        assert finding.message and finding.remedy
        assert Finding.from_json(finding.as_json()) == finding
