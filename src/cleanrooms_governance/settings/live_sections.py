"""What is live as the sections of a stack file whose plan is empty: nothing is changed by writing down what there is.

What this version cannot say of something is left out, which means that it is not managed, and a remark says so. Texts of others
come in as values alone; in remarks they are made harmless.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cleanrooms_governance.model import (
    AUTO_APPROVABLE_TYPES,
    CAN_QUERY,
    CAN_RECEIVE_RESULTS,
    Collaboration,
    Member,
    Membership,
)
from cleanrooms_governance.privacy_budgets import BudgetedTable, BudgetTemplate
from cleanrooms_governance.seen import NotVisible
from cleanrooms_governance.settings.documents import Document, without_none
from cleanrooms_governance.settings.fields import Section
from cleanrooms_governance.settings.live_budgets import budget_sections
from cleanrooms_governance.settings.places import Location, Source, dotted
from cleanrooms_governance.settings.reading import read_section
from cleanrooms_governance.settings.sections import (
    BucketSection,
    CollaborationSection,
    EncryptionSection,
    JobBucketSection,
    MembershipSection,
)
from cleanrooms_governance.settings.text_shapes import ANALYTICS_ENGINES, RESULT_REGIONS
from cleanrooms_governance.tagging import OWNER_TAG, declarable_tags, is_reserved
from cleanrooms_governance.text import plain

_WHOLE = {
    "tags": 1,
    "encryption": 1,
    "resultRegions": 1,
    "defaultResultConfiguration": 1,
    "defaultJobResultConfiguration": 1,
    "expects": 2,
    "privacyBudgets": 2,
}
"""Of these keys a part would say something else than the whole: how many steps lead to what is left out with a part."""


@dataclass(frozen=True, slots=True)
class LiveMembership:
    """An account's membership with what belongs to it, as that account reads them.

    ``collaboration`` is the collaboration as the account sees it. ``budgets`` are its privacy budget templates, with their
    tags; ``tables`` all its tables, associations first, read where an access budget names one.
    """

    membership: Membership
    collaboration: Collaboration
    tags: Mapping[str, str] | NotVisible
    budgets: tuple[BudgetTemplate, ...] | NotVisible = ()
    tables: tuple[BudgetedTable, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveSection:
    """The section of something that is live, and what a reader of the file should know about it."""

    document: Document
    remarks: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class LiveCollaboration:
    """A collaboration with its tags, as its creator reads it."""

    live: Collaboration
    tags: Mapping[str, str] | NotVisible


def collaboration_section(found: LiveCollaboration, owner: str = "") -> LiveSection:
    """Return the section of a collaboration; ``owner`` is the value of the owner tag by which it is this stack's already."""
    live, tags = found.live, found.tags
    remarks = [*_tags_remarks(tags, owner), *_gone(live), *_unknown_types(live)]
    document = without_none(
        {
            "id": live.id,
            "creator": live.creator,
            "region": live.region,
            "name": live.name,
            "description": live.description or None,
            "queryLog": live.query_log,
            "jobLog": live.job_log,
            "metrics": live.metrics,
            "encryption": None if live.encryption is None else _known(live.encryption, EncryptionSection),
            "resultRegions": _regions(live),
            "analyticsEngine": live.analytics_engine if live.analytics_engine in ANALYTICS_ENGINES else None,
            "autoApprove": sorted(live.auto_approved & AUTO_APPROVABLE_TYPES),
            "members": {account: _member(member) for account, member in sorted(live.members.items()) if member.belongs},
            "tags": _tags(tags),
        }
    )
    return _sayable(CollaborationSection, document, remarks)


def membership_section(live: LiveMembership, own_key: str | None, owner: str = "") -> LiveSection:
    """Return the section of a membership.

    Parameters: ``own_key`` is the key of the collaboration where the file governs it, ``None`` for somebody else's;
    ``owner`` as for ``collaboration_section``.
    """
    membership, collaboration, tags = live.membership, live.collaboration, live.tags
    remarks = list(_tags_remarks(tags, owner))
    budgets, said = budget_sections(live.budgets, live.tables)
    remarks += said
    document = without_none(
        {
            "account": membership.account,
            "collaboration": own_key or membership.collaboration_id,
            "region": None if own_key else collaboration.region,
            "expects": None if own_key else _expects(live),
            "queryLog": membership.query_log,
            "jobLog": membership.job_log,
            "metrics": membership.metrics,
            "payerFor": sorted(str(cost) for cost, accepted in membership.payments.items() if accepted),
            "defaultResultConfiguration": _results(membership.result_configuration, BucketSection),
            "defaultJobResultConfiguration": _results(membership.job_result_configuration, JobBucketSection),
            "privacyBudgets": budgets,
            "tags": _tags(tags),
        }
    )
    section = _sayable(MembershipSection, document, remarks)
    if _lacks_place(section.document):
        # As long as the file says where no results go, it may not say that there are to be any: joining takes both.
        del section.document["expects"]["abilities"]
    return section


