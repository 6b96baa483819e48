"""What a program did to a name is undone, and what cannot be a name is told."""

import pytest

from ap_registry.written_names import name_in_file, why_no_name


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ZoÃ«", "Zoë"), ("Å\x81ukasz", "Łukasz"), ("Oâ€™Brien", "O’Brien"),
        ("O&#39;Brien", "O'Brien"), ("Smith &amp; Jones", "Smith & Jones"), ("Ann 🌈", "Ann 🌈"),
        ("Zoe\u0308", "Zoë"), ("A\u200bnn\u00a0 Marie\n", "Ann Marie"), ("Zoë", "Zoë"),
        ("\u202eAnn\u202c", "Ann"), ("Smith & Jones", "Smith & Jones"), ("李", "李"),
        ("Nil", "Nil"),
    ],
)  # fmt: skip
def test_a_name_is_what_was_meant(written: str, meant: str) -> None:
    assert name_in_file(written) == meant
    assert why_no_name(meant) is None


@pytest.mark.parametrize(
    "written",
    ["#N/A", "n/a", "-", '"', "TBC", "nil", "null", "2026-05-01", "1-Apr", "Zo?", "Mu¤oz", "W±sik"],
)
def test_what_is_no_name_says_what_to_do(written: str) -> None:
    assert "name" in (why_no_name(written) or "")
