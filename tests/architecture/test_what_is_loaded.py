"""What a process loads before it does anything: every `pulumi` command starts two of ours."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("boto3", "cleanrooms_governance.aws", "cleanrooms_governance.planning.plan_collaboration", "deepdiff", "ruamel.yaml")


def test_a_program_declares_without_loading_what_plans_or_calls() -> None:
    code = f"import sys, cleanrooms_components; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ("[]", "") == (ran.stdout.strip(), ran.stderr)
