"""The resources as a Pulumi program sees them."""

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import Resource

from cleanrooms_providers.contract import StoredByName
from cleanrooms_providers.properties import COLLABORATION, MEMBERSHIP, PRIVACY_BUDGET, Kind


class Collaboration(Resource, module="cleanrooms", name="Collaboration"):
    """A governed collaboration. Its ``id`` is the collaboration's id, and stays known while an update is planned.

    Parameters: ``inputs`` as ``settings.collaboration_inputs`` makes them; ``opts`` as for any resource. It is never deleted:
    what is dropped from a program stays in force.
    """

    plan: pulumi.Output[dict[str, Any]]
    """The whole difference between file and live: changes and dangers."""
    fingerprint: pulumi.Output[str]
    """The plan's fingerprint."""
    refused: pulumi.Output[list[dict[str, str]]]
    """Why nothing is done, if so; known in previews."""
    outcome: pulumi.Output[str]
    """converged, waiting, refused, denied or failed, as the last run left it."""
    awaited: pulumi.Output[list[str]]
    """The accounts whose votes the last run waited for."""
    absent: pulumi.Output[list[str]]
    """Votes of this stack's own accounts that the last run could not cast, in words."""
    live: pulumi.Output[dict[str, Any]]
    """The collaboration as last read."""
    payers: pulumi.Output[dict[str, Any]]
    """Who can be asked to pay for each cost type; what is absent about an account was not visible or not looked at."""
    budgets: pulumi.Output[dict[str, list[str]]]
    """The privacy budgets of every account, in words, where this stack declares some of its own."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(_Named(COLLABORATION), name, {**_outputs(COLLABORATION), **inputs}, _retained(opts))


class Membership(Resource, module="cleanrooms", name="Membership"):
    """An account's membership in a collaboration. Its ``id`` is ``<collaboration id>/<account>``, also while it waits.

    Parameters: as for ``Collaboration``, with ``settings.membership_inputs``; give the collaboration resource's ``id`` as
    ``collaboration`` where the same program governs it.
    """

    plan: pulumi.Output[dict[str, Any]]
    """Whether to join."""
    fingerprint: pulumi.Output[str]
    """The plan's fingerprint."""
    refused: pulumi.Output[list[dict[str, str]]]
    """Why nothing is done, if so; known in previews."""
    outcome: pulumi.Output[str]
    """converged, waiting, refused or failed, as the last run left it."""
    membership: pulumi.Output[str]
    """The service's own id, empty until the account has joined."""
    status: pulumi.Output[str]
    """The membership's status, empty until the account has joined."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(_Named(MEMBERSHIP), name, {**_outputs(MEMBERSHIP), **inputs}, _retained(opts))


class PrivacyBudgetTemplate(Resource, module="cleanrooms", name="PrivacyBudgetTemplate"):
    """A privacy budget of a membership. Its ``id`` is ``<collaboration id>/<account>/<name>``, also while it waits.

    Parameters: as for ``Collaboration``, with ``settings.budget_inputs``; give the collaboration resource's ``id`` as
    ``collaboration`` where the same program governs it, and let it depend on the membership (``depends_on``) where the same
    program declares that.
    """

    plan: pulumi.Output[dict[str, Any]]
    """The whole difference between file and live: changes and dangers."""
    fingerprint: pulumi.Output[str]
    """The plan's fingerprint."""
    refused: pulumi.Output[list[dict[str, str]]]
    """Why nothing is done, if so; known in previews."""
    outcome: pulumi.Output[str]
    """converged, waiting, refused or failed, as the last run left it."""
    template: pulumi.Output[str]
    """The service's own id, empty until there is a template."""
    live: pulumi.Output[dict[str, Any]]
    """The template as last read, by the keys of the stack file; what is left of the budget is not part of it."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(_Named(PRIVACY_BUDGET), name, {**_outputs(PRIVACY_BUDGET), **inputs}, _retained(opts))


class _Named(StoredByName):
    """Stands for a provider in the program: all that the program does with it is to store its name."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind.name


def _outputs(kind: Kind) -> dict[str, None]:
    return dict.fromkeys((*kind.computed, *kind.recorded))


def _retained(opts: pulumi.ResourceOptions | None) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True))
