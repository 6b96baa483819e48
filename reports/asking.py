"""What a report is asked, from the words of a command, a query or a form; and by whom."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.calendar import LONDON, academic_year
from ap_registry.errors import Problem, Refused
from reports.kind import Asked, Kind, Option

# The role whose own organisation goes into an option, and into which.
_OWN = {"provider": "provider", "school": "school", "health": "icb"}
ANSWERED = frozenset({*_OWN.values(), "la"})  # by who asks, where that is one of these
# Cuts that would let a health partner set two suppressed reports against each other.
CUTS: Mapping[str, frozenset[str]] = {"health": frozenset({"la", "trust", "known_by"})}
FIRST_YEAR, LAST_YEAR = 1900, 2199  # what pandas can hold ends in 2262
_YES = frozenset({"true", "yes", "1", "on"})
_NO = frozenset({"false", "no", "0", "off"})


def asked_of(kind: Kind, given: Mapping[str, str | None], caller: Caller = COMMAND_LINE) -> Asked:
    """Every option read, or Refused with all that is wrong; a blank is not given.

    What is required and not given is the caller's own, where it has one.
    """
    problems: list[Problem] = []
    given = {**given, **{name: own for name, own in _own(kind, caller) if not given.get(name)}}
    asked: dict[str, Any] = {}
    for option in kind.options:
        try:
            asked[option.name] = _read(option, (given.get(option.name) or "").strip())
        except ValueError as error:
            problems.append(_problem(option.name, "bad_format", str(error)))
    problems += _missing(kind, given)
    if not problems:
        problems += _backwards(kind, asked)
    if problems:
        raise Refused(tuple(problems))
    return asked


def _own(kind: Kind, caller: Caller) -> Iterator[tuple[str, str]]:
    """The required options that say who asks."""
    name = _OWN.get(caller.role, "la")
    own = caller.organisation if name != "la" else next(iter(_las(caller)), None)
    if own is not None and not caller.sees_all:
        yield from ((o.name, own) for o in kind.options if o.required and o.name == name)


def _las(caller: Caller) -> list[str]:
    """Its own before those closed whose place it took."""
    return [name.removeprefix("LA") for name in caller.organisations if name.startswith("LA")]


def _missing(kind: Kind, given: Mapping[str, str | None]) -> Iterator[Problem]:
    for option in kind.options:
        if option.required and not (given.get(option.name) or "").strip():
            yield _problem(option.name, "required", f"{option.name} is required")


def _backwards(kind: Kind, asked: Asked) -> Iterator[Problem]:
    for option in kind.options:
        first, last = asked.get(option.after or ""), asked[option.name]
        if first is not None and last is not None and last < first:
            words = f"{option.name} must not be before {option.after}"
            yield _problem(option.name, "end_before_start", words)


def _problem(name: str, code: str, words: str) -> Problem:
    return Problem(f"/{name}", code, words)


def _read(option: Option, text: str) -> Any:
    if option.kind == "flag":
        return _flag(option.name, text)
    if not text:
        return None
    if "\x00" in text:
        raise ValueError(f"{option.name} must be plain text")
    if option.kind == "day":
        return day(text, option.name)
    if option.kind == "instant":
        return instant(text, option.name)
    if option.kind == "la":
        return _la(option.name, text)
    if option.kind == "whole":
        return _whole(option, text)
    if option.kind == "choice" and text not in option.choices:
        raise ValueError(f"{option.name} must be one of " + ", ".join(option.choices))
    return text


def _flag(name: str, text: str) -> bool:
    if text.lower() not in _YES | _NO | {""}:
        raise ValueError(f"{name} must be true or false")
    return text.lower() in _YES


def _la(name: str, text: str) -> str:
    """Its three digits."""
    code = text.upper().removeprefix("LA")
    if not (code.isascii() and code.isdigit() and len(code) == 3):
        raise ValueError(f"{name} must be the three digits of an LA, such as 856")
    return code


def _whole(option: Option, text: str) -> int:
    found = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
    if not option.least <= found <= option.most:
        words = f"must be a whole number from {option.least} to {option.most}"
        raise ValueError(f"{option.name} {words}")
    return found


def day(text: str, name: str) -> date:
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise ValueError(f"{name} must be a date such as 2025-03-31")
    return found


def instant(text: str, name: str) -> datetime:
    """An ISO instant; a bare date is the end of that day in London."""
    try:
        if len(text) == 10:
            after = day(text, name) + timedelta(days=1)
            midnight = datetime(after.year, after.month, after.day, tzinfo=LONDON)
            return midnight - timedelta(microseconds=1)
        found = datetime.fromisoformat(text.replace(" ", "+"))
        aware = found if found.tzinfo else found.replace(tzinfo=LONDON)
        if FIRST_YEAR <= aware.year <= LAST_YEAR:
            return aware
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{name} must be an instant such as 2025-03-31T12:00:00Z")


def refuse_reader(kind: Kind, caller: Caller) -> None:
    """Raise Refused (403) where the report is not for this role, whatever is asked."""
    if caller.role not in kind.readers:
        raise _forbidden(f"The role {caller.role} may not read this report.")


def narrowed(kind: Kind, caller: Caller, asked: Asked) -> Asked:
    """What is asked kept to what the caller may have, or Refused as forbidden (403).

    A provider, school or ICB has its own in the option named so; an LA, panel or other officer its
    own LA in ``la``. A report must honour all that are set: a provider within an LA is both. What
    is made for its caller shows only whom that one sees, and need not have that option.
    """
    refuse_reader(kind, caller)
    if caller.sees_all:
        return asked
    if problems := list(_cuts(caller, asked)):
        raise Refused(tuple(problems))
    own = _OWN.get(caller.role)
    if kind.to_caller and (own or "la") not in asked:
        return asked
    if own is not None:
        if caller.organisation is None or asked.get(own) not in {None, caller.organisation}:
            raise _forbidden("You may read this report of your own organisation.")
        return _with(asked, own, caller.organisation)
    if caller.role == "auditor" and _named(caller, asked):
        return asked
    las = _las(caller)
    if not las or asked.get("la") not in {None, *las}:
        raise _forbidden("You may read this report of your own LA.")
    return _with(asked, "la", asked.get("la") or las[0])


def _cuts(caller: Caller, asked: Asked) -> Iterator[Problem]:
    """What would take apart a report of which small numbers are kept back from the caller."""
    cuts = CUTS.get(caller.role, frozenset())
    for name in sorted(cuts & asked.keys()):
        if asked[name] is not None:
            words = f"{name} is not open to a health partner: leave it out for the whole ICB"
            yield _problem(name, "forbidden", words)
    ends = asked.get("from"), asked.get("to")
    if cuts and any(ends) and not _is_a_year(*ends):
        words = "from and to must be one academic year, 1 September to 31 August, for the same"
        yield _problem("from", "bad_format", f"{words} small numbers to stay hidden")


def _is_a_year(first: date | None, last: date | None) -> bool:
    """Where one end is given, the other is its academic year's."""
    known = last or first
    assert known is not None
    year = academic_year(known)
    begins, ends = date(year, 9, 1), date(year + 1, 8, 31)
    return (first or begins, last or ends) == (begins, ends)


def _named(caller: Caller, asked: Asked) -> bool:
    """Asked about a provider or school that an auditor's engagement names."""
    return any(asked.get(name) in caller.organisations for name in ("provider", "school"))


def _with(asked: Asked, name: str, value: str) -> Asked:
    if name not in asked:
        raise _forbidden("This report cannot be kept to your own organisation.")
    return {**asked, name: value}


def _forbidden(words: str) -> Refused:
    return Refused((Problem("", "forbidden", words),))
