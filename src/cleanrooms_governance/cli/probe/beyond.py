"""What cannot be found out by two accounts with no tables, and why."""

_BY_REASON = {
    "needs a third account that joins or leaves while a request is open": ("noOtherVoter", "departedVote", "lateJoiners"),
    "needs a third account that makes a request impossible while it is open": ("staleCommit", "commitAtomicity"),
    "needs an account that left, which could not be asked again": ("requestReaders",),
    "needs a third account to invite as a payer": ("newPayerTypes",),
    "needs more members than the quota allows": ("memberQuotaCounts",),
    "would leave a collaboration without its creator, if AWS allowed it": ("creatorRemovesItself",),
    "needs a member that can run jobs": ("runnerJobPayment",),
    "is seen only where synthetic data is made and paid for": ("syntheticDataDefault",),
    "needs policies of the user's own to be changed": ("foreignTags",),
    "needs tables": (
        "associationName",
        "sameTableTwice",
        "deleteBaseTable",
        "removedMemberTables",
        "repeatedDelete",
        "repopulatedTable",
        "templateSource",
        "associationDeletionTakesTemplate",
        "silentAnalysisRule",
    ),
    "needs tables and privacy budgets on them": (
        "calendarDefaultRefresh",
        "privacyDefaultRefresh",
        "accessTemplateAutoRefresh",
        "lifetimeAutoRefresh",
        "firstPeriodStart",
        "calendarDisabledAfterPeriod",
        "equalUpdateResets",
        "lifetimeResetOnUpdate",
        "epsilonDecreaseAfterUse",
        "receiverPrivacyTemplate",
        "removedMemberTemplates",
        "budgetRefund",
        "budgetExhausted",
    ),
    "needs an analysis to be run, which somebody pays for": (
        "ambiguousPayer",
        "payerCandidates",
        "payerAcceptance",
        "payerRefusalReason",
        "analysisReaders",
    ),
    "needs models to be trained": ("mlNames", "withdrawnChannelSource", "inferenceReceiver"),
}

BEYOND_TWO_ACCOUNTS = {switch: reason for reason, switches in _BY_REASON.items() for switch in switches}
"""Why a switch is not found out, by switch."""
