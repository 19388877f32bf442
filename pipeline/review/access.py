"""Who may ask: whoever has the token, from the page itself, under an address of this machine. As a middleware of aiohttp."""

import hmac
import ipaddress
import secrets
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN_PARAMETER = "token"
_COOKIE = "clipgate_review"
_HEADERS = {
    # Labels and paths are data of unknown origin: whatever gets into a page runs nothing, and fetches nothing from elsewhere.
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_WELCOME = "Open the address that clipgate review has printed; it holds a token that this browser does not have yet."


def make_token() -> str:
    return secrets.token_urlsafe(24)


class Access:
    """Lets requests through that may be answered; the others get 403 and a sentence."""

    def __init__(self, token: str) -> None:
        self._token = token

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse what comes from elsewhere; raises HTTPForbidden."""
        if not _is_this_machine(request.host):
            raise web.HTTPForbidden(
                text=f"{request.host[:80]} is no address of this server; use the one that it printed"
            )
        is_page = request.path == "/" and request.method == "GET"
        if not is_page:
            _require_own_origin(request)
        if is_page and self._is_token(request.query.get(TOKEN_PARAMETER, "")):
            response = await handler(request)
            # Cookies are the same for all ports of a machine.
            response.set_cookie(self._cookie(request), self._token, httponly=True, samesite="Strict", path="/")
            return response
        if not self._is_token(request.cookies.get(self._cookie(request), "")):
            raise web.HTTPForbidden(text=_WELCOME)
        return await handler(request)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode("utf-8", "replace"), self._token.encode())

    @staticmethod
    def _cookie(request: web.Request) -> str:
        return f"{_COOKIE}_{urlsplit(f'//{request.host}').port or 80}"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """What every answer says to browsers."""
    response.headers.update(_HEADERS)
    response.headers.setdefault("Cache-Control", "no-store")


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_this_machine(host: str) -> bool:
    """Whether a Host header is one that no foreign name server can have led here: a number, localhost, or our own name."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        if name in ("localhost", socket.gethostname().lower()):
            return True
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _require_own_origin(request: web.Request) -> None:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    # Pages of other ports are of the same site: their requests have the cookie.
    if (origin is not None and origin != f"http://{request.host}") or site not in ("same-origin", "none"):
        raise web.HTTPForbidden(text="requests of other pages are not answered")
