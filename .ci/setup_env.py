"""Make .venv from the hash-locked files; standard library only. A second run does nothing."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from shutil import which

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
BOOT = ROOT / ".ci" / "boot.lock"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit("AP Registry needs Python 3.11 or later: apt-get install -y python3")
    locks = [ROOT / "requirements.lock"]
    if "--dev" in sys.argv:
        locks.append(ROOT / "requirements-dev.lock")  # which has all of the other
    stamp = VENV / ".installed"
    place = digest(BOOT.read_bytes(), str(ROOT).encode(), sys.version.encode())
    wanted = [place, *(digest(lock.read_bytes()) for lock in locks)]
    done = stamp.read_text().split() if stamp.exists() and PYTHON.exists() else []
    if not set(wanted) <= set(done):
        install(locks[-1], fresh=place not in done)
        stamp.write_text("\n".join(wanted))
    if "--browser" in sys.argv:
        browser()
    if "--servers" in sys.argv:
        system_servers()


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\n".join(parts)).hexdigest()


def install(lock: Path, *, fresh: bool) -> None:
    try:
        import ensurepip  # noqa: F401
    except ImportError:
        sys.exit("Python cannot make virtual environments: apt-get install -y python3-venv")
    print(f"Setting up .venv from {lock.name} …", file=sys.stderr, flush=True)
    if fresh:
        run(sys.executable, "-m", "venv", "--clear", str(VENV))
    run(str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check",
        "--require-hashes", "-r", str(BOOT))  # fmt: skip
    uv = [str(VENV / "bin" / "uv"), "pip", "install", "-q", "--python", str(PYTHON)]
    run(*uv, "--compile-bytecode", "--require-hashes", "-r", str(lock))
    run(*uv, "--no-deps", "--no-build-isolation", "-e", str(ROOT))


def browser() -> None:
    """The page tests need a browser: any Chromium, else Debian's."""
    if any(which(name) for name in BROWSERS):
        return
    if which("apt-get") is None:
        sys.exit("The page tests need Chromium: install it and run this again")
    print("Installing Chromium for the page tests …", file=sys.stderr, flush=True)
    try:
        apt_get("chromium")
    except SystemExit:
        sys.exit("The page tests need Chromium: as root, apt-get install -y chromium")


def system_servers() -> None:
    """For the tests of AP_DATABASE_URL and AP_REDIS_URL; without root they are skipped."""
    found = list(Path("/usr/lib/postgresql").glob("*/bin/postgres")) and which("redis-server")
    if found or which("apt-get") is None or os.geteuid() != 0:
        return
    print("Installing PostgreSQL and Redis for the tests of real servers …", file=sys.stderr)
    apt_get("postgresql", "redis-server")


def apt_get(*packages: str) -> None:
    """No service is started for them: a test starts its own."""
    run("apt-get", "update", "-qq")
    run("env", "DEBIAN_FRONTEND=noninteractive", "RUNLEVEL=1", "apt-get", "install", "-y", "-qq",
        "--no-install-recommends", *packages)  # fmt: skip


def run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, stdout=sys.stderr)
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {' '.join(command)}")


if __name__ == "__main__":
    main()
