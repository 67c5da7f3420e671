"""Memberships of a stack file that cannot be: the exact finding."""

import pytest

from tests.unit.settings.edits import OURS, Edit, both, drop, edited, put
from tests.unit.settings.stacks import BANK, FOREIGN_ID, INSURER, MEDIA, RETAILER, findings_in

TYPES = (
    "ADD_MEMBER, GRANT_EXPORT_QUERY_ANALYSIS_LOG_ABILITY, GRANT_RECEIVE_RESULTS_ABILITY,"
    " REVOKE_EXPORT_QUERY_ANALYSIS_LOG_ABILITY, REVOKE_RECEIVE_RESULTS_ABILITY"
)
ABILITIES = "CAN_EXPORT_QUERY_ANALYSIS_LOG, CAN_QUERY, CAN_RECEIVE_RESULTS, CAN_RUN_JOB"
NO_CREDENTIALS = "(environment, profile, role, or read and write), without them this stack can do nothing here"


RULE = {"types": ["ADD_MEMBER"], "accounts": [BANK]}
RESULTS = {"s3": {"bucket": "results", "resultFormat": "CSV"}}

RUNS = both(
    put(f"{OURS} members {RETAILER} abilities", []),
    put(f"{OURS} members {MEDIA} abilities", ["CAN_QUERY", "CAN_RECEIVE_RESULTS"]),
)
PAYS_ITSELF = put("memberships media defaultPayer", {"queryCompute": MEDIA})

