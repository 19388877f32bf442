"""YAML that would take forever is refused with its line, and what people write is read as it always was."""

import resource
from pathlib import Path
from typing import Any

import pytest
import yaml

from foundation.bounded_yaml import DEEPEST, MOST_BYTES, MOST_NODES, BoundedLoader, read_bounded


def read(text: str) -> Any:
    return yaml.load(text, BoundedLoader)


def multiplied(line: str, num_lines: int) -> str:
    """A line for each of the names a0, a1, ..., which repeats nine times what the line before it stands for."""
    lines = ["a0: &a0 {x0: 1}"]
    lines += [line.format(i=i, names=", ".join([f"*a{i - 1}"] * 9)) for i in range(1, num_lines)]
    return "\n".join(lines)


HOSTILE = {
    "aliases": (multiplied("a{i}: &a{i} [{names}]", 40), "more than", 6),
    "aliases_as_keys_of_mappings": (multiplied("a{i}: &a{i} {{b: [{names}]}}", 40), "more than", 6),
    "merge_keys": (multiplied("a{i}: &a{i} {{<<: [{names}], x{i}: 1}}", 40), "more than", 6),
    "itself": ("a: 1\nb: &b [1, *b]", "*b stands in what it stands for", 2),
    "itself_merged": ("a: 1\nb: &b {<<: *b}", "*b stands in what it stands for", 2),
    "nested_lists": ("a: 1\nb: " + "[" * 500_000, f"more than {DEEPEST} levels deep", 2),
    "nested_lines": ("\n".join(" " * i + "a:" for i in range(1000)), f"more than {DEEPEST} levels deep", DEEPEST),
    "many_values": ("a: 1\nb: [" + "1," * (MOST_NODES + 1) + "]", f"more than {MOST_NODES} values", 2),
    "long_text": ("a: 1\nb: " + "x" * 900_000, "a value of 900000 characters", 2),
    "long_number": ("a: 1\nb: " + "1" * 4000, "a value of 4000 characters", 2),
    "long_number_of_base_60": ("a: 1\nb: 1" + ":1" * 400_000, "characters", 2),
    "no_number": ("a: 1\nb: !!int x", "'x' is no int", 2),
    "no_number_at_all": ("a: 1\nb: !!int ''", "'' is no int", 2),
    "no_answer": ("a: 1\nb: !!bool x", "'x' is no bool", 2),
    "no_time": ("a: 1\nb: !!timestamp x", "'x' is no timestamp", 2),
    "no_date": ("a: 1\nb: 2024-13-01", "'2024-13-01' is no timestamp", 2),
}


@pytest.mark.parametrize(("text", "problem", "line"), HOSTILE.values(), ids=HOSTILE)
def test_what_would_grow_without_end_is_refused_with_its_line(text: str, problem: str, line: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(yaml.MarkedYAMLError) as raised:
        read(text)
    assert problem in str(raised.value)
    assert f"line {line}" in str(raised.value)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # KiB


def test_aliases_and_merge_keys_mean_what_they_mean_to_yaml() -> None:
    text = "a: &a {x: 1, y: [1, 2]}\nb: {<<: *a, x: 2}\nc: [*a, *a]\nd: 2024-01-31\ne: 0x1f\nf: !!binary aGk="
    assert read(text) == yaml.safe_load(text)
    assert list(yaml.load_all("a: 1\n---\n- 2\n", BoundedLoader)) == [{"a": 1}, [2]]


def test_no_more_of_a_file_is_read_than_people_write(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"a: 1")
    assert read_bounded(tmp_path / "a.yaml") == b"a: 1"
    with pytest.raises(yaml.YAMLError, match=f"larger than {MOST_BYTES} bytes"):
        read_bounded(Path("/dev/zero"))
