"""Two setups at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tools.pulumi import go_build
from tools.pulumi.locks import exclusive
from tools.pulumi.toolchain import CHECKOUT

COUNT_UP = """
import sys, time
from pathlib import Path
from tools.pulumi.locks import exclusive
counter = Path(sys.argv[1])
for _ in range(20):
    with exclusive(counter.with_suffix(".lock"), on_wait=lambda: None):
        seen = int(counter.read_text())
        time.sleep(0)
        counter.write_text(str(seen + 1))
"""


def test_processes_that_count_under_the_lock_lose_no_count(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    counting = [subprocess.Popen([sys.executable, "-c", COUNT_UP, str(counter)], cwd=CHECKOUT) for _ in range(3)]
    assert [0, 0, 0] == [process.wait() for process in counting]
    assert "60" == counter.read_text()


def test_a_free_lock_is_taken_without_a_word(tmp_path: Path) -> None:
    waits: list[str] = []
    with exclusive(tmp_path / "new" / "lock", on_wait=lambda: waits.append("waited")):
        pass
    with exclusive(tmp_path / "new" / "lock", on_wait=lambda: waits.append("waited")):
        pass
    assert [] == waits


def fake_go(folder: Path, sdk: Path, builds: Path) -> Path:
    """A compiler that notes each build and writes a small `pulumi`; it also knows where the SDK lies."""
    for script in go_build.SDK_SCRIPTS:
        (sdk / script).parent.mkdir(parents=True, exist_ok=True)
        (sdk / script).write_text("#!/bin/sh\n")
    go = folder / "go"
    go.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = list ]; then echo "{sdk}"; exit; fi\n'
        f'echo build >> "{builds}"\n'
        'while [ "$1" != -o ]; do shift; done\n'
        'echo made > "$2"\n'
    )
    go.chmod(0o755)
    return go


BUILD = """
import sys
from pathlib import Path
from tools.pulumi import go_build
go_build.build(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_two_setups_at_once_build_pulumi_once(tmp_path: Path) -> None:
    go = fake_go(tmp_path, tmp_path / "sdk", tmp_path / "builds")
    command = [sys.executable, "-c", BUILD, str(go), str(tmp_path / "cache")]
    building = [subprocess.Popen(command, cwd=CHECKOUT, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert [0, 0] == [process.wait() for process in building]
    assert "build\n" == (tmp_path / "builds").read_text()


def test_a_finished_build_has_everything_that_runs_python_programs(tmp_path: Path) -> None:
    directory = go_build.build(fake_go(tmp_path, tmp_path / "sdk", tmp_path / "builds"), tmp_path / "cache")
    assert directory == go_build.built_directory(tmp_path / "cache")
    assert {
        "pulumi",
        "pulumi-language-python",
        "pulumi-language-python-exec",
        "pulumi-resource-pulumi-python",
    } == {path.name for path in directory.iterdir()}


def test_a_failed_build_leaves_nothing_that_passes_for_a_toolchain(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text("#!/bin/sh\necho no route to the module proxy >&2\nexit 1\n")
    go.chmod(0o755)
    with pytest.raises(go_build.BuildFailed, match="no route to the module proxy"):
        go_build.build(go, tmp_path / "cache")
    assert go_build.built_directory(tmp_path / "cache") is None
    assert [] == [path for path in (tmp_path / "cache").iterdir() if path.is_dir()]


def test_what_an_interrupted_build_left_is_swept_away(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    abandoned = cache / f".{go_build.toolchain_directory(cache).name}.gone"
    abandoned.mkdir(parents=True)
    go_build.build(fake_go(tmp_path, tmp_path / "sdk", tmp_path / "builds"), cache)
    assert not abandoned.exists()
