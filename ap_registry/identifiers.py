"""National identifiers: UPN, ULN, URN, UKPRN, LAESTAB, and the registry's organisation ids."""

import re
from typing import NewType

Upn = NewType("Upn", str)

_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # no I, O, S; the position is the value
_PERMANENT = re.compile(r"[A-HJ-NP-RT-Z][0-9]{12}")
_TEMPORARY = re.compile(r"[A-HJ-NP-RT-Z][0-9]{11}[A-HJ-NP-RT-Z]")
_ORGANISATION = re.compile(
    r"[0-9]{6}|LA[0-9]{3}|ENG|ICB-[0-9A-Z]{2,6}|(AP|SVC)-[0-9A-Z]{1,12}|T-[0-9]{1,8}"
)


class BadIdentifier(ValueError):
    """An identifier that breaks its rule; ``code`` as in the contract. Never echoes a UPN."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_letter(body: str) -> str:
    """The letter for characters 2–13: weights are positions; a last letter counts its index."""
    values = [_LETTERS.index(c) if c.isalpha() else int(c) for c in body]
    return _LETTERS[sum(v * (i + 2) for i, v in enumerate(values)) % 23]


def parse_upn(text: str) -> Upn:
    """Trimmed and in capitals; raise BadIdentifier: bad_format or bad_check_letter."""
    upn = text.strip().upper()
    if not (_PERMANENT.fullmatch(upn) or _TEMPORARY.fullmatch(upn)):
        raise BadIdentifier(
            "bad_format",
            "upn must be a letter (not I, O or S), 11 digits, and a digit or letter",
        )
    if upn[0] != check_letter(upn[1:]):
        raise BadIdentifier(
            "bad_check_letter",
            "upn: the first letter does not fit the digits; compare it with the school's record",
        )
    return Upn(upn)


def upn_la(upn: Upn) -> str:
    """The three digits of the LA that allocated it."""
    return upn[1:4]


def is_temporary(upn: Upn) -> bool:
    return upn[-1].isalpha()


def parse_uln(text: str) -> str:
    """Ten digits, the last 10 − (weighted sum mod 11); a remainder of 0 is never issued."""
    uln = text.strip()
    if not re.fullmatch(r"[1-9][0-9]{9}", uln):
        raise BadIdentifier("bad_format", "a ULN has ten digits and does not begin with 0")
    remainder = sum(int(d) * w for d, w in zip(uln[:9], range(10, 1, -1), strict=True)) % 11
    if uln != "9999999999" and (remainder == 0 or int(uln[9]) != 10 - remainder):
        raise BadIdentifier("bad_check_letter", "the last digit of the ULN does not fit")
    return uln


def parse_urn(text: str) -> str:
    urn = text.strip()
    if not re.fullmatch(r"[0-9]{6}", urn):
        raise BadIdentifier("bad_format", "a URN has six digits")
    return urn


def parse_ukprn(text: str) -> str:
    ukprn = text.strip()
    if not re.fullmatch(r"1[0-9]{7}", ukprn):
        raise BadIdentifier("bad_format", "a UKPRN has eight digits and begins with 1")
    return ukprn


def laestab(text: str) -> str | None:
    """The seven digits of a DfE number: of an LA and an establishment, whatever is between them."""
    parts = re.fullmatch(r"([0-9]{3})[/ \u00a0-]?([0-9]{4})", text.strip())
    return parts[1] + parts[2] if parts else None


def la_id(text: str) -> str:
    """``LA856`` of itself or of its three digits."""
    name = text.strip().upper()
    return f"LA{name}" if len(name) == 3 and name.isascii() and name.isdigit() else name


def parse_organisation_id(text: str) -> str:
    """A URN, ``LA856``, ``ICB-QK1``, ``AP-0001``, ``SVC-0001``, ``T-16053`` or ``ENG``."""
    name = text.strip().upper()
    if not _ORGANISATION.fullmatch(name):
        raise BadIdentifier(
            "bad_format",
            "an organisation is a URN (6 digits), LA and three digits, or AP-, SVC-, ICB-, T-…",
        )
    return name
