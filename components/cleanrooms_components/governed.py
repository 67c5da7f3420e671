"""What a Pulumi program declares: one component per collaboration and per membership of a stack file."""

import pulumi

from cleanrooms_governance.settings.budget_inputs import budget_inputs
from cleanrooms_governance.settings.inputs import collaboration_inputs, membership_inputs
from cleanrooms_governance.settings.stack_file import StackFile
from cleanrooms_providers.resources import Collaboration, Membership, PrivacyBudgetTemplate


class GovernedCollaboration(pulumi.ComponentResource):
    """A collaboration of a stack file under governance.

    What the engine recorded under a key that the collaboration had before is taken to be this one.

    Parameters: ``key`` is its key in the stack file; ``stack`` the validated file; ``opts`` as for any component.
    """

    collaboration: Collaboration

    def __init__(self, key: str, stack: StackFile, opts: pulumi.ResourceOptions | None = None) -> None:
        former = [pulumi.Alias(name=name) for name in sorted(stack.collaborations[key].previously)]
        options = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=former))
        super().__init__("cleanrooms:governance:GovernedCollaboration", key, None, options)
        self.collaboration = Collaboration(
            key,
            collaboration_inputs(stack, key, owner_prefix()),
            pulumi.ResourceOptions(parent=self, aliases=former),
        )
        self.register_outputs({"id": self.collaboration.id, "outcome": self.collaboration.outcome})


class GovernedMembership(pulumi.ComponentResource):
    """A membership of a stack file under governance, and its privacy budgets, which come after it.

    Parameters: ``key`` is its key in the stack file; ``stack`` the validated file; ``governed`` the collaborations that this
    same program governs, by key, so that it joins after its collaboration has been created.
    """

    membership: Membership
    budgets: dict[str, PrivacyBudgetTemplate]

    def __init__(
        self,
        key: str,
        stack: StackFile,
        governed: dict[str, GovernedCollaboration],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("cleanrooms:governance:GovernedMembership", key, None, opts)
        inputs = membership_inputs(stack, key, owner_prefix())
        own = governed.get(stack.memberships[key].collaboration)
        collaboration = own.collaboration.id if own else inputs["collaboration"]
        self.membership = Membership(key, {**inputs, "collaboration": collaboration}, pulumi.ResourceOptions(parent=self))
        self.budgets = {
            name: PrivacyBudgetTemplate(
                f"{key}/{name}",
                {**budget_inputs(stack, key, name, owner_prefix()), "collaboration": collaboration},
                pulumi.ResourceOptions(parent=self, depends_on=[self.membership]),
            )
            for name in sorted(stack.memberships[key].privacy_budgets or {})
        }
        self.register_outputs({"id": self.membership.id, "outcome": self.membership.outcome})


def owner_prefix() -> str:
    """Return ``<project>/<stack>``, with which every owner tag of this program begins."""
    return f"{pulumi.get_project()}/{pulumi.get_stack()}"