ONE_FINDING: dict[str, tuple[Edit, str]] = {
    "account-of-nobody": (
        put("memberships foreign account", INSURER),
        f"cleanrooms:memberships.foreign.account: {INSURER} is not under accounts; add it there with credentials"
        f" {NO_CREDENTIALS}",
    ),
    "account-of-a-partner": (
        put("memberships foreign account", BANK),
        f"cleanrooms:memberships.foreign.account: {BANK} has no credentials under accounts; add them there {NO_CREDENTIALS}",
    ),
    "collaboration-unknown": (
        put("memberships media collaboration", "retail-medai"),
        "cleanrooms:memberships.media.collaboration: 'retail-medai' is no collaboration of this stack: did you mean"
        " retail-media?"
        " (somebody else's is named by its id)",
    ),
    "collaboration-id-in-capitals": (
        put("memberships foreign collaboration", FOREIGN_ID.upper()),
        f"cleanrooms:memberships.foreign.collaboration: '{FOREIGN_ID.upper()}' has capitals: write it as '{FOREIGN_ID}'",
    ),
    "own-collaboration-by-id": (
        put(f"{OURS} id", FOREIGN_ID),
        "cleanrooms:memberships.foreign.collaboration: is the id of retail-media, of this stack: write retail-media",
    ),
    "foreign-without-a-region": (
        drop("memberships foreign region"),
        "cleanrooms:memberships.foreign.region: is missing: give the Region of the collaboration, such as eu-west-1,"
        " an id alone"
        " does not say it",
    ),
    "foreign-without-a-creator": (
        drop("memberships foreign expects"),
        "cleanrooms:memberships.foreign.expects.creator: is missing: give the account whose collaboration this must"
        " be, an id alone"
        " does not say whose it is",
    ),
    "foreign-own-plan": (
        put("memberships foreign changeRequests", {"ownPlan": "approve"}),
        "cleanrooms:memberships.foreign.changeRequests.ownPlan: approve needs a plan of this stack, and somebody else's"
        " collaboration has none here: remove it and write approve rules",
    ),
    "own-in-another-region": (
        put("memberships media region", "eu-west-2"),
        "cleanrooms:memberships.media.region: eu-west-2 is not the Region of retail-media, which is eu-west-1: remove it",
    ),
    "own-of-another-creator": (
        put("memberships media expects", {"creator": BANK}),
        f"cleanrooms:memberships.media.expects.creator: {BANK} is not the creator of retail-media, which is"
        f" {RETAILER}: remove it",
    ),
    "no-member": (
        drop(f"{OURS} members {MEDIA}"),
        f"cleanrooms:memberships.media.account: {MEDIA} is not among the members of retail-media; add it there or remove this"
        " membership",
    ),
    "membership-twice": (
        put("memberships zoo", {"account": MEDIA, "collaboration": "retail-media"}),
        f"cleanrooms:memberships.zoo: is the membership of {MEDIA} in retail-media, as is media; remove one of them",
    ),
    "receiver-without-a-bucket": (
        put(f"{OURS} members {MEDIA} abilities", ["CAN_RECEIVE_RESULTS"]),
        "cleanrooms:memberships.media.defaultResultConfiguration: is missing: a member with CAN_RECEIVE_RESULTS and without"
        " CAN_QUERY cannot join without, give s3 (bucket and resultFormat) and roleArn",
    ),
    "receiver-without-a-role": (
        both(
            put("memberships foreign expects abilities", ["CAN_RECEIVE_RESULTS"]),
            put("memberships foreign defaultResultConfiguration", RESULTS),
        ),
        "cleanrooms:memberships.foreign.defaultResultConfiguration.roleArn: is missing: a member with CAN_RECEIVE_RESULTS and"
        " without CAN_QUERY cannot join without, give the role that writes the results to the bucket",
    ),
    "bucket": (
        put("memberships media defaultResultConfiguration", {"s3": {"bucket": "Results", "resultFormat": "CSV"}}),
        "cleanrooms:memberships.media.defaultResultConfiguration.s3.bucket: 'Results' is no bucket name: it takes lower-case"
        " letters, digits, hyphens and single dots, and is no IP address",
    ),
    "result-format": (
        put("memberships media defaultResultConfiguration", {"s3": {"bucket": "results", "resultFormat": "PARQET"}}),
        "cleanrooms:memberships.media.defaultResultConfiguration.s3.resultFormat: 'PARQET' is no result format: did you mean"
        " PARQUET?",
    ),
    "cost-type": (
        put("memberships media payerFor", ["queries"]),
        "cleanrooms:memberships.media.payerFor[0]: 'queries' is no cost type: use one of jobCompute, modelInference,"
        " modelTraining,"
        " queryCompute, syntheticDataGeneration",
    ),
    "default-payer-of-nobody": (
        put("memberships media defaultPayer", {}),
        "cleanrooms:memberships.media.defaultPayer: names nobody: give an account for queryCompute or jobCompute, or remove it",
    ),
    "default-payer-that-is-no-member": (
        both(RUNS, put("memberships media defaultPayer", {"queryCompute": INSURER})),
        f"cleanrooms:memberships.media.defaultPayer.queryCompute: {INSURER} is not among the members of retail-media: name one"
        " of them, or remove it",
    ),
    "default-payer-that-is-not-asked": (
        both(RUNS, put(f"{OURS} members {BANK} payerFor", ["queryCompute"]), PAYS_ITSELF),
        f"cleanrooms:memberships.media.defaultPayer.queryCompute: {MEDIA} is not asked to pay for queryCompute in retail-media,"
        f" {BANK} by payerFor: name one of those, or add queryCompute to its payerFor",
    ),
    "default-payer-of-what-is-not-run": (
        PAYS_ITSELF,
        f"cleanrooms:memberships.media.defaultPayer.queryCompute: {MEDIA} does not have CAN_QUERY in retail-media, so it runs"
        " nothing that costs this: remove it",
    ),
    "default-payer-for-what-is-not-run-by-memberships": (
        put("memberships foreign defaultPayer", {"queryCompute": BANK, "modelTraining": MEDIA}),
        "cleanrooms:memberships.foreign.defaultPayer.modelTraining: unknown key: remove it (known here: jobCompute,"
        " queryCompute)",
    ),
    "own-plan": (
        put("memberships media changeRequests", {"ownPlan": "aprove"}),
        "cleanrooms:memberships.media.changeRequests.ownPlan: 'aprove' is no way to vote: did you mean approve?",
    ),
    "rule-type": (
        put("memberships media changeRequests", {"approve": [{"types": ["GRANT_RESULTS"]}]}),
        "cleanrooms:memberships.media.changeRequests.approve[0].types[0]: 'GRANT_RESULTS' is no change type known to"
        " this version:"
        " did you mean GRANT_RECEIVE_RESULTS_ABILITY?",
    ),
    "pin-without-its-content": (
        put("memberships media changeRequests", {"pinned": [{"request": FOREIGN_ID}]}),
        "cleanrooms:memberships.media.changeRequests.pinned[0].content: is missing: give the fingerprint of what it asks for,"
        " as plans show it",
    ),
    "pin-of-no-request": (
        put("memberships media changeRequests", {"pinned": [{"request": "the first", "content": "fp-0123456789abcdef"}]}),
        "cleanrooms:memberships.media.changeRequests.pinned[0].request: 'the first' is too short: change request id has at"
        " least 36 characters",
    ),
    "job-results-without-a-role": (
        put("memberships media defaultJobResultConfiguration", {"s3": {"bucket": "results"}}),
        "cleanrooms:memberships.media.defaultJobResultConfiguration.roleArn: is missing: give the role that writes the results"
        " to the bucket",
    ),
    "tag-that-is-a-number": (
        put("memberships media tags", {"cost-center": 17}),
        'cleanrooms:memberships.media.tags.cost-center: 17 is a number: quote it, "17"',
    ),
    "tag-of-our-own": (
        put("memberships media tags", {"governed-by": "me"}),
        "cleanrooms:memberships.media.tags.governed-by: 'governed-by' is kept for AWS and for this tool's own notes: choose"
        " another key",
    ),
    "tag-of-aws": (
        put("memberships media tags", {"AWS:team": "me"}),
        "cleanrooms:memberships.media.tags.AWS:team: 'AWS:team' is kept for AWS and for this tool's own notes: choose another"
        " key",
    ),
    "expected-encryption": (
        put("memberships foreign expects encryption", {"allowClearText": True}),
        "cleanrooms:memberships.foreign.expects.encryption.allowClearText: unknown key: did you mean `allowCleartext`?",
    ),
    "ability-among-ml-abilities": (
        put("memberships media changeRequests", {"deny": [{"mlAbilities": ["CAN_QUERY"]}, RULE]}),
        "cleanrooms:memberships.media.changeRequests.deny[0].mlAbilities[0]: CAN_QUERY is no ML ability and belongs under"
        " abilities: move it there",
    ),
    "deny-without-a-key": (
        put("memberships media changeRequests", {"deny": [RULE, {"until": "2027-03-31"}]}),
        "cleanrooms:memberships.media.changeRequests.deny[1]: says nothing that could be denied: list types,"
        " accounts, abilities,"
        " mlAbilities, payerFor or autoApprove, or remove the rule",
    ),
    "deny-that-never-fires": (
        put("memberships media changeRequests", {"deny": [{"accounts": ["444455556666"], "autoApprove": ["ADD_MEMBER"]}]}),
        "cleanrooms:memberships.media.changeRequests.deny[0]: can never fire: a change of autoApprove is about the"
        " collaboration, the rest about one account; make it two rules",
    ),
    "deny-of-nothing": (
        put("memberships media changeRequests", {"deny": [{"types": []}]}),
        "cleanrooms:memberships.media.changeRequests.deny[0]: says nothing that could be denied: list types,"
        " accounts, abilities,"
        " mlAbilities, payerFor or autoApprove, or remove the rule",
    ),
}


@pytest.mark.parametrize(("edit", "expected"), ONE_FINDING.values(), ids=ONE_FINDING)
def test_a_mistake_is_one_finding_with_its_path_and_what_to_do(edit: Edit, expected: str) -> None:
    assert [expected] == findings_in(edited(edit))
