"""Which change of the code makes which component run again."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from foundation.code_digest import PACKAGES, ROOT, code_digest, files_reached

ENTRIES = {
    "AnnotationValidator": "components.annotation_validator.component",
    "VideoExampleGen": "components.video_example_gen.component",
    "VideoSchemaGen": "components.video_schema_gen.component",
    "Transform": "models.preprocessing",
    "Tuner": "models.tuning.search",
    "BaseModelCopy": "components.base_model.component",
    "Trainer": "models.trainer",
    "Baseline": "components.baseline.component",
    "Evaluator": "components.evaluator",
    "ModelGate": "components.model_gate.component",
    "ServingValidator": "components.serving_validator.component",
    "Pusher": "components.pusher.component",
    "Reporter": "components.reporter.component",
}

CHANGED_BY = {
    "components/annotations/readers/ava.py": {"AnnotationValidator", "VideoExampleGen"},
    "components/annotation_validator/checks/nearly_touching.py": {"AnnotationValidator"},
    "components/annotation_validator/measuring/network.py": set(),  # of the command `check` alone
    "components/base_model/component.py": {"BaseModelCopy"},
    "components/baseline/component.py": {"Baseline"},
    "components/evaluator/windows.py": {"Evaluator"},
    "components/evaluator/metrics/misses.py": {"Evaluator", "ModelGate", "Reporter"},
    "components/evaluator/confusion.py": {"Evaluator", "ModelGate", "Pusher", "Reporter"},
    "components/model_gate/rules.py": {"ModelGate"},
    "components/model_gate/verdict.py": {"ModelGate", "Pusher", "Reporter"},
    "components/pages/templates/findings.html": {"AnnotationValidator"},
    "components/pages/templates/report.html": {"Reporter"},
    "components/pages/templates/quality.html": {"Reporter"},
    "components/pages/templates/watch.html": set(),  # of the command alone
    "components/pages/templates/style.html": {"AnnotationValidator", "Reporter"},
    "components/pusher/changes.py": {"Pusher"},
    "components/pusher/s3.py": {"Baseline", "Pusher"},
    "components/reporter/plots.py": {"Reporter"},
    "components/serving_validator/probe.py": {"ServingValidator"},
    "components/serving_validator/rules.py": {"ServingValidator", "Reporter"},
    "components/storage/remote.py": {"AnnotationValidator", "VideoExampleGen"},
    "components/video/decoder_process.py": {"AnnotationValidator", "VideoExampleGen"},
    "components/video_example_gen/shards.py": {"VideoExampleGen"},
    "components/video_example_gen/ledger.py": {"VideoExampleGen", "Evaluator", "Pusher", "Reporter"},
    "components/video_schema_gen/component.py": {"VideoSchemaGen"},
    "components/__init__.py": set(),
    "models/devices/network.py": set(),  # of the command `export` alone
    "models/networks/c3d.py": {"Tuner", "Trainer", "BaseModelCopy"},  # which makes networks of weights from elsewhere
    "models/training/own_process.py": {"Trainer"},
    "models/tuning/oracles.py": {"Tuner"},
    "models/embedding.py": set(),
    "foundation/statistics.py": {"AnnotationValidator", "ModelGate", "Pusher", "Reporter"},
    "foundation/section.py": set(ENTRIES),
    "foundation/messages/progress.py": set(),
    "foundation/group_differences.py": set(),
    "pipeline/watch/comparing.py": set(),
    "pipeline/plan.py": set(),
}


def digests(root: Path) -> dict[str, str]:
    return {name: code_digest(entry, root=root) for name, entry in ENTRIES.items()}


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of our packages."""
    folder = tmp_path_factory.mktemp("source")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def before(source: Path) -> dict[str, str]:
    return digests(source)


def test_a_copy_elsewhere_has_the_same_digests(before: dict[str, str]) -> None:
    assert before == digests(ROOT)


