"""The SQLite file of ML Metadata, looked at before ML Metadata opens it: it may be damaged, another program's, or locked."""

import sqlite3
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from foundation.messages.errors import MachineError, UserError

MOST_WAITED_SECONDS = 120
_SECONDS_BETWEEN_TRIES = 0.2
# What ML Metadata says of a file that stays locked for some ten seconds.
_LOCKED_FOR_ML_METADATA = "Concurrent writes aborted"
_ABOUT_PERMISSIONS = "check the permissions of the file and of its folder, and the disk"


def require_metadata(
    path: Path, tell: Callable[[str], None], *, to_write: bool = False, most_waited_seconds: float = MOST_WAITED_SECONDS
) -> None:
    """Return if ML Metadata can use the file, or make it because there is none; wait while another program has locked it.

    Args:
      tell: gets a sentence for people as soon as there is something to wait for.
      to_write: a lock that lets others read has to end, too.

    Raises:
      UserError: the file is none of ML Metadata's, is damaged, cannot be read or written, or stays locked.
    """
    end = None
    while True:
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise UserError(
                    f"{path}: expected the SQLite file of ML Metadata, found no ordinary file; move it away"
                )
            _look_at(path, to_write)
            return
        except FileNotFoundError:
            return
        except OSError as error:
            raise UserError(f"{path} cannot be read ({error.strerror}): {_ABOUT_PERMISSIONS}") from error
        except sqlite3.Error as error:
            if "locked" not in str(error):
                raise UserError(_explanation(path, error)) from error
        now = time.monotonic()
        if end is None:
            end = now + most_waited_seconds
            tell(f"waiting for {path}, which another program has locked")
        if now >= end:
            raise UserError(
                f"{path} is still locked by another program after {most_waited_seconds:g} s, perhaps by a transaction that was "
                "left open; end that program (fuser names it), and run the same command again"
            )
        time.sleep(_SECONDS_BETWEEN_TRIES)


@contextmanager
def locks_explained(path: Path) -> Iterator[None]:
    """Turn what ML Metadata raises when another program locks its file meanwhile into a MachineError."""
    try:
        yield
    except Exception as error:
        if _LOCKED_FOR_ML_METADATA not in str(error):
            raise
        raise MachineError(
            f"{path} was locked by another program for longer than ML Metadata waits; end that program (fuser names it), and "
            "run the same command again; it goes on after the last finished component"
        ) from error


def _look_at(path: Path, to_write: bool) -> None:
    with closing(
        sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=0, isolation_level=None)
    ) as file:
        faults = [str(fault) for (fault,) in file.execute("PRAGMA quick_check(1)") if fault != "ok"]
        if faults:
            raise sqlite3.DatabaseError(" ".join(faults[0].split()))
        # An empty file is as good as none.
        if file.execute("SELECT count(*) FROM sqlite_master").fetchone() != (0,):
            file.execute("SELECT schema_version FROM MLMDEnv").fetchone()
            file.execute("SELECT count(last_known_state) FROM (SELECT last_known_state FROM Execution LIMIT 1)")
        if to_write:
            file.execute("BEGIN IMMEDIATE")
            file.execute("ROLLBACK")


def _explanation(path: Path, error: sqlite3.Error) -> str:
    # SQLite's module calls what is wrong with the content of pages a DatabaseError, and nothing more special.
    if not isinstance(error, sqlite3.OperationalError):
        what = "is damaged, or no SQLite file"
    elif "no such" in str(error):
        what = "is of another program"
    else:
        return f"{path} cannot be read and written ({error}): {_ABOUT_PERMISSIONS}"
    return (
        f"{path} {what} ({error}). Put a backup in its place, or move it away: the next run then sets aside what earlier runs "
        "left, and makes everything anew"
    )
