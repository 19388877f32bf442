"""Writes annotations in any format that is written: whole files or nothing."""

import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from components.annotations.config import DataConfig
from components.annotations.readers.detect import annotation_files
from components.annotations.records.record import Reject, Segment
from components.annotations.writers.catalogue import WRITERS, without_videos
from components.annotations.writers.content import Content
from components.annotations.writers.omissions import sort_out, without_place
from components.storage.opening import open_root
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.commands.terminal import console, refuse_existing, whole_file


def refuse_output(option: str, output: Path, name: str, force: bool) -> None:
    """Raise UserError if there is something at `output` that would be lost; a folder is never overwritten."""
    if not _is_folder(output, name):
        refuse_existing(option, output, force)
    elif output.is_file() or output.is_dir() and any(output.iterdir()):
        raise UserError(f"{option}: {output} is there already, and {name} has a file for each video; name a new folder")


def refuse_originals(option: str, path: Path, data: DataConfig) -> None:
    """Raise UserError if `path` is one of the files that are read."""
    if is_remote(data.annotations):
        return
    if path.resolve() in {each.resolve() for each in annotation_files(data)}:
        raise UserError(f"{option}: {path} holds the annotations themselves; name another file")


def require_one_video(option: str, output: Path, name: str, num_videos: int) -> None:
    """Raise UserError if `output` is a file of one video, and there are others."""
    if WRITERS[name].is_of_one_video and not _is_folder(output, name) and num_videos > 1:
        raise UserError(
            f"{option}: {name} has a file for each video, and there are {num_videos}; name a folder instead, without "
            f"{output.suffix}"
        )


def content_of(
    segments: Sequence[Segment], name: str, videos: str, beam_args: Sequence[str], videos_key: str, model: str = ""
) -> tuple[Content, list[Reject]]:
    """What the format `name` can hold of converted segments, and what it cannot; videos are looked at where it takes that.

    Raises:
      UserError: a video that is needed is not there, or cannot be read.
    """
    writer = WRITERS[name]
    folder = videos if is_remote(videos) else Path(videos).resolve().as_uri()
    content, rejects = sort_out(Content(tuple(segments), folder=folder, model=model), writer, name)
    wanted = {segment.video for segment in content.segments if writer.needs_video(segment)}
    if wanted:
        # OpenCV is loaded by what looks into videos.
        from components.annotations.writers.videos import look_at_videos
        from components.video.decoder import Decoder

        root = open_root(videos, videos_key, beam_args)
        needed_for = f"to write {name} takes the times of its frames. Formats that need no video: {without_videos()}"
        with Decoder() as decoder:
            frames = look_at_videos(wanted, root, decoder, needed_for)
        content, more = sort_out(replace(content, frames=frames), writer, name)
        rejects += more
    return content, rejects


def write_annotations(option: str, output: Path, name: str, content: Content) -> None:
    """Write a file or, of a format with a file for each video, a folder.

    Raises:
      UserError: it cannot be written, or one file is named and there are several videos.
    """
    writer = WRITERS[name]
    require_one_video(option, output, name, len(content.by_video))
    if _is_folder(output, name):
        texts = ((video, writer.write(content.of_video(video))) for video in content.by_video)
        _write_folder(option, output, ((Path(f"{_inside(video)}{writer.suffix}"), text) for video, text in texts))
        return
    text = writer.write(content)
    with whole_file(option, output) as partial:
        _write(partial, text)


def say_what_is_not_written(name: str, content: Content) -> None:
    """Print what the format has no place for, and what it takes to use the file."""
    lost = without_place(content, WRITERS[name])
    if lost:
        console.print(f"{name} has no place for: {lost}", highlight=False, markup=False)
    note = WRITERS[name].note(content)
    if note:
        console.print(note, highlight=False, markup=False)


def _is_folder(output: Path, name: str) -> bool:
    writer = WRITERS[name]
    return writer.is_of_one_video and output.suffix.lower() != writer.suffix


def _inside(video: str) -> PurePosixPath:
    """A video's path as one that leads out of no folder."""
    return PurePosixPath(*(part for part in PurePosixPath(video).parts if part not in ("/", "..")))


def _write_folder(option: str, output: Path, files: Iterable[tuple[Path, str]]) -> None:
    partial = output.with_name(f"{output.name}.partial")
    try:
        partial.mkdir()
        for name, text in files:
            path = partial / name
            if path.exists():
                raise UserError(f"{option}: two videos would have the file {name}; rename one of them")
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path, text)
        partial.replace(output)
    except OSError as error:
        raise UserError(f"{option}: {output} cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            shutil.rmtree(partial)


def _write(path: Path, text: str) -> None:
    # A file name that is no valid UTF-8 comes here as lone surrogates, which no encoding accepts.
    path.write_bytes(text.encode("utf-8", "backslashreplace"))
