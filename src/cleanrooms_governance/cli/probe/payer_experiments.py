"""Experiments about who pays, on paper: nothing is ever run that costs anything."""

from collections.abc import Iterable, Iterator
from typing import Any

from cleanrooms_governance.cli.probe.findings import Found, by_kind
from cleanrooms_governance.cli.probe.stage import EXPORT, Document, No, Stage, Unplayable, changeable, member_change, toggled


def paying_unasked(stage: Stage) -> Iterator[Found]:
    """How is a member told that it cannot accept what it was not asked to pay?"""
    answer = _accepting(stage, jobCompute={"isResponsible": True})
    yield by_kind("paymentMismatch", answer, {"400": "400", "409": "409"})


def declining(stage: Stage) -> Iterator[Found]:
    """May a payer take back its acceptance?"""
    answer = _accepting(stage, machineLearning={"modelTraining": {"isResponsible": False}})
    yield by_kind("decline", answer, {"done": "allowed", "400": "error", "409": "error"})


def a_payer_of_jobs_that_nobody_runs(stage: Stage) -> Iterator[Found]:
    """May somebody be a payer of jobs where no member can run any?"""
    entry = stage.entry(stage.creator.account)
    answer = stage.file(_paying(entry, changeable(entry), jobCompute={"isResponsible": True}))
    yield by_kind("jobPayerWithoutRunner", answer, {"done": "accept", "400": "400"})


def nobody_left_to_pay(stage: Stage) -> Iterator[Found]:
    """May the last payer of queries be taken away? The request is cancelled, never committed.

    Where CAN_QUERY may be named it is: else the change might take it away, and nobody would have to pay.
    """
    named = () if isinstance(naming_the_runner(stage), No) else ("CAN_QUERY",)
    entry = stage.entry(stage.member.account)
    abilities = [*changeable(entry), *named]
    answer = stage.file(_paying(entry, abilities, queryCompute={"isResponsible": False}))
    yield by_kind("lastPayer", answer, {"done": "accept", "400": "400"})


def acceptance_of_a_payer_taken_away(stage: Stage) -> Iterator[Found]:
    """Does a membership still show what it accepted when the creator takes the member off as a payer?"""
    account = stage.creator.account
    entry = stage.entry(account)
    if pays_for_training(entry):
        without = {"modelTraining": {"isResponsible": False}}
        stage.carry(stage.filed(_paying(entry, changeable(entry), machineLearning=without)))
        if pays_for_training(stage.entry(account)):
            raise Unplayable("the creator is still shown as a payer")
    answer = stage.must(stage.creator, "GetMembership", membershipIdentifier=stage.own_membership)
    kept = pays_for_training(answer["membership"])
    said = f"the membership {'still shows' if kept else 'no longer shows'} what it accepted"
    yield Found("removedPayerAcceptance", "kept" if kept else "cleared", said)


def pays_for_training(document: Document) -> bool:
    """Whether a member or a membership is shown to pay for model training."""
    learning = document["paymentConfiguration"].get("machineLearning") or {}
    return bool((learning.get("modelTraining") or {}).get("isResponsible"))


def naming_the_runner(stage: Stage) -> Document | No:
    """File a change of the member that names the CAN_QUERY it holds, end it, and return how it was answered."""
    entry = stage.entry(stage.member.account)
    answer = stage.file(member_change(entry, abilities={*toggled(entry, EXPORT), "CAN_QUERY"}))
    stage.close_open()
    return answer


def _paying(entry: Document, abilities: Iterable[str], **instead: Any) -> Document:
    return member_change(entry, abilities=abilities, paymentConfiguration={**entry["paymentConfiguration"], **instead})


def _accepting(stage: Stage, **payments: Any) -> Document | No:
    return stage.ask(
        stage.member,
        "UpdateMembership",
        membershipIdentifier=stage.membership,
        membershipPaymentConfiguration=payments,
    )
