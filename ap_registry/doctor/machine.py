"""The machine that the registry runs on."""

import shutil
import sys

from ap_registry.doctor.wrong import Wrong
from ap_registry.settings import Settings

LEAST_FREE_BYTES = 500_000_000
LEAST_PYTHON = (3, 11)


def python() -> str:
    if sys.version_info < LEAST_PYTHON:
        raise Wrong(sys.version.split()[0], "Install Python 3.11 or later, then `make setup`.")
    return sys.version.split()[0]


def disk(settings: Settings) -> str:
    place = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise Wrong(
            f"{free // 1_000_000} MB free at {place}",
            "Free some space, or set AP_REGISTRY_HOME to another disk: 500 MB are needed.",
        )
    return f"{free // 1_000_000_000} GB free"