@pytest.mark.parametrize(
    ("file", "changed"), CHANGED_BY.items(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_change_is_seen_by_what_uses_it_and_by_nothing_else(
    source: Path, before: dict[str, str], file: str, changed: set[str]
) -> None:
    content = (source / file).read_text()
    (source / file).write_text(content + "\nchanged = True\n")
    after = digests(source)
    (source / file).write_text(content)
    assert {name for name in after if after[name] != before[name]} == changed


def test_each_component_has_a_change_that_it_alone_sees() -> None:
    alone = {next(iter(changed)) for changed in CHANGED_BY.values() if len(changed) == 1}
    assert set(ENTRIES) - alone <= {"Transform"}  # whose code every training uses too


MODULE = '''"""What it is about."""
from foundation.messages.errors import UserError

def halve(number: int) -> float:
    """Half of it."""
    if number < 0:
        raise UserError(f"{number} is negative; name another one")
    return number / 2
'''


def write(root: Path, files: Mapping[str, str]) -> None:
    for file, content in files.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(content)


def digest_of(root: Path, module: str) -> str:
    """The digest of one module that says this."""
    write(root, {"models/one.py": module})
    return code_digest("models.one", root=root)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("What it is about.", "What else it is about."),
        ('    """Half of it."""\n', ""),
        ("    if number", "\n    # Nobody needs it.\n    if number"),
        ("(number: int) -> float", "(\n    number: int,\n) -> float"),
        ("is negative; name another one", "is below 0: name a number that is not"),
        (" is negative; name another one", ""),
    ],
)
def test_comments_docstrings_format_and_words_of_errors_change_nothing(tmp_path: Path, old: str, new: str) -> None:
    assert MODULE.count(old) == 1
    assert digest_of(tmp_path, MODULE.replace(old, new)) == digest_of(tmp_path, MODULE)


def test_what_a_key_of_the_configuration_means_changes_nothing(tmp_path: Path) -> None:
    first, second, other = (
        f"class Section:\n    size: int = Field({default}, ge=0, description={words!r})\n"
        for default, words in ((3, "pixels"), (3, "of the picture"), (4, "pixels"))
    )
    assert digest_of(tmp_path, first) == digest_of(tmp_path, second) != digest_of(tmp_path, other)


@pytest.mark.parametrize(
    ("old", "new"),
    [("number / 2", "number / 3"), ("/", "//"), ("< 0", "<= 0"), ('f"{number}', 'f"{-number}'), ("halve", "half")],
)
def test_whatever_is_run_changes_the_digest(tmp_path: Path, old: str, new: str) -> None:
    assert digest_of(tmp_path, MODULE.replace(old, new)) != digest_of(tmp_path, MODULE)


def test_words_that_are_no_error_for_people_are_part_of_the_code(tmp_path: Path) -> None:
    first, second = (f"def name() -> str:\n    return {word!r}\n" for word in ("age", "mass"))
    assert digest_of(tmp_path, first) != digest_of(tmp_path, second)
    first, second = (f"raise ValueError({word!r})\n" for word in ("age", "mass"))
    assert digest_of(tmp_path, first) != digest_of(tmp_path, second)


@pytest.mark.parametrize(
    "code",
    [
        "import models.other",
        "from models import other",
        "from models.other import thing",
        "def late() -> None:\n    from models.other import thing",
        'run([executable, "-m", "models.other"])',
        'RUN_FN = "models.other.thing"',
        "from models.between import other",
    ],
)
def test_what_is_imported_or_named_is_reached(tmp_path: Path, code: str) -> None:
    write(tmp_path, {"models/one.py": code, "models/other.py": "", "models/between.py": "from models import other"})
    assert "models/other.py" in files_reached("models.one", root=tmp_path)


@pytest.mark.parametrize(
    "code",
    [
        "import json, sklearn.other",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from models.other import Thing",
        '"""models.other"""',
        'raise UserError("models.other")',
        "# models.other",
        "from foundation.messages import other",
        "from models import __doc__",
    ],
)
def test_what_is_not_ours_not_run_or_only_said_is_not_reached(tmp_path: Path, code: str) -> None:
    others = ("models/other.py", "models/__init__.py", "sklearn/other.py", "foundation/messages/other.py", "json.py")
    write(tmp_path, {"models/one.py": code, **dict.fromkeys(others, "")})
    assert files_reached("models.one", root=tmp_path) == ["models/one.py"]


def test_a_package_is_all_of_its_modules(tmp_path: Path) -> None:
    write(tmp_path, dict.fromkeys(("models/a/__init__.py", "models/a/b.py", "models/a/c/d.py", "models/e.py"), ""))
    assert files_reached("models.a", root=tmp_path) == ["models/a/b.py", "models/a/c/d.py"]


def test_a_template_is_reached_where_its_name_is_handed_to_the_module_beside_it(tmp_path: Path) -> None:
    files = {
        "components/one.py": 'from components.pages.environment import render\nrender("report.html")',
        "components/two.py": 'PAGE = "report.html"',  # the name of a file that it writes
        "components/pages/environment.py": "",
        "components/pages/templates/report.html": '{% include "style.html" %}',
        "components/pages/templates/style.html": "",
        "components/pages/templates/other.html": "",
    }
    write(tmp_path, files)
    assert files_reached("components.one", root=tmp_path) == [
        "components/one.py",
        "components/pages/environment.py",
        "components/pages/templates/report.html",
        "components/pages/templates/style.html",
    ]
    assert files_reached("components.two", root=tmp_path) == ["components/two.py"]


def test_a_module_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no module or package models.trainr in "):
        code_digest("models.trainr", root=tmp_path)
