"""Quotas by name, as a granted increase adjusts them."""

from __future__ import annotations

import inspect
import pkgutil
from importlib import import_module
from typing import Any

import pytest

import cleanrooms_emulator.handlers
from cleanrooms_emulator.application import Application
from cleanrooms_emulator.control.client import ControlRefused, EmulatorControl
from cleanrooms_emulator.handlers import quotas
from cleanrooms_emulator.handlers.quota_settings import settings
from cleanrooms_emulator.handlers.quotas import Quota
from cleanrooms_emulator.transport.in_process import client
from cleanrooms_emulator.world.store import Store
from tests.emulator.robustness.accounts import HUB, NEW, error_code

COLLABORATIONS = "Collaborations created per account"


def test_an_adjusted_quota_is_the_one_that_counts(app: Application, url: str) -> None:
    control = EmulatorControl(url)
    control.set_quotas({COLLABORATIONS: 1})
    hub = client(app, "cleanrooms", HUB)

    hub.create_collaboration(**NEW)
    assert "ServiceQuotaExceededException" == error_code(hub.create_collaboration, **NEW)

    control.set_quotas({COLLABORATIONS: None})
    assert "collaboration" in hub.create_collaboration(**NEW)


def test_quotas_are_listed_with_the_values_they_have(url: str) -> None:
    control = EmulatorControl(url)
    before = control.quotas()
    control.set_quotas({COLLABORATIONS: 7, "Concurrent jobs per membership": 3})

    assert {**before, COLLABORATIONS: 7, "Concurrent jobs per membership": 3} == control.quotas()
    assert (500, None) == (before[COLLABORATIONS], before["Concurrent jobs per membership"])


def test_reset_takes_adjustments_back(url: str) -> None:
    control = EmulatorControl(url)
    before = control.quotas()
    control.set_quotas({COLLABORATIONS: 7})
    control.reset()
    assert before == control.quotas()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"Collaborations": 1}, "unknown quota 'Collaborations'; there are "),
        ({COLLABORATIONS: -1}, "quota Collaborations created per account: -1 is not a whole number from 0"),
        ({COLLABORATIONS: True}, "True is not a whole number"),
        ({COLLABORATIONS: 1.5}, "1.5 is not a whole number"),
    ],
)
def test_quotas_that_make_no_sense_are_refused_and_none_is_changed(url: str, values: dict[str, Any], message: str) -> None:
    control = EmulatorControl(url)
    before = control.quotas()
    with pytest.raises(ControlRefused, match=message):
        control.set_quotas({"Memberships per account": 1, **values})
    assert before == control.quotas()


def test_every_quota_that_a_handler_knows_is_listed() -> None:
    listed = {each.name for each in settings(Store())}
    package = cleanrooms_emulator.handlers
    modules = [import_module(each.name) for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
    known = {value.name for module in modules for value in vars(module).values() if isinstance(value, Quota)}
    assert known <= listed


def test_every_quota_that_depends_on_the_region_is_listed() -> None:
    regional = [
        function
        for name, function in inspect.getmembers(quotas, inspect.isfunction)
        if inspect.signature(function).return_annotation == "Quota"
    ]
    assert {each("eu-west-1").name for each in regional} == {each.name for each in settings(Store()) if each.default is None}
