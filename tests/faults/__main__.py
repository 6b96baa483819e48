"""``python -m tests.faults [--rounds 200] [--seed N]``: kills, and what the registry says then."""

import argparse
import os
import tempfile
import time
from pathlib import Path

from ap_registry import embedded
from tests.faults.rig import SOUND, VICTIMS, Rig

AT_ONCE = 10  # rounds of one home: a rebuild at the end of each shows the nearest cause


def main() -> int:
    """1 where one home is not sound; the rounds after it are not run."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    os.environ.pop("AP_EMBEDDED_FSYNC", None)  # of tests: without it a killed server may forget
    began = time.monotonic()
    done = answered = 0
    while done < wanted.rounds:
        rounds = min(AT_ONCE, wanted.rounds - done)
        with tempfile.TemporaryDirectory() as folder:
            rig = Rig(Path(folder), seed=wanted.seed + done)
            try:
                rig.run(rounds=rounds)
                rig.end()
                verdict = rig.verdict()
            finally:
                rig.end()
                embedded.stop(Path(folder))
        if verdict != SOUND:
            print(f"seed {wanted.seed + done}: {verdict}")
            return 1
        done += rounds
        answered += len(rig.sent.events)
        print(
            f"{done} rounds, {done * len(VICTIMS)} kills, {answered} notices,"
            f" {time.monotonic() - began:.0f} s; answers {dict(rig.sent.answers)}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
