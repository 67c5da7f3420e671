"""Faults on demand: rules that make calls fail, wait or lose their answers."""

from cleanrooms_emulator.faults.asked import Faults
from cleanrooms_emulator.faults.kinds import FaultKind
from cleanrooms_emulator.faults.rules import ANY, FaultRule

__all__ = ["ANY", "FaultKind", "FaultRule", "Faults"]
