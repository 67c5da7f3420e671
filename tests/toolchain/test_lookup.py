"""Finding Pulumi on a machine: programs in folders, and the environment that leads to them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools.pulumi import go_build
from tools.pulumi.__main__ import shell_lines
from tools.pulumi.toolchain import CHECKOUT, Toolchain, ToolchainMissing, isolated_environment, locate


def put(folder: Path, **programs: str) -> Path:
    """A folder with shell scripts, named with underscores for dashes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in programs.items():
        program = folder / name.replace("_", "-")
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    return folder


def whole_installation(folder: Path, version: str) -> Path:
    return put(folder, pulumi=f"echo {version}", pulumi_language_python="", pulumi_resource_pulumi_python="")


def machine(tmp_path: Path, *folders: Path) -> dict[str, str]:
    """The environment of a machine that has these folders on PATH and an empty cache."""
    return {"PATH": os.pathsep.join(map(str, folders)), "CLEANROOMS_TOOLCHAIN_DIR": str(tmp_path / "cache")}


def test_an_installed_pulumi_is_used_as_it_is(tmp_path: Path) -> None:
    installed = whole_installation(tmp_path / "bin", "v3.260.1")
    assert Toolchain(installed / "pulumi", {}) == locate(machine(tmp_path, installed))


def test_companions_beside_the_target_of_a_link_count(tmp_path: Path) -> None:
    real = whole_installation(tmp_path / "opt" / "pulumi", "v3.260.1")
    linked = tmp_path / "bin"
    linked.mkdir()
    (linked / "pulumi").symlink_to(real / "pulumi")
    assert Toolchain(linked / "pulumi", {}) == locate(machine(tmp_path, linked))


def test_a_pulumi_without_its_python_host_is_not_used(tmp_path: Path) -> None:
    folder = put(tmp_path / "bin", pulumi="echo v3.260.1", pulumi_language_python="")
    with pytest.raises(ToolchainMissing, match="comes without pulumi-resource-pulumi-python"):
        locate(machine(tmp_path, folder))


def test_a_pulumi_that_fails_is_not_used(tmp_path: Path) -> None:
    broken = whole_installation(tmp_path / "bin", "v3.260.1; exit 1")
    with pytest.raises(ToolchainMissing, match="does not tell its version"):
        locate(machine(tmp_path, broken))


def test_with_go_alone_locating_asks_for_setup(tmp_path: Path) -> None:
    with pytest.raises(ToolchainMissing, match="run `make setup`"):
        locate(machine(tmp_path, put(tmp_path / "bin", go="exit 1")))


def test_a_built_pulumi_is_told_which_checkout_calls_it(tmp_path: Path) -> None:
    environment = machine(tmp_path, tmp_path / "bin")
    built = put(go_build.toolchain_directory(tmp_path / "cache"), pulumi="echo v3.259.0")
    found = locate(environment)
    assert built / "pulumi" == found.pulumi
    assert f"{built}{os.pathsep}{tmp_path / 'bin'}" == found.env["PATH"]
    assert str(CHECKOUT / "tools" / "pulumi" / "language_host.py") == found.env["CLEANROOMS_LANGUAGE_HOST"]


def test_a_built_pulumi_on_path_does_not_pass_for_an_installed_one(tmp_path: Path) -> None:
    built = whole_installation(go_build.toolchain_directory(tmp_path / "cache"), "v3.259.0")
    found = locate(machine(tmp_path, built))
    assert "CLEANROOMS_HOST_PYTHON" in found.env


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({"CLEANROOMS_TOOLCHAIN_DIR": "/own"}, "/own", id="own folder"),
        pytest.param({"XDG_CACHE_HOME": "/caches"}, "/caches/cleanrooms-governance", id="cache home"),
        pytest.param({"CLEANROOMS_TOOLCHAIN_DIR": "/own", "XDG_CACHE_HOME": "/caches"}, "/own", id="own folder wins"),
    ],
)
def test_the_cache_lies_where_the_environment_says(environment: dict[str, str], expected: str) -> None:
    assert Path(expected) == go_build.cache_root(environment)


def test_what_the_shell_evaluates_survives_blanks_and_quotes() -> None:
    found = Toolchain(Path("/a b/pulumi"), {"PATH": "/it's here:/bin"})
    assert "export PATH='/it'\"'\"'s here:/bin'\npulumi='/a b/pulumi'\n" == shell_lines(found)


def test_an_isolated_run_keeps_its_state_in_the_folder_it_is_given(tmp_path: Path) -> None:
    settings = isolated_environment(tmp_path)
    assert f"{(tmp_path / 'state').as_uri()}?metadata=skip" == settings["PULUMI_BACKEND_URL"]
    assert (tmp_path / "state").is_dir()
    assert str(tmp_path / "home") == settings["PULUMI_HOME"]
