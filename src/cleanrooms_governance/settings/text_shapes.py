"""What the service takes as a text: lengths and patterns, for botocore checks neither maxima nor patterns before sending."""

import re
from dataclasses import dataclass
from typing import Any

# The model lists what it takes, up to the last character there is; saying what it does not take compiles ten times faster.
_NOT_TAKEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"


@dataclass(frozen=True, slots=True)
class TextShape:
    """What a text must be.

    Parameters: ``shape`` is the string shape of the service model it repeats, or empty where the rule is ours; ``what``
    names it in a sentence; ``allowed`` says in words what the pattern takes.
    """

    shape: str
    what: str
    least: int
    most: int
    pattern: re.Pattern[str]
    allowed: str

    @property
    def schema(self) -> dict[str, Any]:
        """What it must be as JSON Schema says it, whose patterns are JavaScript's.

        There ``\\w`` means ASCII always. Lone surrogates, which no file holds, go out of the pattern: where an editor reads
        patterns without Unicode, every emoji is two of them.
        """
        said: dict[str, Any] = {"type": "string", "minLength": self.least, "maxLength": self.most}
        if r"\w" not in self.pattern.pattern or self.pattern.flags & re.ASCII:
            said["pattern"] = f"^({self.pattern.pattern})$".replace(r"\ud800-\udfff", "")
        return said

    def objection(self, text: str) -> str:
        """Return what is wrong with a text as the end of a sentence, or nothing."""
        if len(text) < self.least:
            return f"is too short: {self.what} has at least {self.least} characters" if text else "is empty"
        if len(text) > self.most:
            return f"has {len(text)} characters: {self.what} has at most {self.most}"
        return "" if self.pattern.fullmatch(text) else f"is no {self.what}: {self.allowed}"


_NAME = re.compile(rf"(?!\s*$)[^\r\n{_NOT_TAKEN}]*")
_NAME_ALLOWED = "it needs a character that is not blank, and takes no control characters"

COLLABORATION_NAME = TextShape("CollaborationName", "name", 1, 100, _NAME, _NAME_ALLOWED)
DISPLAY_NAME = TextShape("DisplayName", "display name", 1, 100, _NAME, _NAME_ALLOWED)
DESCRIPTION = TextShape(
    "CollaborationDescription",
    "description",
    0,
    255,
    re.compile(rf"(?!\s+$)[^{_NOT_TAKEN}]*"),
    "it may not be all blank, and takes no control characters but tabs and line ends",
)
COLLABORATION_ID = TextShape(
    "CollaborationIdentifier",
    "collaboration id",
    36,
    36,
    re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "write it as the service shows it, such as 0a1b2c3d-0000-4000-8000-111122223333",
)
BUCKET = TextShape(
    "ProtectedQueryS3OutputConfigurationBucketString",
    "bucket name",
    3,
    63,
    re.compile(r"(?!(\d+\.)+\d+$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*"),
    "it takes lower-case letters, digits, hyphens and single dots, and is no IP address",
)
KEY_PREFIX = TextShape(
    "KeyPrefix",
    "key prefix",
    0,
    512,
    re.compile(r"[\w!.=*/-]*", re.ASCII),
    "it takes letters, digits and _ ! . = * / -",
)
RESULT_ROLE = TextShape(
    "RoleArn",
    "role ARN",
    32,
    512,
    re.compile(r"arn:aws:iam::\w+:role/[\w+=./@-]+", re.ASCII),
    "write it whole, such as arn:aws:iam::111122223333:role/results",
)
EXTERNAL_ID = TextShape(
    "externalIdType",
    "external id",
    2,
    1224,
    re.compile(r"[\w+=,.@:/-]*", re.ASCII),
    "it takes letters, digits and + = , . @ : / _ -",
)
ACCESS_ROLE = TextShape(
    "arnType",
    "role ARN",
    20,
    2048,
    re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,./@-]+", re.ASCII),
    "write it whole, such as arn:aws:iam::111122223333:role/governance",
)

PROFILE = TextShape(
    "",
    "profile name",
    1,
    128,
    re.compile(rf"(?!\s)[^\t\r\n{_NOT_TAKEN}]*(?<!\s)"),
    "it may not begin or end with a blank, and takes no control characters",
)
AUDIT_FILE = TextShape(
    "",
    "audit file",
    1,
    255,
    re.compile(
        r"(?!.*(^|/)\.{0,2}(/|$))[^\\/\x00-\x1f\x7f-\x9f\ud800-\udfff]+(/[^\\/\x00-\x1f\x7f-\x9f\ud800-\udfff]+)*\.jsonl"
    ),
    "write a path inside the project folder that ends in .jsonl, such as audit/retail.jsonl (any other place: the environment"
    " variable CLEANROOMS_AUDIT)",
)
WHY = TextShape("", "reason", 1, 255, _NAME, _NAME_ALLOWED)
OWNER = TextShape(
    "",
    "owner",
    1,
    256,
    re.compile(r"[A-Za-z0-9 +\-=._:/@]*"),
    "it becomes a tag value, which takes letters, digits, blanks and + - = . _ : / @",
)

REQUEST_ID = TextShape(
    "CollaborationChangeRequestIdentifier",
    "change request id",
    36,
    36,
    COLLABORATION_ID.pattern,
    "copy it from the plan, such as 0a1b2c3d-0000-4000-8000-111122223333",
)
BUDGETED_TABLE = TextShape(
    "BudgetedResourceArn",
    "table ARN",
    0,
    200,
    re.compile(
        r"arn:aws:\w+:\w{2}-\w{4,9}-\d:\d{12}:membership/[\w-]+/(configuredtableassociation|intermediatetable)/[\w-]+", re.ASCII
    ),
    "write that of a table association or an intermediate table of the membership whole, or the table's name",
)
# An association is named by TableAlias, an intermediate table by DisplayName, which takes nearly anything.
TABLE_NAME = TextShape("", "table name", 1, 128, _NAME, _NAME_ALLOWED)
_TAG_ALLOWED = "it takes letters, digits, blanks and + - = . _ : / @"
# The model gives only lengths; the characters are those that all services of AWS take.
TAG_KEY = TextShape("TagKey", "tag key", 1, 128, re.compile(r"[\w +\-=.:/@]*"), _TAG_ALLOWED)
TAG_VALUE = TextShape("TagValue", "tag value", 0, 256, re.compile(r"[\w +\-=.:/@]*"), _TAG_ALLOWED)

RESULT_FORMATS = ("CSV", "PARQUET")
"""The values of ResultFormat in the service model."""

ML_ABILITIES = ("CAN_RECEIVE_INFERENCE_OUTPUT", "CAN_RECEIVE_MODEL_OUTPUT")
"""The values of CustomMLMemberAbility in the service model."""

ENCRYPTION_SETTINGS = ("allowCleartext", "allowDuplicates", "allowJoinsOnColumnsWithDifferentNames", "preserveNulls")
"""The members of DataEncryptionMetadata in the service model, all of which it requires."""

ANALYTICS_ENGINES = ("CLEAN_ROOMS_SQL", "SPARK")
"""The values of AnalyticsEngine in the service model."""

RESULT_REGIONS = (
    "af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-south-2",
    "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5", "ap-southeast-7", "ca-central-1",
    "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2",
    "eu-west-3", "il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2",
    "us-west-1", "us-west-2",
)  # fmt: skip
"""The values of SupportedS3Region in the service model."""
