"""The bill of materials lists what the release is locked with; what is not known about a package is said to be not known."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tools.release.__main__ import CHECKOUT, LOCK
from tools.release.locked import Locked, locked
from tools.release.sbom import bill_of_materials
from tools.release.vulnerabilities import judged

A, B = "a" * 64, "b" * 64
TEXT = f"""# Written by `make lock`; do not edit.
grpcio==1.82.1 \\
    --hash=sha256:{B} \\
    --hash=sha256:{A}
ruamel.yaml==0.19.1 ; sys_platform == 'win32' \\
    --hash=sha256:{A}
"""
FOUND = {"id": "GHSA-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}


def test_a_lock_file_is_read_with_versions_markers_and_hashes() -> None:
    expected = (
        Locked("grpcio", "1.82.1", "", (A, B)),
        Locked("ruamel.yaml", "0.19.1", "sys_platform == 'win32'", (A,)),
    )
    assert expected == locked(TEXT)


@pytest.mark.parametrize("text", ["grpcio>=1\n", "grpcio==1\n", "--find-links somewhere\n", f"    --hash=sha256:{A}\n"])
def test_what_is_not_pinned_with_a_hash_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither a pinned package|has no hash"):
        locked(text)


def test_the_bill_lists_exactly_the_locked_packages() -> None:
    pinned = sorted(re.findall(r"^([^\s#=]+)==(\S+)", LOCK.read_text(), re.MULTILINE))
    bill = bill_of_materials("cleanrooms-governance", "0.1.0", locked(LOCK.read_text()), ["boto3"])
    assert pinned == sorted((each["name"], each["version"]) for each in bill["components"])
    assert all(each["hashes"] for each in bill["components"])


def test_the_release_is_locked_to_the_versions_that_are_tested() -> None:
    tested = {(each.name, each.version) for each in locked((CHECKOUT / "requirements" / "dev.txt").read_text())}
    released = {(each.name, each.version) for each in locked(LOCK.read_text())}
    assert set() == released - tested


def test_the_bill_names_what_the_project_itself_asks_for() -> None:
    bill = bill_of_materials("x", "1", locked(TEXT), ["ruamel_yaml", "grpcio"])
    ((_, refs),) = ((each["ref"], each["dependsOn"]) for each in bill["dependencies"])
    assert ["pkg:pypi/grpcio@1.82.1", "pkg:pypi/ruamel-yaml@0.19.1"] == refs


def test_equal_releases_have_equal_bills_and_others_have_another_number() -> None:
    first, again = (bill_of_materials("x", "1", locked(TEXT), []) for _ in range(2))
    other = bill_of_materials("x", "1", locked(TEXT.replace("1.82.1", "1.82.2")), [])
    assert first == again
    assert first["serialNumber"] != other["serialNumber"]


def report(*packages: dict[str, Any]) -> dict[str, Any]:
    return {"dependencies": [{"name": f"p{number}", **each} for number, each in enumerate(packages)], "fixes": []}


def test_a_known_vulnerability_is_named_with_the_version_that_ends_it() -> None:
    verdict = judged(report({"version": "1.0", "vulns": [FOUND]}, {"version": "1.0", "vulns": []}))
    assert 1 == verdict.status
    assert ("p0 1.0: GHSA-1 (fixed in 2.0)", "2 of 2 packages looked up, 1 with known vulnerabilities") == verdict.lines


def test_a_package_that_nobody_could_be_asked_about_is_no_clean_one() -> None:
    verdict = judged(report({"skip_reason": "not found"}, {"version": "1.0", "vulns": []}))
    assert 3 == verdict.status
    assert "1 of 2 packages looked up, 0 with known vulnerabilities; NOT CHECKED: 1" == verdict.lines[-1]


def test_where_nothing_could_be_asked_it_says_so() -> None:
    verdict = judged(report({"skip_reason": "not found"}, {"skip_reason": "not found"}))
    assert (3, 1) == (verdict.status, len(verdict.lines))
    assert "nothing is known about any of these packages" in verdict.lines[0]


def test_all_looked_up_and_nothing_known_is_the_one_good_end() -> None:
    assert 0 == judged(report({"version": "1.0", "vulns": []})).status
