"""Versions that come and go while requests are under way."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from components.pusher.changes import remove_old, roll_back
from components.pusher.local import LocalDestination, hold
from components.pusher.served_models import All, Latest, ModelSettings, Specific, named_versions, read_config_file
from foundation.messages.errors import UserError
from models.export_info import ExportInfo
from pipeline.serve.batching import Batcher, ModelThreads
from pipeline.serve.versions import ModelVersions, Servable, State

DAMAGED = b"damaged"
NO_MODEL: Any = None  # nothing here asks the model


def push(base: Path, version: int, content: bytes = b"good") -> None:
    folder = base / str(version)
    ExportInfo((), {}, {}, "key").write(folder)
    (folder / "saved_model.pb").write_bytes(content)


class Loader:
    """Loads any folder but those whose model is damaged; counts."""

    def __init__(self) -> None:
        self.loaded: list[int] = []

    async def __call__(self, version: int, path: Path) -> Servable:
        self.loaded.append(version)
        if (path / "saved_model.pb").read_bytes() == DAMAGED:
            raise UserError(f"{path} is damaged")
        return Servable(version, NO_MODEL, Batcher(lambda signature, inputs: inputs, ModelThreads(1), None), hold(path))


def play(scenario: Callable[[ModelVersions, Loader], Awaitable[None]]) -> None:
    async def main() -> None:
        loader = Loader()
        await scenario(ModelVersions(loader), loader)

    asyncio.run(main())


def served(versions: ModelVersions) -> int | None:
    servable = versions.find(None, "")
    return servable.version if servable else None


def test_the_newest_version_is_served_and_a_new_one_takes_its_place(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        for version in (9, 10):
            push(tmp_path, version)
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 10
        push(tmp_path, 11)
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 11
        await versions.drop_all()
        assert loader.loaded == [10, 11]
        assert {version: status.state for version, status in versions.statuses.items()} == {
            10: State.END, 11: State.END
        }  # fmt: skip

    play(scenario)


def test_a_version_that_is_removed_gives_way_to_the_one_before(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        push(tmp_path, 1)
        push(tmp_path, 2)
        await versions.follow(ModelSettings("m", tmp_path))
        shutil.rmtree(tmp_path / "2")
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 1
        shutil.rmtree(tmp_path / "1")
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) is None

    play(scenario)


def test_a_lower_version_can_be_pinned_and_labelled(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        push(tmp_path, 1)
        push(tmp_path, 2)
        await versions.follow(ModelSettings("m", tmp_path))
        await versions.follow(ModelSettings("m", tmp_path, Specific(frozenset({1})), {"stable": 1, "lost": 7}))
        assert served(versions) == 1
        assert versions.find(2, "") is None
        stable = versions.find(None, "stable")
        assert stable and stable.version == 1
        assert versions.find(None, "lost") is None

    play(scenario)


def test_a_pin_on_a_version_that_does_not_exist_ends_nothing(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        push(tmp_path, 1)
        await versions.follow(ModelSettings("m", tmp_path))
        await versions.follow(ModelSettings("m", tmp_path, Specific(frozenset({5}))))
        assert served(versions) == 1

    play(scenario)


def test_a_damaged_version_leaves_the_old_one_and_is_tried_again_when_it_has_changed(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        push(tmp_path, 1)
        await versions.follow(ModelSettings("m", tmp_path))
        push(tmp_path, 2, DAMAGED)
        for _ in range(3):
            await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 1
        assert versions.statuses[2].state is State.END
        assert "damaged" in versions.statuses[2].message
        assert loader.loaded == [1, 2]
        push(tmp_path, 2)
        os.utime(tmp_path / "2" / "saved_model.pb", (0, 0))
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 2

    play(scenario)


def test_an_old_version_ends_when_its_last_request_is_answered(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        push(tmp_path, 1)
        await versions.follow(ModelSettings("m", tmp_path))
        old = versions.find(None, "")
        assert old
        with old.in_use():
            push(tmp_path, 2)
            await versions.follow(ModelSettings("m", tmp_path))
            await asyncio.sleep(0)
            assert served(versions) == 2
            assert versions.statuses[1].state is State.UNLOADING
        await versions.drop_all()
        assert versions.statuses[1].state is State.END

    play(scenario)


def test_a_folder_that_is_not_complete_is_no_version(tmp_path: Path) -> None:
    async def scenario(versions: ModelVersions, loader: Loader) -> None:
        (tmp_path / "3").mkdir()
        (tmp_path / "temporary").mkdir()
        await versions.follow(ModelSettings("m", tmp_path))
        assert (served(versions), loader.loaded) == (None, [])

    play(scenario)


def test_policies_choose_as_those_of_tensorflow_serving() -> None:
    assert Latest().choose([3, 20, 100]) == {100}
    assert Latest(2).choose([3, 20, 100]) == {20, 100}
    assert Specific(frozenset({3, 4})).choose([3, 20]) == {3}
    assert All().choose([3, 20]) == {3, 20}


def test_the_configuration_of_tensorflow_serving_is_read(tmp_path: Path) -> None:
    file = tmp_path / "models.config"
    file.write_text(
        "model_config_list { config { name: 'action' base_path: '/models/action' model_platform: 'tensorflow' "
        "model_version_policy { specific { versions: 3 versions: 4 } } version_labels { key: 'stable' value: 3 } } "
        "config { name: 'other' base_path: '/models/other' } }"
    )
    action, other = read_config_file(file)
    assert action == ModelSettings(
        "action", Path("/models/action"), Specific(frozenset({3, 4})), {"stable": 3}
    )  # fmt: skip
    assert other.policy == Latest()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "names no model"),
        ("model_config_list { config { nam: 'x' } }", "is no model_config_list"),
        ("model_config_list { config { name: 'x' } }", "needs a name and a base_path"),
        (
            "model_config_list { config { name: 'x' base_path: '/a' } config { name: 'x' base_path: '/b' } }",
            "several models of one name",
        ),
    ],
)
def test_a_wrong_configuration_is_a_users_mistake(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "models.config"
    file.write_text(text)
    with pytest.raises(UserError, match=message):
        read_config_file(file)


def test_what_is_served_is_not_removed_until_its_last_request_is_answered(tmp_path: Path) -> None:
    destination = LocalDestination(tmp_path)

    async def scenario(versions: ModelVersions, _: Loader) -> None:
        for version in (3, 4, 5, 6):
            push(tmp_path, version)
        await versions.follow(ModelSettings("m", tmp_path, Specific(frozenset({3}))))
        request = versions.find(3, "")
        assert request
        with request.in_use():
            dropping = asyncio.create_task(versions.drop_all())
            await asyncio.sleep(0)
            removed, needed = remove_old(destination, 2)
            assert ([v.number for v in removed], [v.number for v in needed]) == ([4], [3])
        await dropping
        assert [v.number for v in remove_old(destination, 2)[0]] == [3]

    play(scenario)


def test_versions_that_a_configuration_of_tensorflow_serving_names(tmp_path: Path) -> None:
    file = tmp_path / "models.config"
    file.write_text(
        "model_config_list { config { name: 'action' base_path: '/models/action' "
        "model_version_policy { specific { versions: 3 } } version_labels { key: 'stable' value: 7 } } "
        "config { name: 'other' base_path: '/other' model_version_policy { latest { num_versions: 2 } } } }"
    )
    assert named_versions(file) == {3, 7}


def test_a_version_withdrawn_while_it_is_loaded_gives_way_and_is_served_when_it_comes_back(tmp_path: Path) -> None:
    destination = LocalDestination(tmp_path)

    async def scenario(_: ModelVersions, loader: Loader) -> None:
        async def load(version: int, path: Path) -> Servable:
            if version == 11 and 11 not in loader.loaded:
                roll_back(destination, 10)
                loader.loaded.append(11)
            return await loader(version, path)

        for version in (10, 11):
            push(tmp_path, version)
        versions = ModelVersions(load)
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 10
        roll_back(destination, 11)
        await versions.follow(ModelSettings("m", tmp_path))
        assert served(versions) == 11
        await versions.drop_all()

    play(scenario)