def _tags(tags: Mapping[str, str] | NotVisible) -> dict[str, str] | None:
    return None if isinstance(tags, NotVisible) else declarable_tags(tags)


def _member(member: Member) -> Document:
    pays = sorted(str(cost) for cost, asked in member.payments.items() if asked)
    return without_none(
        {
            "displayName": member.display_name,
            "abilities": sorted(member.abilities),
            "mlAbilities": sorted(member.ml_abilities) or None,
            "payerFor": pays or None,
        }
    )


def _regions(live: Collaboration) -> list[str] | None:
    regions = live.result_regions or frozenset()
    return sorted(regions) if regions and regions <= set(RESULT_REGIONS) else None


def _expects(live: LiveMembership) -> Document:
    """Return what the collaboration says of the account today."""
    collaboration = live.collaboration
    member = collaboration.members.get(live.membership.account)
    return without_none(
        {
            "creator": collaboration.creator,
            "abilities": sorted(member.abilities) if member else None,
            "queryLog": collaboration.query_log,
        }
    )


def _lacks_place(document: Document) -> bool:
    abilities = document.get("expects", {}).get("abilities", ())
    place = document.get("defaultResultConfiguration", {})
    return CAN_RECEIVE_RESULTS in abilities and CAN_QUERY not in abilities and "roleArn" not in place


def _known(document: Mapping[str, Any], model: type[Section]) -> Document:
    """Return what a section knows of a document of the service; what the file is silent about stays as it is."""
    keys = {info.alias for info in model.model_fields.values()}
    return {key: value for key, value in sorted(document.items()) if key in keys}


def _results(configuration: Mapping[str, Any] | None, bucket: type[Section]) -> Document | None:
    """Return where results go in the form of the stack file, which is the service's but for one level."""
    if not configuration or not (place := configuration.get("outputConfiguration", {}).get("s3")):
        return None
    return without_none({"s3": _known(place, bucket), "roleArn": configuration.get("roleArn")})


def _tags_remarks(tags: Mapping[str, str] | NotVisible, own: str) -> Iterable[str]:
    if isinstance(tags, NotVisible):
        yield f"its tags could not be read ({tags.reason}): not managed, and whether another stack governs it is not known"
        return
    if (owner := tags.get(OWNER_TAG)) and owner != own:
        yield (
            f"governed by the stack {plain(owner, 256)}: take it out of that stack's file first. If that is not this very stack"
            " and key, changes are refused as a take-over until then"
        )
    if declarable_tags(tags) is None and any(not is_reserved(key) for key in tags):
        yield "its tags cannot be declared without a change, since those noted as this tool's are others: not managed"


def _gone(live: Collaboration) -> Iterable[str]:
    for account, member in sorted(live.members.items()):
        if not member.belongs:
            yield f"{account} ({plain(member.display_name)}) is no member any more: {plain(member.status)}"


def _unknown_types(live: Collaboration) -> Iterable[str]:
    if unknown := sorted(live.auto_approved - AUTO_APPROVABLE_TYPES):
        yield f"approves {', '.join(map(plain, unknown))} by itself as well, which this version does not know: it stays"
    if live.result_regions and _regions(live) is None:
        yield "its result Regions are not all known to this version: not in this file, they are fixed anyway"


def _sayable(model: type[Section], document: Document, remarks: list[str]) -> LiveSection:
    """Return a section without what this version cannot say, which is remarked."""
    entry, _ = read_section(model, document, Source())
    for location in sorted(_left_out(entry.dropped if entry else ()), key=_last_index_first, reverse=True):
        remarks.append(f"{dotted(location)} cannot be said in a file of this version: not managed, it stays as it is")
        _take_out(document, location)
    return LiveSection(document, tuple(remarks))


def _left_out(dropped: Iterable[Location]) -> set[Location]:
    return {location[: _WHOLE.get(str(location[0]), len(location))] for location in dropped}


def _last_index_first(location: Location) -> list[tuple[int, str]]:
    return [(step if isinstance(step, int) else 0, str(step)) for step in location]


def _take_out(document: Any, location: Location) -> None:
    for step in location[:-1]:
        document = document[step]
    del document[location[-1]]
