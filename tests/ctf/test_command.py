"""``import ctf`` and ``export ctf`` as an office calls them."""

import json
from pathlib import Path

from ap_registry.ctf.reading import read_ctf
from ap_registry.ctf.writing import write_ctf
from ap_registry.registry import Registry
from tests.ctf.test_taking import ANN, FILE, NUMBERS
from tests.ingest.test_command import Command, command
from tests.world import take_organisations

__all__ = ["command"]


def test_a_file_goes_in_and_comes_out_under_its_name(
    command: Command, registry: Registry, tmp_path: Path
) -> None:
    take_organisations(registry, NUMBERS)
    (tmp_path / "in.xml").write_bytes(write_ctf(FILE))
    told = json.loads(command("import", "ctf", "in.xml", "--json", "--result", "r.csv").stdout)
    assert (told["created"], told["marks"]) == (1, 4)
    assert (tmp_path / "r.csv").read_text().splitlines()[1] == "1,created,,,,"
    assert ANN.upn is not None
    for number in (1, 2):
        ran = command("export", "ctf", ANN.upn, "--to", "100002", "--json")
        assert json.loads(ran.stdout) == {
            "file": f"8564001_CTF_8564002_00{number}.xml", "left_out": {"home_la": 1},
        }  # fmt: skip
    with (tmp_path / "8564001_CTF_8564002_002.xml").open("rb") as file:
        assert [pupil.upn for pupil in read_ctf(file).pupils] == [ANN.upn]
    plain = command("export", "ctf", ANN.upn, "-o", "named.xml")
    assert (plain.stdout, plain.stderr) == (
        "named.xml\n", "not in the file, which has no place for it: 1 × home_la\n",
    )  # fmt: skip


def test_what_is_no_ctf_ends_with_2_and_a_pupil_that_nobody_knows_with_3(
    command: Command,
) -> None:
    assert command("import", "ctf", "-", stdin="upn\n1\n").returncode == 2
    assert command("export", "ctf", ANN.upn or "").returncode == 3
