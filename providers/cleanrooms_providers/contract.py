"""The stored contract: how a state file names a provider, so that any later version of this package can load it.

A dynamic provider is pickled into the state of every resource, and refresh and destroy run what *state* names. Our
providers hold nothing and pickle to one call of ``load`` with a kind, the same bytes on every Python. This module's name,
``load`` and the kinds must never change.
"""

from typing import Any

from pulumi.dynamic import ResourceProvider


class UnknownKind(Exception):
    """The state names a provider that this version does not have."""


class StoredByName(ResourceProvider):
    """A provider that pickles to its kind."""

    kind: str
    serialize_as_secret_always = False
    """The stored name is no secret: encrypting it would only make states unreadable."""

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return load, (self.kind,)


def load(kind: str) -> ResourceProvider:
    """Return the provider of a kind (``properties``). Called in the plugin's own process only."""
    from cleanrooms_providers.quiet import keep_quiet

    keep_quiet()
    from cleanrooms_providers.collaboration import CollaborationProvider
    from cleanrooms_providers.membership import MembershipProvider
    from cleanrooms_providers.privacy_budget_template import PrivacyBudgetTemplateProvider

    providers: tuple[type[StoredByName], ...] = (CollaborationProvider, MembershipProvider, PrivacyBudgetTemplateProvider)
    for provider in providers:
        if provider.kind == kind:
            return provider()
    raise UnknownKind(f"cleanrooms-governance is too old for this state: it has no {kind!r} resources. Update it")
