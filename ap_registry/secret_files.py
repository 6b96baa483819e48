"""Files that hold a key: for this user only, and made once however many want it at once."""

import secrets
from contextlib import suppress
from pathlib import Path


def write(path: Path, text: str) -> Path:
    path.unlink(missing_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(text + "\n", encoding="ascii")
    return path


def write_once(path: Path, text: str) -> None:
    """Two processes at once end with one key: the link of the second is refused. Raise OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = write(path.with_name(f".{path.name}-{secrets.token_hex(8)}"), text)
    with suppress(FileExistsError):
        path.hardlink_to(made)
    made.unlink()
