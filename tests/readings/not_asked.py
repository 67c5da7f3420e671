"""The switches of the service that no story asks, each with the reason why governing does not touch it."""

from collections.abc import Mapping

_TABLES = "about tables and analysis templates, which no stack file speaks of"
_LEARNING = "about models and input channels, which no stack file speaks of"
_ANALYSES = "about running analyses, which nothing here does"

NOT_ASKED: Mapping[str, str] = {
    **dict.fromkeys(("repeatedDelete", "repopulatedTable", "templateSource"), _TABLES),
    **dict.fromkeys(("mlNames", "silentAnalysisRule", "withdrawnChannelSource", "inferenceReceiver"), _LEARNING),
    **dict.fromkeys(("ambiguousPayer", "payerRefusalReason", "budgetExhausted", "analysisReaders"), _ANALYSES),
    "specificationMismatch": "a request of this tool says of each change what it is",
    "omittedAutoApproval": "a change of the auto-approval list always gives the list",
    "repeatedSubject": "a request has one change an account (tests/laws/test_plans.py)",
    "omittedMl": "a request leaves nothing out of an entry; one of others that does: tests/unit/core/test_advance_trouble.py",
    "lastPayer": "a cost type that nobody names is not managed, so no file takes the last payer off (tests/laws/test_plans.py)",
    "jobPayerWithoutRunner": "the service refuses what such a file asks for: tests/laws/test_convergence.py says how",
    "runnerJobPayment": "the service refuses what such a file asks for: tests/laws/test_convergence.py says how",
    "syntheticDataDefault": "who pays for synthetic data where nobody is named shows only when everything is shown",
    "voteOnApproved": "nobody here votes on what is approved",
    "requestReaders": "requests are read by the creator and by members that have joined",
    "notFound": "what cannot be seen is looked up by operations that do not tell it from what may not be seen",
    "creatorRemovesItself": "the creator is never removed (tests/unit/core/test_removal_guards.py)",
    "foreignTags": "about policies of AWS accounts: tests/policies and tests/emulator/iam play them",
}
