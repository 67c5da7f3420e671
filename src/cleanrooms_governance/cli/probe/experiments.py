"""The experiments, in the order in which they are played.

To ask one thing more, write a function and add a row to ``EXPERIMENTS``. It may use what earlier rows found (``stage.known``)
and leave requests open, which are closed after it; it must not need anything but the two accounts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum

from cleanrooms_governance.cli.probe import membership_experiments, payer_experiments, request_experiments, vote_experiments
from cleanrooms_governance.cli.probe.findings import Found
from cleanrooms_governance.cli.probe.stage import Stage


class Act(Enum):
    """When an experiment is played."""

    INVITED = "while the member is invited"
    JOINED = "once it has joined"


@dataclass(frozen=True, slots=True)
class Experiment:
    """What ``play`` finds out; each of ``switches`` is answered once, or said not to be answerable."""

    switches: tuple[str, ...]
    play: Callable[[Stage], Iterator[Found]]
    act: Act = Act.JOINED


EXPERIMENTS = (
    Experiment(("omittedResultRegions", "shownPayments"), membership_experiments.what_creation_shows, Act.INVITED),
    Experiment(("notFound",), membership_experiments.hidden_collaboration, Act.INVITED),
    Experiment(("approvers",), vote_experiments.votes_of_the_invited, Act.INVITED),
    Experiment(("creatorVote",), vote_experiments.vote_of_the_creator),
    Experiment(("concurrency",), request_experiments.requests_side_by_side),
    Experiment(("ownerActionByOthers",), vote_experiments.cancelling_as_a_member),
    Experiment(("repeatedVote",), vote_experiments.voting_twice),
    Experiment(("changedVote",), vote_experiments.voting_otherwise),
    Experiment(("autoCommitOnApproval", "voteOnApproved"), vote_experiments.the_last_vote),
    Experiment(("cancelApproved",), vote_experiments.cancelling_what_is_approved),
    Experiment(("autoApprovedStatus",), request_experiments.without_votes),
    Experiment(("noopChange",), request_experiments.a_change_of_nothing),
    Experiment(("specificationMismatch",), request_experiments.a_wrong_type),
    Experiment(("repeatedSubject",), request_experiments.an_account_twice),
    Experiment(("orderOfTypes",), request_experiments.the_order_of_types),
    Experiment(("changedDisplayName",), request_experiments.another_name),
    Experiment(("omittedMl", "omittedPayment"), request_experiments.what_is_left_out),
    Experiment(("omittedAutoApproval",), request_experiments.a_list_left_out),
    Experiment(("paymentMismatch",), payer_experiments.paying_unasked),
    Experiment(("jobPayerWithoutRunner",), payer_experiments.a_payer_of_jobs_that_nobody_runs),
    Experiment(("lastPayer",), payer_experiments.nobody_left_to_pay),
    Experiment(("removedPayerAcceptance",), payer_experiments.acceptance_of_a_payer_taken_away),
    Experiment(("decline",), payer_experiments.declining),
    Experiment(("runnerAbilities",), request_experiments.the_entry_of_the_runner),
    Experiment(("requestOrder",), request_experiments.the_order_of_the_list),
    Experiment(("removingTwice", "readdRemoved"), membership_experiments.coming_back),
)
