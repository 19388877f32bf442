"""Small things to review: rows without videos, or a folder with videos that browsers play, and such that they do not."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from components.annotation_validator.findings import Finding, Severity
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.measuring.headers import inputs_of
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import build_manifest, manifest_without_videos
from components.annotations.records.record import Segment, Source
from components.evaluator.confusion import ConfusionMatrix
from components.storage.local import LocalRoot
from pipeline.review.access import Access
from pipeline.review.clips import Answer, Catalogue, make_catalogue
from pipeline.review.media import Media
from pipeline.review.server import ReviewServer
from pipeline.review.session import Session
from tests.components.video.videos import record, write_video

TOKEN = "token-of-the-tests"
ROWS = """\
path,start_seconds,end_seconds,label,group
played.mp4,0.5,1.5,wave,anna
played.mp4,2,3,sit,anna
other.avi,0,1,wave,ben
"""


def segment(video: str, label: str, start: float = 0.0, end: float | None = 1.0, **rest: Any) -> Segment:
    return Segment(video, label, Source("rows.csv", 1), start, end, **rest)


def catalogue_of(
    segments: Sequence[Segment], answers: Mapping[str, Answer] | None = None, findings: Sequence[Finding] | None = None
) -> Catalogue:
    """A catalogue of rows whose videos nobody looks at."""
    inspection = Inspection()
    return make_catalogue(inputs_of(manifest_without_videos(segments), {}, inspection), answers or {}, findings)


def finding_about(catalogue: Catalogue, check: str, *labels: str) -> Finding:
    """A finding that names the clips of some classes, the last clip first."""
    places = [clip.segment.place() for clip in reversed(catalogue.clips) if clip.segment.label in labels]
    return Finding(check, Severity.WARNING, f"{check} in {', '.join(labels)}", "Look at it", places=tuple(places))


def write_project(folder: Path) -> Path:
    """A folder of videos, of which Chromium plays one, with a table beside it; gives the table."""
    videos = folder / "videos"
    videos.mkdir(parents=True)
    record(videos / "played.mp4", [index / 10 for index in range(40)], "libx264", rate=10)
    write_video(videos / "other.avi", 20, codec="MJPG")
    (folder / "secret.mp4").write_bytes((videos / "played.mp4").read_bytes())
    table = folder / "rows.csv"
    table.write_text(ROWS)
    return table


class Asked:
    """A server in this process, and a client that knows the token."""

    def __init__(self, client: TestClient[Any, Any], session: Session) -> None:
        self.client, self.session = client, session

    async def get(self, path: str, status: int = 200, **options: Any) -> Any:
        response = await self.client.get(path, **options)
        assert response.status == status, await response.text()
        return await response.json()

    async def decide(self, status: int = 201, **decision: Any) -> Any:
        response = await self.client.post("/api/decisions", json=decision)
        assert response.status == status, await response.text()
        return await response.json()


@asynccontextmanager
async def served(table: Path, *, with_token: bool = True) -> Any:
    """The project of a table, served."""
    videos = table.parent / "videos"
    data = DataConfig(annotations=str(table), videos=str(videos))
    root = LocalRoot(videos)
    manifest = build_manifest(load_annotations(data).records, root)
    catalogue = make_catalogue(inputs_of(manifest, {}, Inspection()), {}, ())
    cache = table.parent / "cache"
    cache.mkdir(exist_ok=True)
    session = Session(catalogue, table.with_name("log.jsonl"), "tester")
    media = Media(root, cache)
    matrix = ConfusionMatrix(("sit", "wave"), ((1, 0), (0, 2)))
    server = TestServer(ReviewServer(session, media, "rows", matrix, "run 1").application(Access(TOKEN)))
    async with TestClient(server, cookie_jar=CookieJar(unsafe=True)) as client:
        if with_token:
            assert (await client.get("/", params={"token": TOKEN})).status == 200
        try:
            yield Asked(client, session)
        finally:
            await media.close()


def run(table: Path, ask: Callable[[Asked], Awaitable[None]], *, with_token: bool = True) -> None:
    """Serve a table, and ask."""

    async def main() -> None:
        async with served(table, with_token=with_token) as asked:
            await ask(asked)

    asyncio.run(main())
