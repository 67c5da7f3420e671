"""Errors that handlers raise and the wire engine turns into answers."""

from __future__ import annotations


class ServiceError(Exception):
    """A refusal the caller of an operation shall see as a typed error.

    Parameters: `code` is the error's name in the service model ("ConflictException"), or one of the codes every
    AWS service knows ("ExpiredTokenException"); `message` is what the caller reads; `members` are the further
    members of the error's shape (`reason`, `resourceId`, `fieldList`, ...). Members the model does not know are
    dropped on output.
    """

    def __init__(self, code: str, message: str, **members: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.members = members

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
