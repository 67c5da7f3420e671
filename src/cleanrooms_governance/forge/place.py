"""Where is something said: on which pull request of which repository, with which token, and in which file of the job?"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from cleanrooms_governance.forge.errors import ForgeError
from cleanrooms_governance.text import discreet, plain

_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
_TOKEN = re.compile(r"[!-~]{1,1024}")
_API = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository ``owner/name``, and how to reach it. Without ``token`` nothing is asked."""

    name: str
    api: str = _API
    token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Place:
    """A pull request. ``summary`` is the job's file, if it has one."""

    repository: Repository
    pull_request: int
    summary: Path | None = None


def repository_of(environment: Mapping[str, str]) -> Repository:
    """Return the repository of a job of GitHub Actions, by its environment.

    The token comes from nowhere but ``GITHUB_TOKEN``. Source: GitHub's documentation of the default environment variables.

    Raises: ``ForgeError``.
    """
    name = environment.get("GITHUB_REPOSITORY", "")
    if not _REPOSITORY.fullmatch(name):
        raise ForgeError(
            "GITHUB_REPOSITORY does not name a repository as `owner/name`: GitHub Actions sets it, elsewhere set it yourself"
        )
    token = environment.get("GITHUB_TOKEN", "").strip() or None
    if token is not None and not _TOKEN.fullmatch(token):
        raise ForgeError("GITHUB_TOKEN holds characters that no token has: give it as GitHub does")
    return Repository(name, _checked(environment.get("GITHUB_API_URL") or _API), token)


def place_of(environment: Mapping[str, str], pull_request: int | None = None) -> Place:
    """Return where a job of GitHub Actions is, by its environment.

    Parameters: ``pull_request`` is its number; without it that of the event that started the job.
    Raises: ``ForgeError``.
    """
    repository = repository_of(environment)
    number = _of_event(environment) if pull_request is None else pull_request
    summary = environment.get("GITHUB_STEP_SUMMARY")
    return Place(repository, number, Path(summary) if summary else None)


def _of_event(environment: Mapping[str, str]) -> int:
    file = environment.get("GITHUB_EVENT_PATH")
    number: object = None
    if file:
        try:
            event = json.loads(Path(file).read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            kind = type(error).__name__
            raise ForgeError(
                f"the event of this job cannot be read ({kind}): name the pull request by --pull-request"
            ) from error
        if isinstance(event, dict) and isinstance(about := event.get("pull_request") or event.get("issue"), dict):
            number = about.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise ForgeError("this job was not started by a pull request: name the one that is meant by --pull-request")
    return number


def _checked(api: str) -> str:
    """Return the address to send the token to, if that may be done.

    Raises ``ForgeError`` for another way than HTTPS, unless it ends on this machine.
    """
    try:
        parts = urlsplit(api)
        port, host = parts.port, parts.hostname or ""
    except ValueError:
        parts, port, host = urlsplit(""), None, ""
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))
    if not (secure and host) or parts.username or parts.password or parts.query or parts.fragment or port == 0:
        shown = plain(discreet(api), 200)
        raise ForgeError(f"GITHUB_API_URL is {shown}: a token is sent only by https, and to an address without user and query")
    return api.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
