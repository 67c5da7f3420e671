"""Single keys and values of a stack file that cannot be: the exact finding."""

import pytest

from tests.unit.settings.edits import ANOTHER, OURS, SHOWN, Edit, drop, edited, put
from tests.unit.settings.stacks import BANK, MEDIA, OTHER_ID, RETAILER, findings_in

RULE = {"types": ["ADD_MEMBER"], "accounts": [BANK]}

AUDIT = {"file": "audit/retail.jsonl"}
AUDIT_PATH = (
    "write a path inside the project folder that ends in .jsonl, such as audit/retail.jsonl (any other place: the environment"
    " variable CLEANROOMS_AUDIT)"
)

ONE_FINDING: dict[str, tuple[Edit, str]] = {
    "unknown-key": (put(f"{OURS} querylogs", True), f"{SHOWN}.querylogs: unknown key: did you mean `queryLog`?"),
    "unknown-key-like-no-other": (
        put("accounts 111122223333 x", 1),
        "cleanrooms:accounts.111122223333.x: unknown key: remove it (known here: environment, externalId, name, profile, read,"
        " role, write)",
    ),
    "unknown-key-of-a-rule": (
        put("memberships media changeRequests", {"deny": [RULE, {**RULE, "type": ["ADD_MEMBER"]}]}),
        "cleanrooms:memberships.media.changeRequests.deny[1].type: unknown key: did you mean `types`?",
    ),
    "key-of-the-namespace": (put("onwaiting", "report"), "cleanrooms:onwaiting: unknown key: did you mean `onWaiting`?"),
    "audit-as-a-text": (
        put("audit", "audit/retail.jsonl"),
        "cleanrooms:audit: must be a mapping of keys to values, not 'audit/retail.jsonl'",
    ),
    "audit-without-a-file": (
        put("audit", {}),
        "cleanrooms:audit.file: is missing: give the path of a file in the project folder, such as audit/retail.jsonl",
    ),
    "audit-with-another-key": (
        put("audit", {**AUDIT, "flie": "x"}),
        "cleanrooms:audit.flie: unknown key: did you mean `file`?",
    ),
    **{
        f"audit-{name}": (put("audit", {"file": path}), f"cleanrooms:audit.file: {path!r} is no audit file: {AUDIT_PATH}")
        for name, path in {
            "of-another-kind": "audit/retail.json",
            "anywhere": "/etc/cron.d/retail.jsonl",
            "above": "../retail.jsonl",
            "above-on-the-way": "audit/../../retail.jsonl",
            "without-a-name": "audit/.jsonl",
            "of-two-lines": "audit\n.jsonl",
        }.items()
    },
    "audit-of-windows": (
        put("audit", {"file": "C:\\retail.jsonl"}),
        f"cleanrooms:audit.file: 'C:\\retail.jsonl' is no audit file: {AUDIT_PATH}",
    ),
    "on-waiting": (put("onWaiting", "stop"), "cleanrooms:onWaiting: 'stop' is not possible: write report or fail"),
    "until-as-a-timestamp": (
        put(f"{OURS} members {BANK} until", "2027-03-31T00:00:00Z"),
        f"{SHOWN}.members.{BANK}.until: 2027-03-31T00:00:00Z is a timestamp, as an unquoted date becomes one: quote it,"
        ' "2027-03-31"',
    ),
    "until-as-a-number": (
        put(f"{OURS} members {BANK} until", 2027),
        f'{SHOWN}.members.{BANK}.until: 2027 is a number: quote it, "2027"',
    ),
    "until-without-a-value": (
        put(f"{OURS} members {BANK} until", None),
        f"{SHOWN}.members.{BANK}.until: has no value: give it one or remove the key",
    ),
    "why-of-two-lines": (
        put(f"{OURS} members {BANK} why", "contract 77\nand more"),
        f"{SHOWN}.members.{BANK}.why: 'contract 77\\nand more' is no reason: it needs a character that is not blank, and takes"
        " no control characters",
    ),
    "why-as-a-number": (
        put(f"{OURS} members {BANK} why", 77),
        f'{SHOWN}.members.{BANK}.why: 77 is a number: quote it, "77"',
    ),
    "deadline-of-no-days": (put(f"{OURS} deadline", 0), f"{SHOWN}.deadline: 0 is not possible: give 1 to 36500 days"),
    "deadline-of-a-part-of-a-day": (
        put(f"{OURS} deadline", 1.5),
        f"{SHOWN}.deadline: must be a whole number of days, not the number 1.5",
    ),
    "deadline-as-a-text": (
        put(f"{OURS} deadline", "14"),
        f"{SHOWN}.deadline: must be a whole number of days, not '14'",
    ),
    "deadline-as-a-truth": (
        put(f"{OURS} deadline", True),
        f"{SHOWN}.deadline: must be a whole number of days, not true",
    ),
    "notice-of-less-than-nothing": (
        put(f"{OURS} untilNotice", -1),
        f"{SHOWN}.untilNotice: -1 is not possible: give 0 to 36500 days",
    ),
    "paused-as-a-text": (put(f"{OURS} paused", "yes"), f"{SHOWN}.paused: must be true or false, not 'yes'"),
    "unmanaged-in-another-way": (
        put(f"{OURS} unmanaged", "refused"),
        f"{SHOWN}.unmanaged: 'refused' is no way to treat what is not managed: did you mean refuse?",
    ),
    "request-to-cancel-that-is-none": (
        put(f"{OURS} cancelRequests", ["latest"]),
        f"{SHOWN}.cancelRequests[0]: 'latest' is too short: change request id has at least 36 characters",
    ),
    "key-with-a-slash": (
        put("collaborations a/b", ANOTHER),
        "cleanrooms:collaborations.a/b: 'a/b' is no key: take up to 54 letters, digits, dots, hyphens and underscores, a letter"
        " or digit first",
    ),
    "key-like-an-id": (
        put(f"collaborations {OTHER_ID}", ANOTHER),
        f"cleanrooms:collaborations.{OTHER_ID}: '{OTHER_ID}' looks like an id: give it a name, and the id under `id`",
    ),
    "section-without-a-value": (
        put("memberships", None),
        "cleanrooms:memberships: must be a mapping of keys to values, not no value",
    ),
    "section-as-a-text": (
        put("memberships", "media"),
        "cleanrooms:memberships: must be a mapping of keys to values, not 'media'",
    ),
    "entry-as-a-list": (
        put("memberships media", [1]),
        "cleanrooms:memberships.media: must be a mapping of keys to values, not a list",
    ),
    "bool-as-a-text": (put(f"{OURS} queryLog", "true"), f"{SHOWN}.queryLog: must be true or false, not 'true'"),
    "list-as-a-text": (
        put(f"{OURS} autoApprove", "ADD_MEMBER"),
        f"{SHOWN}.autoApprove: must be a list, not 'ADD_MEMBER'",
    ),
    "rules-as-a-mapping": (
        put("memberships media changeRequests", {"approve": RULE}),
        "cleanrooms:memberships.media.changeRequests.approve: must be a list, not a mapping",
    ),
    "text-as-a-list": (put(f"{OURS} description", ["a"]), f"{SHOWN}.description: must be a text, not a list"),
    "key-without-a-value": (
        put(f"{OURS} description", None),
        f"{SHOWN}.description: has no value: give it one or remove the key",
    ),
    "missing-abilities": (
        put(f"{OURS} members {BANK}", {}),
        f"{SHOWN}.members.{BANK}.abilities: is missing: give the list of the member's abilities, [] for none",
    ),
    "missing-members": (
        drop(f"{OURS} members"),
        f"{SHOWN}.members: is missing: give the members by account id, the creator among them",
    ),
    "missing-region": (
        drop(f"{OURS} region"),
        f"{SHOWN}.region: is missing: give the Region of the collaboration, such as eu-west-1",
    ),
    "account-as-a-number": (
        put(f"{OURS} creator", int(RETAILER)),
        f'{SHOWN}.creator: {RETAILER} is a number: quote it, "{RETAILER}"',
    ),
    "account-as-a-float": (
        put(f"{OURS} creator", float(RETAILER)),
        f'{SHOWN}.creator: {RETAILER} is a number: quote it, "{RETAILER}"',
    ),
    "account-as-a-number-in-a-list": (
        put("memberships media changeRequests", {"deny": [{"accounts": [BANK, int(MEDIA)]}]}),
        f'cleanrooms:memberships.media.changeRequests.deny[0].accounts[1]: {MEDIA} is a number: quote it, "{MEDIA}"',
    ),
    "account-without-its-leading-zero": (
        put("memberships foreign expects creator", 11122223333),
        "cleanrooms:memberships.foreign.expects.creator: 11122223333 is a number of 11 digits: write the account id in quotes"
        " with all its 12 digits (a number loses its leading zeros)",
    ),
    "account-key-without-its-leading-zero": (
        put("accounts 11122223333", {"name": "x"}),
        "cleanrooms:accounts.11122223333: '11122223333' is no account id: write its 12 digits in quotes (without them leading"
        " zeros are lost)",
    ),
    "account-that-is-no-number": (
        put(f"{OURS} members bank", {"displayName": "Bank", "abilities": []}),
        f"{SHOWN}.members.bank: 'bank' is no account id: write its 12 digits in quotes",
    ),
    "account-of-13-digits": (
        put("memberships foreign expects creator", "1111222233334"),
        "cleanrooms:memberships.foreign.expects.creator: '1111222233334' is no account id: write its 12 digits in quotes",
    ),
    "date-turned-into-a-timestamp": (
        put("memberships media changeRequests", {"approve": [{**RULE, "until": "2027-03-31T00:00:00Z"}]}),
        "cleanrooms:memberships.media.changeRequests.approve[0].until: 2027-03-31T00:00:00Z is a timestamp, as an unquoted date"
        ' becomes one: quote it, "2027-03-31"',
    ),
    "date-as-a-number": (
        put("memberships media changeRequests", {"approve": [{**RULE, "until": 2027}]}),
        'cleanrooms:memberships.media.changeRequests.approve[0].until: 2027 is a number: quote it, "2027"',
    ),
    "date-of-another-form": (
        put("memberships media changeRequests", {"approve": [{**RULE, "until": "31.3.2027"}]}),
        "cleanrooms:memberships.media.changeRequests.approve[0].until: '31.3.2027' is no date: write year, month and day in"
        ' quotes, such as "2027-03-31"',
    ),
    "date-that-never-comes": (
        put("memberships media changeRequests", {"approve": [{**RULE, "until": "2027-02-30"}]}),
        "cleanrooms:memberships.media.changeRequests.approve[0].until: '2027-02-30' is no date: day is out of range for month",
    ),
    "fingerprint-as-a-number": (
        put(f"{OURS} acknowledge", [12]),
        f'{SHOWN}.acknowledge[0]: 12 is a number: quote it, "12"',
    ),
    "fingerprint": (
        put(f"{OURS} acknowledge", ["fp-0123456789abcdef", "fp-1"]),
        f"{SHOWN}.acknowledge[1]: 'fp-1' is no fingerprint: copy it from the plan, fp- and 16 digits of 0-9 and a-f",
    ),
    **{
        f"external-id-{name}-is-not-repeated": (
            put(
                "accounts 222233334444", {"name": "Media", "role": f"arn:aws:iam::{MEDIA}:role/governance", "externalId": given}
            ),
            f"cleanrooms:accounts.222233334444.externalId: {said}",
        )
        for name, given, said in (
            ("as-a-number", 1234, "must be a text: quote it"),
            ("as-a-list", ["1234"], "must be a text"),
            ("too-short", "x", "is too short: external id has at least 2 characters"),
            ("with-blanks", "my own", "is no external id: it takes letters, digits and + = , . @ : / _ -"),
        )
    },
    "name-as-a-boolean": (put(f"{OURS} name", True), f'{SHOWN}.name: true is no text: quote it, "true"'),
}


@pytest.mark.parametrize(("edit", "expected"), ONE_FINDING.values(), ids=ONE_FINDING)
def test_a_mistake_is_one_finding_with_its_path_and_what_to_do(edit: Edit, expected: str) -> None:
    assert [expected] == findings_in(edited(edit))
