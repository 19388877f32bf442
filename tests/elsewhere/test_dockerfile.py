from pathlib import Path, PurePosixPath

import pytest

from foundation.messages.errors import UserError
from tests.elsewhere.dockerfile import fill_in, flag, in_context, read_dockerfile, settings, stages_of

REPOSITORY = Path(__file__).resolve().parents[2]


def stages(text: str, folder: Path, **arguments: str) -> list[tuple[str, list[str]]]:
    (folder / "Dockerfile").write_text(text)
    read = read_dockerfile(folder / "Dockerfile", arguments)
    return [
        (stage.base, [f"{one.name} {one.text}" for one in stage.instructions]) for stage in stages_of(read, read[-1])
    ]


def test_continued_lines_are_one_instruction_and_comments_are_none(tmp_path: Path) -> None:
    text = "FROM base\n# why\nRUN one \\\n # in between\n && two\n"
    assert stages(text, tmp_path) == [("base", ["RUN one && two"])]


def test_a_build_argument_chooses_the_stage_and_the_other_is_not_built(tmp_path: Path) -> None:
    text = "ARG OS=new\nFROM debian:12 AS old\nRUN old\nFROM debian:13 AS new\nFROM ${OS}\nARG OS\nRUN echo $OS\n"
    assert stages(text, tmp_path) == [("debian:13", []), ("new", ["ARG OS=new", "RUN echo $OS"])]
    chosen = stages(text, tmp_path, OS="old")
    assert chosen == [("debian:12", ["RUN old"]), ("old", ["ARG OS=old", "RUN echo $OS"])]


def test_a_stage_that_is_copied_from_is_built(tmp_path: Path) -> None:
    text = "FROM a AS build\nRUN make\nFROM a AS unused\nFROM b\nCOPY --from=build /x /x\n"
    assert [base for base, _ in stages(text, tmp_path)] == ["a", "b"]


def test_an_instruction_that_is_not_understood_is_an_error_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="line 2: HEALTHCHECK"):
        stages("FROM base\nHEALTHCHECK NONE\n", tmp_path)


def test_flags_settings_and_variables() -> None:
    assert flag("--chown=1:1 --from=build /a /b", "from") == "build"
    assert flag("/a /b", "from") is None
    assert settings('A=1 B="two words"') == {"A": "1", "B": "two words"}
    assert fill_in("$A/${B}x/$MISSING", {"A": "a", "B": "b"}) == "a/bx/"


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("models/config.py", True),
        ("requirements/uv.txt", True),
        ("models/__pycache__/config.pyc", False),
        (".git/config", False),
        ("tests/conftest.py", False),
        ("demo/models/x", False),
    ],
)
def test_only_what_the_image_needs_is_sent_to_the_build(path: str, sent: bool) -> None:
    assert in_context(PurePosixPath(path), (REPOSITORY / ".dockerignore").read_text().split()) is sent


@pytest.mark.parametrize("stack", ["tfx116", "tfx121"])
def test_the_projects_dockerfile_builds_each_stack_from_its_lock_and_ends_as_another_user_than_root(stack: str) -> None:
    read = read_dockerfile(REPOSITORY / "Dockerfile", {"STACK": stack})
    base, build, last = stages_of(read, read[-1])
    assert base.name == stack
    assert build.base == last.base == stack
    assert [one.text for one in last.instructions if one.name == "USER"] == ["1000"]
