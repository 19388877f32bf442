"""How long it takes to list the files at an s3:// address, and what memory that needs.

    .venv/bin/python -m benchmarks.listing [--keys 100000]

The store is a process beside this one that has as many keys as it is asked for, a thousand a page, and nothing behind
them. Prints JSON, a line a
way: wall and CPU seconds of this side, and bytes of memory a key, for each way in a process of its own: all entries are kept by
name, as ingest does; each is looked at and dropped; and the latter by Beam's own listing.
"""

import argparse
import json
import multiprocessing
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psutil
from apache_beam.io.aws.s3io import S3IO
from apache_beam.options.pipeline_options import PipelineOptions

from benchmarks.timing import in_own_process, timed
from components.storage.opening import open_root

_PAGE = 1000
_ADDRESS = "s3://bucket/videos"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keys", type=int, default=100_000)
    num_keys = parser.parse_args().keys
    with _store(num_keys) as address:
        os.environ |= {"AWS_ENDPOINT_URL_S3": address, "AWS_DEFAULT_REGION": "us-east-1"}
        os.environ |= {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret"}
        for way in (kept, looked_at, beam):
            print(
                json.dumps({"keys": num_keys, "way": way.__name__} | in_own_process(_measure, way, num_keys)),
                flush=True,
            )


def looked_at() -> int:
    return sum(1 for _ in open_root(_ADDRESS, "data.videos").entries())


def kept() -> dict[str, Any]:
    return {entry.name: entry for entry in open_root(_ADDRESS, "data.videos").entries()}


def beam() -> int:
    return sum(1 for _ in S3IO(options=PipelineOptions([])).list_files(f"{_ADDRESS}/", with_metadata=True))


def _measure(way: Callable[[], Any], num_keys: int) -> dict[str, float]:
    # What is loaded once is no key's.
    next(iter(open_root(_ADDRESS, "data.videos").entries()))
    before = psutil.Process().memory_info().rss
    found, times = timed(way)
    number = found if isinstance(found, int) else len(found)
    assert number == num_keys, f"{number} of {num_keys} keys"
    return {
        **{name: round(value, 1) for name, value in times.items()},
        "bytes_a_key": round((_peak_bytes() - before) / num_keys),
    }


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@contextmanager
def _store(num_keys: int) -> Iterator[str]:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(num_keys, theirs), daemon=True)
    process.start()
    yield f"http://127.0.0.1:{ours.recv()}"
    process.terminate()
    process.join()


def _serve(num_keys: int, ready: Connection) -> None:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:  # noqa: N802
            query = parse_qs(urlsplit(self.path).query)
            first = int(query.get("continuation-token", ["0"])[0])
            body = _page(first, num_keys).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ready.send(server.server_port)
    server.serve_forever()


def _page(first: int, num_keys: int) -> str:
    numbers = range(first, min(first + _PAGE, num_keys))
    more = f"<NextContinuationToken>{numbers.stop}</NextContinuationToken>" if numbers.stop < num_keys else ""
    keys = "".join(
        f"<Contents><Key>videos/{number // 10_000:03d}/{number:08d}.mp4</Key><LastModified>2026-01-01T00:00:00.000Z"
        f'</LastModified><ETag>"{number:032x}"</ETag><Size>{number}</Size></Contents>'
        for number in numbers
    )
    return (
        f"<ListBucketResult><IsTruncated>{'true' if more else 'false'}</IsTruncated>{more}"
        f"<KeyCount>{len(numbers)}</KeyCount>{keys}</ListBucketResult>"
    )


if __name__ == "__main__":
    main()
