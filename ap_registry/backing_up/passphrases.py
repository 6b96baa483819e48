"""The passphrase of a backup: named by the environment, or made for it and laid beside it."""

import os
import secrets
import sys
from getpass import getpass
from pathlib import Path

from ap_registry.errors import SetupError
from ap_registry.settings import Settings

NAMES = "AP_BACKUP_PASSPHRASE_FILE"


def beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.key")


def to_seal(settings: Settings, path: Path) -> str:
    """That of the environment; else, outside production, one made for this file alone."""
    if settings.backup_passphrase:
        return settings.backup_passphrase
    if settings.environment == "production":
        raise SetupError(
            "There is no passphrase for the backup", f"Name the file that has it in {NAMES}=…."
        )
    return _read(beside(path)) or _make(beside(path))


def to_open(settings: Settings, path: Path | None) -> str:
    """That of the environment, or of the file beside the backup, or what is typed in."""
    if settings.backup_passphrase:
        return settings.backup_passphrase
    found = _read(beside(path)) if path else None
    if found is None and sys.stdin.isatty():
        found = getpass("Passphrase of the backup: ")
    if not found:
        raise SetupError(
            "There is no passphrase to open the backup with",
            f"Name the file that has it in {NAMES}=…, or lay the .key file beside the backup.",
        )
    return found


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise SetupError(f"{path} cannot be read as a passphrase", "Mend it.") from error


def _make(path: Path) -> str:
    made = secrets.token_urlsafe(32)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(made + "\n")
    except OSError as error:
        raise SetupError(
            f"The passphrase {path} cannot be written ({error.strerror})",
            f"Name a folder that this user may write, or a passphrase in {NAMES}=….",
        ) from error
    return made
