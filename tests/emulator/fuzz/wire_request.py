"""An HTTP request as its parts, so that each can be spoilt by itself."""

from __future__ import annotations

from dataclasses import dataclass

from tests.emulator.raw import signed


@dataclass(frozen=True)
class WireRequest:
    """A request; `target` is path and query string as they are sent. The Content-Length is that of the body."""

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""

    def as_bytes(self) -> bytes:
        """What goes over the connection."""
        lines = [f"{self.method} {self.target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers)]
        if self.body or self.method in ("POST", "PUT", "PATCH"):
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + self.body


def signature(account: str, service: str, region: str = "eu-west-1") -> tuple[str, str]:
    """The header that says who calls."""
    return "Authorization", signed(account, service, region)["authorization"]
