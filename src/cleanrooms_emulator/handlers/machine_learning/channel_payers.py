"""Who pays for an input channel: for its query, and for the synthetic data it is turned into."""

from __future__ import annotations

from typing import Any

from cleanrooms_emulator.context import Context
from cleanrooms_emulator.handlers.analyses.payer_choice import choose_payer
from cleanrooms_emulator.handlers.machine_learning.channel_source import ChannelSource
from cleanrooms_emulator.handlers.machine_learning.ml_refusals import invalid
from cleanrooms_emulator.handlers.memberships import payments
from cleanrooms_emulator.world.store import Document

_COMPUTE, _SYNTHETIC = "computePayerAccountId", "syntheticDataPayerAccountId"


def channel_payers(
    ctx: Context, collaboration: Document, source: ChannelSource, named: dict[str, Any] | None
) -> dict[str, str]:
    """The channel's PayerConfiguration, with those that the caller left out chosen. Raises ValidationException.

    A payer of synthetic data cannot be named where there is none to pay for (assumption).
    """
    given = named or {}
    path = f"payerConfiguration.{_COMPUTE}"
    payers = {_COMPUTE: choose_payer(ctx, collaboration, payments.QUERY, given.get(_COMPUTE), path)}
    path = f"payerConfiguration.{_SYNTHETIC}"
    if source.synthetic_data is not None:
        account = choose_payer(ctx, collaboration, payments.SYNTHETIC_DATA, given.get(_SYNTHETIC), path)
        return {**payers, _SYNTHETIC: account}
    if given.get(_SYNTHETIC) is not None:
        raise invalid(path, "The channel's query generates no synthetic data")
    return payers
