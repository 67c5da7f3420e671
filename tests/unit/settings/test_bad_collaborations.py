"""Collaborations of a stack file that cannot be: the exact finding."""

import pytest

from tests.unit.settings.edits import ANOTHER, OURS, SHOWN, Edit, both, drop, edited, put
from tests.unit.settings.stacks import BANK, INSURER, MEDIA, OTHER_ID, RETAILER, findings_in

TYPES = (
    "ADD_MEMBER, GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY, GRANT_RECEIVE_RESULTS_ABILITY,"
    " REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY, REVOKE_RECEIVE_RESULTS_ABILITY"
)
ABILITIES = "CAN_EXPORT_QUERY_ANALYSIS_LOG, CAN_QUERY, CAN_RECEIVE_RESULTS, CAN_RUN_JOB"
NO_CREDENTIALS = "(environment, profile, role, or read and write), without them this stack can do nothing here"


ONE_FINDING: dict[str, tuple[Edit, str]] = {
    "no-members": (
        both(put(f"{OURS} members", {}), drop("memberships media")),
        f"{SHOWN}.members: is empty; a collaboration without members cannot be: list them, the creator too",
    ),
    "creator-no-member": (
        drop(f"{OURS} members {RETAILER}"),
        f"{SHOWN}.creator: {RETAILER} is not among the members; add it under members (the creator is a member too)",
    ),
    "creator-unknown": (
        both(
            drop(f"accounts {RETAILER}"),
            put(f"{OURS} members {RETAILER} displayName", "Retailer"),
        ),
        f"{SHOWN}.creator: {RETAILER} is not under accounts; add it there with credentials {NO_CREDENTIALS}",
    ),
    "creator-without-access": (
        put(f"accounts {RETAILER}", {"name": "Retailer"}),
        f"{SHOWN}.creator: {RETAILER} has no credentials under accounts; add them there {NO_CREDENTIALS}",
    ),
    "two-queriers": (
        put(f"{OURS} members {BANK} abilities", ["CAN_QUERY"]),
        f"{SHOWN}.members: CAN_QUERY is given to {RETAILER} and {BANK}; one member alone can have it, take it from the others",
    ),
    "two-job-runners": (
        both(*(put(f"{OURS} members {a} abilities", ["CAN_RUN_JOB"]) for a in (MEDIA, BANK))),
        f"{SHOWN}.members: CAN_RUN_JOB is given to {MEDIA} and {BANK}; one member alone can have it, take it from the others",
    ),
    "ability-misspelled": (
        put(f"{OURS} members {BANK} abilities", ["CAN_RECIEVE_RESULTS"]),
        f"{SHOWN}.members.{BANK}.abilities[0]: 'CAN_RECIEVE_RESULTS' is no ability that this version knows: did you mean"
        " CAN_RECEIVE_RESULTS?",
    ),
    "ability-in-lower-case": (
        put(f"{OURS} members {BANK} abilities", ["can_query"]),
        f"{SHOWN}.members.{BANK}.abilities[0]: 'can_query' is no ability that this version knows: did you mean CAN_QUERY?",
    ),
    "ability-malformed": (
        put(f"{OURS} members {BANK} abilities", ["results please"]),
        f"{SHOWN}.members.{BANK}.abilities[0]: 'results please' is no ability: use one of {ABILITIES}, spelled as the"
        f" service does",
    ),
    "ml-ability-among-abilities": (
        put(f"{OURS} members {BANK} abilities", ["CAN_RECEIVE_MODEL_OUTPUT"]),
        f"{SHOWN}.members.{BANK}.abilities[0]: CAN_RECEIVE_MODEL_OUTPUT is an ML ability and belongs under"
        f" mlAbilities: remove it"
        " here",
    ),
    "ability-among-ml-abilities": (
        put(f"{OURS} members {BANK} mlAbilities", ["CAN_QUERY"]),
        f"{SHOWN}.members.{BANK}.mlAbilities[0]: CAN_QUERY is no ML ability and belongs under abilities: move it there",
    ),
    "ml-ability-misspelt": (
        put(f"{OURS} members {BANK} mlAbilities", ["CAN_RECEIVE_MODEL_OUTPUTS"]),
        f"{SHOWN}.members.{BANK}.mlAbilities[0]: 'CAN_RECEIVE_MODEL_OUTPUTS' is no ML ability that this version knows:"
        f" did you mean CAN_RECEIVE_MODEL_OUTPUT?",
    ),
    "payer-for-something-unknown": (
        put(f"{OURS} members {BANK} payerFor", ["queryCosts"]),
        f"{SHOWN}.members.{BANK}.payerFor[0]: 'queryCosts' is no cost type: did you mean queryCompute?",
    ),
    "payers-without-a-value": (
        put(f"{OURS} members {BANK} payerFor", None),
        f"{SHOWN}.members.{BANK}.payerFor: has no value: give it one or remove the key",
    ),
    "creator-removed": (
        put(f"{OURS} removed", [RETAILER]),
        f"{SHOWN}.removed: {RETAILER} is the creator, which cannot be removed: take it out (a collaboration ends by deleting"
        " it)",
    ),
    "kept-and-removed": (
        put(f"{OURS} removed", [BANK]),
        f"{SHOWN}.removed: {BANK} is among the members as well; remove it here or there",
    ),
    "removed-with-a-membership": (
        both(drop(f"{OURS} members {MEDIA}"), put(f"{OURS} removed", [MEDIA])),
        f"cleanrooms:memberships.media.account: {MEDIA} is under removed of retail-media, which ends its membership for"
        " good: take this membership out of the file as well",
    ),
    "removals-below-nothing": (
        put(f"{OURS} limits", {"removals": -1}),
        f"{SHOWN}.limits.removals: must be a whole number, 0 or more, not the number -1",
    ),
    "removals-in-part": (
        put(f"{OURS} limits", {"removals": 1.5}),
        f"{SHOWN}.limits.removals: must be a whole number, 0 or more, not the number 1.5",
    ),
    "removal-share-in-percent": (
        put(f"{OURS} limits", {"removalShare": 20}),
        f"{SHOWN}.limits.removalShare: must be a number from 0 to 1, such as 0.2 for a fifth, not the number 20",
    ),
    "removal-share-true": (
        put(f"{OURS} limits", {"removalShare": True}),
        f"{SHOWN}.limits.removalShare: must be a number from 0 to 1, such as 0.2 for a fifth, not true",
    ),
    "auto-approve-what-cannot-be": (
        put(f"{OURS} autoApprove", ["EDIT_AUTO_APPROVED_CHANGE_TYPES"]),
        f"{SHOWN}.autoApprove[0]: 'EDIT_AUTO_APPROVED_CHANGE_TYPES' is no change type that can be approved"
        f" automatically: use one"
        f" of {TYPES}",
    ),
    "auto-approve-misspelled": (
        put(f"{OURS} autoApprove", ["ADD_MEMBERS"]),
        f"{SHOWN}.autoApprove[0]: 'ADD_MEMBERS' is no change type that can be approved automatically: did you mean ADD_MEMBER?",
    ),
    "no-display-name": (
        put(f"{OURS} members {INSURER}", {"abilities": []}),
        f"{SHOWN}.members.{INSURER}.displayName: is missing, and {INSURER} has no name under accounts: give one of the two, the"
        " collaboration is to be created with it",
    ),
    "blank-display-name": (
        put(f"{OURS} members {BANK} displayName", " "),
        f"{SHOWN}.members.{BANK}.displayName: ' ' is no display name: it needs a character that is not blank, and"
        f" takes no control"
        " characters",
    ),
    "name-too-long": (
        put(f"{OURS} name", "a" * 101),
        f"{SHOWN}.name: '{'a' * 77}…' has 101 characters: name has at most 100",
    ),
    "name-empty": (put(f"{OURS} name", ""), f"{SHOWN}.name: is empty: give it a value"),
    "description-blank": (
        put(f"{OURS} description", "  "),
        f"{SHOWN}.description: '  ' is no description: it may not be all blank, and takes no control characters but"
        f" tabs and line"
        " ends",
    ),
    "region": (
        put("memberships foreign region", "ireland"),
        "cleanrooms:memberships.foreign.region: 'ireland' is no Region name: write one such as eu-west-1",
    ),
    "id": (
        put(f"{OURS} id", "1234"),
        f"{SHOWN}.id: '1234' is too short: collaboration id has at least 36 characters",
    ),
    "id-in-capitals": (
        put(f"{OURS} id", OTHER_ID.upper()),
        f"{SHOWN}.id: '{OTHER_ID.upper()}' has capitals: write it as '{OTHER_ID}'",
    ),
    "id-twice": (
        both(
            put(f"{OURS} id", OTHER_ID),
            put("collaborations another", {**ANOTHER, "id": OTHER_ID}),
        ),
        f"{SHOWN}.id: is the id of another as well; one collaboration is governed under one key, remove the other",
    ),
    "previously-a-key-of-the-file": (
        both(put("collaborations another", {**ANOTHER, "id": OTHER_ID}), put(f"{OURS} previously", ["another"])),
        f"{SHOWN}.previously: another is the key of another collaboration of this file: a key that is in use cannot have been"
        " given up for retail-media, rename the other or remove it here",
    ),
    "previously-its-own-key": (
        put(f"{OURS} previously", ["retail-media"]),
        f"{SHOWN}.previously: retail-media is the key that it has: name keys that it had before, or remove it",
    ),
    "previously-twice": (
        both(
            put("collaborations another", {**ANOTHER, "id": OTHER_ID, "previously": ["old"]}),
            put(f"{OURS} previously", ["old"]),
        ),
        f"{SHOWN}.previously: old is a former key of another as well: remove it here or there",
    ),
    "previously-no-key": (
        put(f"{OURS} previously", ["a/b"]),
        f"{SHOWN}.previously[0]: 'a/b' is no key: take up to 54 letters, digits, dots, hyphens and underscores, a letter or"
        " digit first",
    ),
    "a-membership-by-a-former-key": (
        both(put(f"{OURS} previously", ["sales"]), put("memberships media collaboration", "sales")),
        "cleanrooms:memberships.media.collaboration: 'sales' is no collaboration of this stack: did you mean retail-media?"
        " (somebody else's is named by its id)",
    ),
    "tag-of-our-own": (
        put(f"{OURS} tags", {"crgov-filed": "x"}),
        f"{SHOWN}.tags.crgov-filed: 'crgov-filed' is kept for AWS and for this tool's own notes: choose another key",
    ),
    "encryption-in-part": (
        put(f"{OURS} encryption", {"allowCleartext": True, "preserveNulls": False}),
        f"{SHOWN}.encryption: says nothing of allowDuplicates, allowJoinsOnColumnsWithDifferentNames: a collaboration for"
        " encrypted data is created with all four, give each true or false",
    ),
    "encryption-misspelled": (
        put(f"{OURS} encryption", {"allowClearText": True}),
        f"{SHOWN}.encryption.allowClearText: unknown key: did you mean `allowCleartext`?",
    ),
    "no-result-regions": (
        put(f"{OURS} resultRegions", []),
        f"{SHOWN}.resultRegions: is empty, which would leave open whether results may go nowhere or anywhere: list Regions,"
        " or remove the key",
    ),
    "result-region-unknown": (
        put(f"{OURS} resultRegions", ["eu-wst-1"]),
        f"{SHOWN}.resultRegions[0]: 'eu-wst-1' is no Region known to this version to take results: did you mean eu-west-1?",
    ),
    "engine-unknown": (
        put(f"{OURS} analyticsEngine", "spark"),
        f"{SHOWN}.analyticsEngine: 'spark' is no analytics engine: did you mean SPARK?",
    ),
    "engine-that-has-ended": (
        put(f"{OURS} analyticsEngine", "CLEAN_ROOMS_SQL"),
        f"{SHOWN}.analyticsEngine: CLEAN_ROOMS_SQL has ended, so no collaboration can be created with it: write SPARK or"
        " remove the key (for a collaboration that exists, give its id)",
    ),
    "job-log-as-the-service-says-it": (
        put(f"{OURS} jobLog", "ENABLED"),
        f"{SHOWN}.jobLog: must be true or false, not 'ENABLED'",
    ),
    "name-twice": (
        put("collaborations zoo", {**ANOTHER, "name": "retail-media"}),
        "cleanrooms:collaborations.zoo.name: 'retail-media' is the name of retail-media as well, with the same"
        " creator and Region;"
        " a collaboration is found again by its name, give another one",
    ),
}


@pytest.mark.parametrize(("edit", "expected"), ONE_FINDING.values(), ids=ONE_FINDING)
def test_a_mistake_is_one_finding_with_its_path_and_what_to_do(edit: Edit, expected: str) -> None:
    assert [expected] == findings_in(edited(edit))
