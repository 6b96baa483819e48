"""A template with its example filled in is a file that can be sent."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ap_registry.ingest.notices import import_notices
from ap_registry.notices import CATALOGUE
from ap_registry.registry import Registry
from ap_registry.templates import FORMATS, SMALL, columns, examples, template
from tests.ingest.test_command import Command, command

__all__ = ["command"]
NEEDS_AN_ID = "follow_up_done"  # of a follow-up that the registry opened, which no example can know


def take(registry: Registry, content: bytes) -> tuple[int, list[str]]:
    told = import_notices(registry, io.BytesIO(content))
    return told.created, [error.detail for error in told.errors]


def test_the_example_of_every_type_imports_in_either_format(registry: Registry) -> None:
    """One life in order: the first notice of each type as its template has it, the rest beside."""
    given: set[str] = set()
    for notice in examples():
        type_ = str(notice["type"])
        if type_ in given:
            registry.record(notice)
        elif type_ != NEEDS_AN_ID:
            assert take(registry, template(type_, FORMATS[len(given) % 2])) == (1, []), type_
        given.add(type_)
    assert given == set(CATALOGUE)


def test_a_template_has_every_field_of_its_type() -> None:
    for type_, kind in CATALOGUE.items():
        assert {one.name for one in columns(type_)} >= {"upn", "occurred_on", "ref", *kind.fields}


def test_a_workbook_offers_each_code_of_its_columns() -> None:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(template("joined_roll", "xlsx")))
    offered = {
        str(one.sqref).split(":")[0]: one.formula1
        for one in book["Notices"].data_validations.dataValidation
    }
    assert offered == {"F2": "Codes!$A$2:$A$7"}
    assert [cell.value for cell in book["Codes"]["A"]] == [
        "registration", "C", "M", "S", "G", "F", "O",
    ]  # fmt: skip


def test_an_empty_template_holds_the_header_alone(registry: Registry) -> None:
    for format_ in FORMATS:
        made = template("suspension", format_, empty=True)
        assert take(registry, made) == (0, [])


@pytest.mark.parametrize("name", SMALL)
def test_the_example_of_every_small_file_imports_in_either_format(
    command: Command, tmp_path: Path, name: str
) -> None:
    refused = []
    for format_ in FORMATS:
        file = tmp_path / f"{name}.{format_}"
        file.write_bytes(template(name, format_))
        ran = command("import", name, str(file), "--json")
        refused += [error["code"] for error in json.loads(ran.stdout)["errors"]]
    assert refused == []


def test_the_command_writes_a_file_and_names_what_it_knows(
    command: Command, tmp_path: Path
) -> None:
    ran = command("template", "suspension", "--format", "xlsx", "-o", "s.xlsx")
    assert (ran.returncode, ran.stdout) == (0, "")
    command("template", "suspension", "-o", str(tmp_path / "by-name.XLSX"))
    assert (tmp_path / "by-name.XLSX").read_bytes().startswith(b"PK")
    wrong = command("template", "suspenson")
    assert wrong.returncode == 2
    listed: Mapping[str, Any] = {"terms": "organisation"}
    assert all(word in command("template", name, "--json").stdout for name, word in listed.items())
