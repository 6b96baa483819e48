"""Where the code is."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ap_registry", "api", "jobs", "reports")


def modules(*packages: str) -> list[Path]:
    """Every module of these packages, or of all of them."""
    return sorted(
        path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py")
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
