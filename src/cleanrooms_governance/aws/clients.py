"""How is a client of the AWS SDK made?

boto3 is imported when the first one is needed, not with this module: a preview that calls nothing does not pay for it.
"""

import threading
from collections.abc import Callable, Sequence
from copy import copy
from typing import Any, Protocol
from urllib.parse import urlsplit

from cleanrooms_governance.aws import unknown_members
from cleanrooms_governance.aws.failures import IncompleteAnswer
from cleanrooms_governance.errors import Unreachable

CLEAN_ROOMS = "cleanrooms"
CLEAN_ROOMS_ML = "cleanroomsml"
STS = "sts"

OnClient = Callable[[Any], None]
"""Is given every client right after it was made, before its first call."""

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
CONNECTIONS = 32
"""Per client: as many reads of one account may be under way at once without waiting for a connection."""

_making = threading.Lock()
"""Sessions are not thread-safe, and all of them share one loader. Clients are thread-safe."""

_loader: list[Any] = []
_handlers: list[Any] = []


class CredentialSource(Protocol):
    """What a session asks for its credentials, in place of its own search."""

    def load_credentials(self) -> Any:
        """Return botocore credentials."""


def new_session(profile: str | None = None, source: CredentialSource | None = None) -> Any:
    """Make a botocore session for the environment, for a profile, or with credentials of its own.

    All sessions of a process share one loader, so that the service models are read once, and begin with a copy of the same
    handlers: to register botocore's own ones takes longer than all else.
    """
    import botocore.session
    from botocore.hooks import HierarchicalEmitter

    with _making:
        if not _handlers:
            _handlers.append(HierarchicalEmitter())
            botocore.session.Session(event_hooks=_handlers[0])
        session = botocore.session.Session(profile=profile, event_hooks=copy(_handlers[0]), include_builtin_handlers=False)
        if _loader:
            session.register_component("data_loader", _loader[0])
        else:
            _loader.append(session.get_component("data_loader"))
        if source is not None:
            session.register_component("credential_provider", source)
        return session


def new_client(session: Any, service: str, region: str, on_client: OnClient | None) -> Any:
    """Make a client that sends each request once and refuses answers without the members that they must have.

    Raises: ``Unreachable`` if the endpoint that is configured is no URL.
    """
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        max_pool_connections=CONNECTIONS,
        user_agent_extra="cleanrooms-governance",
    )
    try:
        with _making:
            client = boto3.session.Session(botocore_session=session).client(service, region_name=region, config=config)
        _ = urlsplit(client.meta.endpoint_url).port
    except BotoCoreError:
        raise
    except ValueError:
        # Without the text, which quotes the endpoint, and a password that it may hold.
        raise Unreachable(
            f"{service}: the endpoint that is configured is no URL. Correct AWS_ENDPOINT_URL, or endpoint_url in the AWS"
            " configuration file, and write special characters of a password in it percent-encoded",
            operation="",
            account="",
            region=region,
        ) from None
    client.meta.events.register(f"after-call.{service}", _refuse_incomplete_answer)
    if service == CLEAN_ROOMS:
        unknown_members.watch(client)
    if on_client is not None:
        on_client(client)
    return client


def known_regions() -> Sequence[str]:
    """Return the Regions in which the installed SDK knows Clean Rooms."""
    regions: list[str] = new_session().get_available_regions(CLEAN_ROOMS)
    return regions


def _refuse_incomplete_answer(http_response: Any, parsed: dict[str, Any], model: Any, **_: object) -> None:
    if http_response.status_code >= 300 or model.output_shape is None:
        return
    missing = [member for member in model.output_shape.required_members if parsed.get(member) is None]
    if missing:
        raise IncompleteAnswer(missing, parsed.get("ResponseMetadata", {}).get("RequestId", ""))
