"""National identifiers, by the vectors of domain 4."""

from datetime import date

import pytest

from ap_registry.codes import is_valid_mark, upn_la_known
from ap_registry.identifiers import (
    BadIdentifier,
    laestab,
    parse_organisation_id,
    parse_uln,
    parse_upn,
)  # fmt: skip

RIGHT = (
    "B801200005001", "P207000016049", "J202123421001", "H301456722014", "M873999925123",
    "M80120000500A", "J20212342100B", "M30145672201Z", "Q93340012404K", "B21042452403X",
)  # fmt: skip


@pytest.mark.parametrize("upn", RIGHT)
def test_takes_every_vector(upn: str) -> None:
    assert parse_upn(f" {upn.lower()} ") == upn


@pytest.mark.parametrize(
    ("upn", "code"),
    [
        ("A801200005001", "bad_check_letter"),
        ("Q207000016049", "bad_check_letter"),  # the help pages' slip
        ("I801200005001", "bad_format"),
        ("O801200005001", "bad_format"),
        ("S801200005001", "bad_format"),
        ("X80120000A001", "bad_format"),
        ("B80120000500", "bad_format"),
        ("B8012000050011", "bad_format"),
        ("B80120000500I", "bad_format"),
        ("", "bad_format"),
    ],
)
def test_refuses_what_is_no_upn(upn: str, code: str) -> None:
    with pytest.raises(BadIdentifier) as caught:
        parse_upn(upn)
    assert caught.value.code == code
    assert not upn or upn not in str(caught.value)


@pytest.mark.parametrize("upn", RIGHT)
def test_every_other_letter_is_wrong(upn: str) -> None:
    letters = set("ABCDEFGHJKLMNPQRTUVWXYZ") - {upn[0]}
    for letter in letters:
        with pytest.raises(BadIdentifier):
            parse_upn(letter + upn[1:])


@pytest.mark.parametrize(
    "la", ["856", "820", "835", "909", "928", "001", "005", "660", "681", "708"]
)
def test_closed_and_pseudo_las_ever_gave_upns(la: str) -> None:
    assert upn_la_known(la)


@pytest.mark.parametrize("la", ["000", "006", "659", "682", "700", "709", "999"])
def test_other_numbers_never_did(la: str) -> None:
    assert not upn_la_known(la)


@pytest.mark.parametrize(
    "uln", ["1000000043", "1234567899", "2023456788", "1000000000", "9999999999"]
)
def test_takes_ulns(uln: str) -> None:
    assert parse_uln(uln) == uln


@pytest.mark.parametrize(
    "uln", ["1000000042", "9100000000", "9100000001", "0000000042", "123456789"]
)
def test_refuses_what_is_no_uln(uln: str) -> None:
    with pytest.raises(BadIdentifier):
        parse_uln(uln)


@pytest.mark.parametrize("name", ["100007", "LA856", "la856", "ICB-QK1", "AP-0001", "SVC-0001",
                                  "T-16053", "ENG"])  # fmt: skip
def test_takes_organisations(name: str) -> None:
    assert parse_organisation_id(name) == name.upper()


@pytest.mark.parametrize("name", ["10007", "1000070", "LA85", "AP0001", "X-1", ""])
def test_refuses_what_names_no_organisation(name: str) -> None:
    with pytest.raises(BadIdentifier):
        parse_organisation_id(name)


@pytest.mark.parametrize("name", ["8561100", "856/1100", "856-1100", "856 1100"])
def test_a_laestab_may_have_a_stroke(name: str) -> None:
    assert (laestab(name), laestab("100007")) == ("8561100", None)


@pytest.mark.parametrize("code", ["H", "J", "Y"])
def test_retired_marks_end_on_18_august_2024(code: str) -> None:
    """SI 2024/208."""
    on = [date(2024, 8, 18), date(2024, 8, 19)]
    assert [is_valid_mark(code, day) for day in on] == [True, False]


@pytest.mark.parametrize("code", ["C1", "C2", "J1", *(f"Y{n}" for n in range(1, 8))])
def test_new_marks_begin_on_19_august_2024(code: str) -> None:
    on = [date(2024, 8, 18), date(2024, 8, 19)]
    assert [is_valid_mark(code, day) for day in on] == [False, True]


@pytest.mark.parametrize("code", ["A", "F", "Y8", "C3", "N1", ""])
def test_other_marks_are_none(code: str) -> None:
    assert not is_valid_mark(code, date(2025, 3, 3))
