"""A command starts quickly: what is slow to import waits until a command needs it."""

import subprocess
import sys

SLOW = ("sqlalchemy", "pandas", "numpy", "matplotlib", "authlib", "fastapi")


def test_a_command_starts_without_what_few_commands_need() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, ap_registry.cli; print(*sys.modules)"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert [name for name in SLOW if name in told.stdout.split()] == []
