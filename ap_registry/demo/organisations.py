"""Invented organisations of an LA: their ids, whatever the seed, and their rows, by the seed."""

from collections.abc import Iterator
from random import Random

Row = dict[str, str]
SECONDARIES, PRIMARIES = 18, 4
_FIRST = (
    "Harebell", "Wynd", "Elder", "Thistle", "Marl", "Quarry", "Fenn", "Larks", "Amber", "Bracken",
    "Copper", "Dunlin", "Foss", "Gorse", "Heron", "Ivel", "Juniper", "Kestrel", "Linnet", "Mallow",
)  # fmt: skip
_SECOND = ("mere", "wick", "combe", "gate", "hollow", "stone", "brook", "field", "moor", "holt")
_COLUMNS = (
    "id", "kind", "name", "la", "las", "trust", "ukprn", "type_code", "setting_type",
    "subcontractor_of", "opened_on", "closed_on", "email",
)  # fmt: skip
_SECONDARY_TYPES = ("34", "28", "01", "05", "34", "02")  # domain 4.3
_UNREGISTERED = (
    ("Workshops", "OTH"), ("Riding Centre", "OTH"), ("Tutors", "OOT"), ("Skills Hub", ""),
    ("Garage Project", "WBP"), ("Trade College", "NFE"),
)  # fmt: skip


def urn(la: str, number: int) -> str:
    """From 916000 on no establishment has a URN: these are plainly invented."""
    return str(900_000 + int(la) * 80 + number)


def authority(la: str) -> str:
    return f"LA{la}"


def secondaries(la: str) -> tuple[str, ...]:
    return tuple(urn(la, n) for n in range(SECONDARIES))


def primaries(la: str) -> tuple[str, ...]:
    return tuple(urn(la, 60 + n) for n in range(PRIMARIES))


def specials(la: str) -> tuple[str, str]:
    return urn(la, 65), urn(la, 66)


def pru(la: str) -> str:
    return urn(la, 70)


def academies(la: str) -> tuple[str, str]:
    """An AP free school and an AP academy."""
    return urn(la, 71), urn(la, 72)


def college(la: str) -> str:
    return urn(la, 75)


def unregistered(la: str, number: int) -> str:
    """Workshops, riding, tutors, skills hub, garage, trade college: 1 to 6."""
    return f"AP-{la}{number}"


def outreach_service(la: str) -> str:
    return f"SVC-{la}1"


def advice_service(la: str) -> str:
    return f"SVC-{la}2"


def care_board(la: str) -> str:
    return f"ICB-Z{la}"


def rows(seed: int, la: str) -> list[Row]:
    """Every organisation of the LA in the small form (contract section 5)."""
    rng = Random(f"{seed}/{la}/names")
    names = [first + second for first in _FIRST for second in _SECOND]
    rng.shuffle(names)
    town, trust = names.pop(), f"T-{la}01"
    found = [
        _row(authority(la), "la", f"{town} Council (made up, code {la})", la),
        _row(care_board(la), "health", f"{town} Invented Care Board", la, las=la),
        _row(trust, "trust", f"{town} Learning Trust", la),
        _row(advice_service(la), "service", f"{town} Parents' Advice Service", la),
        _row(outreach_service(la), "service", f"{names.pop()} Inclusion Outreach Service", la),
    ]
    for id_, kind, title, type_code in _establishments(la):
        member = trust if type_code in ("28", "42") else ""
        name = f"{names.pop()} {title}"
        found.append(_row(id_, kind, name, la, type_code=type_code, trust=member))
    for number, (title, setting) in enumerate(_UNREGISTERED, 1):
        found.append(
            _row(
                unregistered(la, number), "provider", f"{names.pop()} {title}", la,
                setting_type=setting, ukprn="" if setting else f"19{la}001",
            )
        )  # fmt: skip
    return found


def _establishments(la: str) -> Iterator[tuple[str, str, str, str]]:
    """Id, kind, what follows the place in its name, GIAS type."""
    for n, id_ in enumerate(secondaries(la)):
        code = _SECONDARY_TYPES[n % len(_SECONDARY_TYPES)]
        yield id_, "school", "Academy" if code in ("28", "34") else "School", code
    for id_ in primaries(la):
        yield id_, "school", "Primary School", "01"
    special, special_academy = specials(la)
    yield special, "school", "Special School", "07"
    yield special_academy, "school", "Special Academy", "44"
    yield pru(la), "provider", "Pupil Referral Unit", "14"
    free_school, academy = academies(la)
    yield free_school, "provider", "AP Free School", "38"
    yield academy, "provider", "AP Academy", "42"
    yield college(la), "school", "College", "18"


def _row(id_: str, kind: str, name: str, la: str, **more: str) -> Row:
    given = {
        "id": id_,
        "kind": kind,
        "name": name,
        "la": la,
        "email": f"office@{id_.lower()}.example",
        **more,
    }
    return {column: given.get(column, "") for column in _COLUMNS}
