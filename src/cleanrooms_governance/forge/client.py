"""How is GitHub asked? One call at a time, patient with its limits, and never anywhere else with the token."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import httpx

from cleanrooms_governance.forge.errors import AnswerLost, ForgeError, Gone, NotAllowed
from cleanrooms_governance.text import plain

_VERSION = "2022-11-28"
"""Of the API (GitHub's documentation of API versions)."""

_TIMEOUT = httpx.Timeout(30.0, connect=10.0)
_MOST_RETRIES = 3
_MOST_PAGES = 100
_MOST_REDIRECTS = 3
_FIRST_WAIT = 60.0
"""Seconds to wait after a secondary limit that does not say how long (GitHub's documentation: a minute, and more each time)."""

_MOVED = frozenset({301, 302, 307, 308})


@dataclass
class Clock:
    """The time, and how it passes. ``patience`` are the seconds that a run may wait for limits in all."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    patience: float = 180.0


@dataclass
class Client:
    """A connection to GitHub's API. ``say`` is told why something takes long."""

    api: str
    token: str = field(repr=False)
    say: Callable[[str], None]
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self._waited = 0.0
        self._http = httpx.Client(
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self.token}",
                "User-Agent": "cleanrooms-governance",
                "X-GitHub-Api-Version": _VERSION,
            },
            timeout=_TIMEOUT,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._http.close()

    def get(self, path: str) -> Any:
        """Return an answer's document. Raises ``ForgeError``."""
        return self._document(self._send("GET", f"{self.api}{path}"))

    def pages(self, path: str) -> Iterator[Any]:
        """Yield what a list holds, page after page by the ``Link`` header. Raises ``ForgeError``."""
        url = f"{self.api}{path}"
        for _ in range(_MOST_PAGES):
            answer = self._send("GET", url)
            document = self._document(answer)
            if not isinstance(document, list):
                raise ForgeError(f"{self._host} answers {path} with something else than a list")
            yield from document
            following = answer.links.get("next", {}).get("url")
            if not following:
                return
            url = self._on_this_host(urljoin(url, following))
        raise ForgeError(f"{self._host} gives more than {_MOST_PAGES} pages for {path}")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Send something new, at most once. Raises ``AnswerLost`` where it may have arrived, else ``ForgeError``."""
        return self._document(self._send("POST", f"{self.api}{path}", body))

    def patch(self, path: str, body: Mapping[str, Any]) -> Any:
        """Change something. Raises ``ForgeError``."""
        return self._document(self._send("PATCH", f"{self.api}{path}", body))

    def delete(self, path: str) -> None:
        """Take something away. Raises ``ForgeError``."""
        self._send("DELETE", f"{self.api}{path}")

    @property
    def _host(self) -> str:
        return urlsplit(self.api).netloc

    def _send(self, method: str, url: str, body: Mapping[str, Any] | None = None) -> httpx.Response:
        failures = redirects = limits = 0
        while True:
            try:
                answer = self._http.request(method, url, json=body)
            except httpx.ConnectError as error:
                trouble, lost = f"cannot be reached ({_why(error)})", False
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                trouble, lost = f"gave no answer ({_why(error)})", True
            else:
                if answer.status_code in _MOVED:
                    redirects += 1
                    if redirects > _MOST_REDIRECTS:
                        raise ForgeError(f"{self._host} sends from one address to the next")
                    url = self._on_this_host(urljoin(url, answer.headers.get("location", "")))
                    continue
                if (wait := self._limit(answer, limits)) is not None:
                    limits += 1
                    self._wait(wait)
                    continue
                if answer.status_code < 500:
                    return self._checked(answer, method)
                trouble, lost = f"answers {answer.status_code}", True
            if lost and method == "POST":
                raise AnswerLost(f"{self._host} {trouble}: it is not known whether what was sent has arrived")
            failures += 1
            if failures > _MOST_RETRIES:
                raise ForgeError(f"{self._host} {trouble}, {failures} times: run again later")
            self.clock.sleep(float(2 ** (failures - 1)))

    def _on_this_host(self, url: str) -> str:
        """Return an address that GitHub names, if the token may go there."""
        here, there = urlsplit(self.api), urlsplit(url)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            raise ForgeError(f"{self._host} sends to {plain(there.hostname or 'nowhere')}, and the token goes nowhere else")
        return url

    def _limit(self, answer: httpx.Response, before: int) -> float | None:
        """Return how many seconds a limit asks to wait, ``None`` if there is none.

        Source: GitHub's documentation of rate limits: 403 or 429, with ``retry-after``, or with ``x-ratelimit-remaining: 0``
        and the time of the reset, or with a message that says so.
        """
        if answer.status_code not in (403, 429):
            return None
        headers = answer.headers
        if (after := _number(headers.get("retry-after"))) is not None:
            return after
        if headers.get("x-ratelimit-remaining") == "0" and (reset := _number(headers.get("x-ratelimit-reset"))) is not None:
            return max(1.0, reset - self._now(answer))
        if answer.status_code == 429 or "rate limit" in _message(answer).casefold():
            return _FIRST_WAIT * 2.0**before
        return None

    def _now(self, answer: httpx.Response) -> float:
        """Return the time by GitHub's own clock, by which it says when a limit ends."""
        try:
            return parsedate_to_datetime(answer.headers["date"]).timestamp()
        except (KeyError, ValueError):
            return self.clock.now()

    def _wait(self, seconds: float) -> None:
        if self._waited + seconds > self.clock.patience:
            raise ForgeError(
                f"{self._host} asks to wait {seconds:.0f} seconds because of its rate limit, longer than this run waits:"
                " run again later"
            )
        self.say(f"{self._host} asks to wait {seconds:.0f} seconds because of its rate limit")
        self._waited += seconds
        self.clock.sleep(seconds)

    def _checked(self, answer: httpx.Response, method: str) -> httpx.Response:
        if answer.is_success:
            return answer
        said = plain(_message(answer).replace(self.token, "***"), 200)
        where = f"{method} {answer.request.url.path}"
        text = f"{self._host} answers {answer.status_code} to {where}" + (f": {said}" if said else "")
        match answer.status_code:
            case 401:
                raise ForgeError(f"{text}. The token in GITHUB_TOKEN is not valid here, or not any more")
            case 403 if said.casefold().startswith("resource not accessible by"):
                raise NotAllowed(text)
            case 403:
                raise ForgeError(f"{text}. The token needs the permission `pull-requests: write`")
            case 404 | 410:
                raise Gone(f"{text}. There is no such thing, or the token may not see it")
            case _:
                raise ForgeError(text)

    def _document(self, answer: httpx.Response) -> Any:
        try:
            return answer.json()
        except ValueError as error:
            raise ForgeError(f"{self._host} answers {answer.status_code} with something that is no JSON") from error


def _message(answer: httpx.Response) -> str:
    try:
        document = answer.json()
    except ValueError:
        return ""
    return str(document.get("message") or "") if isinstance(document, dict) else ""


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() and text.isascii() else None


def _why(error: Exception) -> str:
    """Return the kind of an error; what its text says may hold an address with a password."""
    return type(error).__name__
