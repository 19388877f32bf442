"""The web application: its routes, and how what goes wrong is said."""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Any

from aiohttp import web

from components.annotations.records.record import TimeUnit
from components.evaluator.confusion import ConfusionMatrix
from components.video_example_gen.alignment import actor_of
from foundation.messages.errors import UserError
from pipeline.review.access import Access, Handler, add_headers
from pipeline.review.clips import Clip
from pipeline.review.listing import page_of, read_query, whole_number
from pipeline.review.media import Media, MediaError, stretch_of
from pipeline.review.model import AskedModel, curves_within
from pipeline.review.session import Session, UnknownClipError
from pipeline.review.views import clip_detail, clip_row, decision_row, finding_list, map_part, summary, window_of

log = logging.getLogger(__name__)

_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_MAX_BODY_BYTES = 1 << 16
_EVENT_SECONDS = 15.0
_MOST_DECISIONS = 500
_UNPROCESSABLE = 422


class ReviewServer:
    """Answers requests of the page."""

    def __init__(
        self,
        session: Session,
        media: Media,
        name: str,
        matrix: ConfusionMatrix | None,
        run: str,
        model: AskedModel | None = None,
    ) -> None:
        """
        Args:
          name: of the data, for people.
          matrix: of the run of which clips have answers, and `run` what it is called.
          model: which is asked about clips that are looked at; None: none is.
        """
        self._session, self._media, self._name = session, media, name
        self._matrix, self._run, self._model = matrix, run, model
        folder = resources.files("pipeline.review") / "assets"
        self._assets = {each.name: each.read_bytes() for each in folder.iterdir() if Path(each.name).suffix in _TYPES}

    def application(self, access: Access) -> web.Application:
        application = web.Application(middlewares=[_say_errors, access.middleware], client_max_size=_MAX_BODY_BYTES)
        application.on_response_prepare.append(add_headers)
        application.add_routes(
            [
                web.get("/", self._page),
                web.get("/assets/{name}", self._asset),
                web.get("/api/summary", self._summary),
                web.get("/api/findings", self._findings),
                web.get("/api/clips", self._clips),
                web.get("/api/clips/{id}", self._clip),
                web.get("/api/clips/{id}/media", self._shown),
                web.get("/api/clips/{id}/answer", self._answer),
                web.get("/api/clips/{id}/scores", self._scores),
                web.get("/api/map", self._map),
                web.get("/api/matrix", self._confusion),
                web.get("/api/decisions", self._decisions),
                web.post("/api/decisions", self._decide),
                web.post("/api/batches", self._decide_all),
                web.get("/api/events", self._events),
                web.get("/media/{id}", self._video),
                web.get("/pictures/{id}", self._picture),
            ]
        )
        return application

    async def _page(self, request: web.Request) -> web.Response:
        return self._asset_named("index.html")

    async def _asset(self, request: web.Request) -> web.Response:
        return self._asset_named(request.match_info["name"])

    def _asset_named(self, name: str) -> web.Response:
        if name not in self._assets:
            raise web.HTTPNotFound(text="there is no such file")
        kind = _TYPES[PurePosixPath(name).suffix]
        return web.Response(body=self._assets[name], content_type=kind, charset="utf-8")

    async def _summary(self, request: web.Request) -> web.Response:
        return _json(summary(self._session, self._name, has_model=self._model is not None))

    async def _findings(self, request: web.Request) -> web.Response:
        return _json(finding_list(self._session))

    async def _clips(self, request: web.Request) -> web.Response:
        query = read_query(request.query)
        clips = self._session.listed(query)
        rows = [clip_row(clip, self._session) for clip in page_of(clips, query)]
        return _json({"total": len(clips), "offset": query.offset, "clips": rows})

    async def _map(self, request: web.Request) -> web.Response:
        """The map of the clips that a query asks for, part by part."""
        asked = dict(request.query)
        part = whole_number("part", asked.pop("part", "0"))
        return _json(map_part(self._session.listed(read_query(asked)), part, self._session))

    async def _clip(self, request: web.Request) -> web.Response:
        return _json(clip_detail(self._clip_of(request), self._session))

    async def _shown(self, request: web.Request) -> web.Response:
        """How the video is shown; the answer comes when it can be."""
        clip = self._clip_of(request)
        shown = await self._media.shown(clip.segment.video, clip.segment.start_seconds, clip.segment.end_seconds)
        await self._media.file(clip.segment.video, shown)
        return _json(
            {
                "url": f"/media/{clip.id}",
                "offset": shown.offset_seconds,
                "fps": shown.fps,
                "duration": shown.duration_seconds,
                "is_transcoded": shown.transcoded is not None,
            }
        )

    async def _answer(self, request: web.Request) -> web.Response:
        """What the model takes the clip for, between the bounds that it has now."""
        clip = self._clip_of(request)
        now = self._session.standing(clip)
        record = clip.segment.record
        # Only a video can tell when its frames are shown.
        actor = actor_of(record, ()) if record.time_unit is TimeUnit.SECONDS else None
        answers = await self._asked.answer(clip.segment.video, now.start_seconds, now.end_seconds, actor)
        return _json({"answers": answers})

    async def _scores(self, request: web.Request) -> web.Response:
        """What the model says of each moment of the timeline."""
        clip = self._clip_of(request)
        segment, inputs = clip.segment, self._session.catalogue.inputs
        stretch = stretch_of(segment.start_seconds, segment.end_seconds, inputs.video_seconds(segment))
        scores = await self._asked.scores(segment.video, stretch)
        return _json(curves_within(scores, self._session.standing(clip).label, *window_of(clip, self._session)))

    @property
    def _asked(self) -> AskedModel:
        if self._model is None:
            raise web.HTTPNotFound(text="no model is asked; --model VERSION names one")
        return self._model

    async def _video(self, request: web.Request) -> web.StreamResponse:
        clip = self._clip_of(request)
        shown = await self._media.shown(clip.segment.video, clip.segment.start_seconds, clip.segment.end_seconds)
        path = await self._media.file(clip.segment.video, shown)
        return web.FileResponse(path, headers={"Content-Type": shown.type, "Cache-Control": "private, max-age=60"})

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        clip = self._clip_of(request)
        measures = self._session.catalogue.inputs.measures_of(clip.segment)
        headers = {"Cache-Control": "private, max-age=3600"}
        if measures and measures.pictures:
            picture = measures.pictures[len(measures.pictures) // 2]
            return web.Response(body=picture, content_type="image/jpeg", headers=headers)
        end = clip.segment.end_seconds
        middle = clip.segment.start_seconds if end is None else (clip.segment.start_seconds + end) / 2
        path = await self._media.picture(clip.segment.video, middle)
        return web.FileResponse(path, headers={**headers, "Content-Type": "image/jpeg"})

    async def _confusion(self, request: web.Request) -> web.Response:
        matrix = self._matrix
        known = sum(clip.answer is not None for clip in self._session.catalogue.clips)
        return _json({"run": self._run, "known": known, **(matrix.as_json() if matrix else {"classes": []})})

    async def _decisions(self, request: web.Request) -> web.Response:
        written = self._session.written
        newest = list(reversed(written.decisions))[:_MOST_DECISIONS]
        rows = [decision_row(decision, written, self._session.catalogue) for decision in newest]
        return _json({"total": len(written.decisions), "decisions": rows})

    async def _decide(self, request: web.Request) -> web.Response:
        decision = await self._session.decide(await _body(request))
        return _json({"decision": decision.model_dump(mode="json"), "revision": self._session.revision}, 201)

    async def _decide_all(self, request: web.Request) -> web.Response:
        """Decisions about many clips, or an undo of such."""
        batch, count = await self._session.decide_all(await _body(request))
        return _json({"batch": batch, "count": count, "revision": self._session.revision}, 201)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the number of the present revision, at once and whenever it changes."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        revision = -1
        with suppress(ConnectionError):
            while True:
                now = await self._session.changed_since(revision, _EVENT_SECONDS)
                # A line that says nothing tells whether somebody is still there.
                await response.write(f"data: {now}\n\n".encode() if now != revision else b":\n\n")
                revision = now
        return response

    def _clip_of(self, request: web.Request) -> Clip:
        return self._session.clip(request.match_info["id"])


@web.middleware
async def _say_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say in JSON what is wrong with a request."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        return _json({"error": error.text or error.reason}, error.status)
    except UnknownClipError as error:
        return _json({"error": str(error)}, 404)
    except MediaError as error:
        return _json({"error": str(error)}, _UNPROCESSABLE)
    except ValueError as error:
        return _json({"error": str(error)}, 400)
    except UserError as error:
        log.error("%s", error)
        return _json({"error": str(error)}, 500)


async def _body(request: web.Request) -> Any:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="a decision is JSON; its Content-Type is application/json")
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(text="a decision is JSON, and this is none") from error


def _json(value: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.Response(text=json.dumps(value), status=status, content_type="application/json")
