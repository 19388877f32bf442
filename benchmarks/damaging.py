"""Artifacts and pushed models that are not what they were: a byte flipped, a file cut, a file missing, an old file beside."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

from benchmarks.undisturbed import Disturbed, Outcome, Project, unlike


def flip(path: Path, random: Random) -> None:
    content = bytearray(path.read_bytes())
    content[random.randrange(len(content))] ^= 1 << random.randrange(8)
    path.write_bytes(content)


def cut(path: Path, random: Random) -> None:
    path.write_bytes(path.read_bytes()[: random.randrange(path.stat().st_size)])


def remove(path: Path, random: Random) -> None:
    path.unlink()


def add(path: Path, random: Random) -> None:
    shutil.copyfile(path, path.with_name(f"old-{path.name}"))


DAMAGES: Mapping[str, Callable[[Path, Random], None]] = {"flip": flip, "cut": cut, "remove": remove, "add": add}


def damaged_runs(project: Project, expected: Outcome, number: int, random: Random) -> Iterator[Disturbed]:
    """Damage a file of an artifact of the last run, another each time, and repeat the run, which has to remake it."""
    for count in range(number):
        # Such as a Pusher's that found its model served: there is nothing to damage.
        newest = (_newest(path) for path in sorted((project.output_dir / "pipeline").glob("[A-Z]*/[a-z]*")))
        outputs = [output for output in newest if _files(output)]
        output = outputs[count % len(outputs)]
        kind = list(DAMAGES)[(count // len(outputs) + count) % len(DAMAGES)]
        path = random.choice(_files(output))
        DAMAGES[kind](path, random)
        exit_code = project.run()
        name = path.relative_to(project.output_dir / "pipeline")
        is_as_before = exit_code == expected.exit_code
        faults = unlike(project, expected, exit_code) if is_as_before else [project.last_words()]
        yield Disturbed(f"{kind} a file", exit_code, tuple(f"{name}: {fault}" for fault in faults))


def _newest(output: Path) -> Path:
    """The folder of the last execution that has made something of an output."""
    return max(output.iterdir(), key=lambda folder: int(folder.name))


def _files(folder: Path) -> Sequence[Path]:
    """The files that are no signs of being there, such as that of a blessing."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
