"""Servers of a test's own, in a folder whose name has a blank in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ap_registry import embedded


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Not made yet; whatever runs there is ended."""
    folder = tmp_path / "the state of it" / ".ap-registry"
    yield folder
    if folder.is_dir():
        embedded.stop(folder)
