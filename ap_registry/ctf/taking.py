"""What a Common Transfer File says, as ordinary notices: what is on record already is left out."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, BinaryIO, TextIO
from uuid import UUID

from ap_registry import codes
from ap_registry.access import BY_ANOTHER, COMMAND_LINE, Caller, sight
from ap_registry.ctf import marks
from ap_registry.ctf.document import CtfPupil, Header
from ap_registry.ctf.reading import open_ctf
from ap_registry.ctf.saying import Notices, OnRecord, Saying
from ap_registry.errors import Problem, Refused
from ap_registry.identifiers import BadIdentifier, parse_organisation_id, parse_upn
from ap_registry.ingest.attendance import import_attendance
from ap_registry.ingest.results import BadRow, ImportResult, ResultFile, RowError
from ap_registry.notice import World
from ap_registry.reading import read_pupil
from ap_registry.registry import Registry
from ap_registry.store import queries, who
from ap_registry.store.marks_held import weeks_of
from ap_registry.written_names import name_in_file, why_no_name


@dataclass(slots=True)
class Import:
    """One file on its way in; ``weeks``: rows of registers, to be taken after the pupils."""

    registry: Registry
    caller: Caller
    saying: Saying
    dry_run: bool
    counted: dict[bytes, int] = field(default_factory=dict)
    notices: Counter[str] = field(default_factory=Counter)
    weeks: list[dict[str, Any]] = field(default_factory=list)

    def take(self, pupil: CtfPupil) -> str:
        """Record one pupil's notices, all or none: created or unchanged. Raise Refused."""
        pupil, upn = _named(pupil), _upn(pupil.upn)
        known = self._known_pupil(upn)
        shown = self._shown(known)
        if upn is None:
            new = self._record(self.saying.without_upn(pupil))
        elif known is not None and shown is None:
            new = self._record(self._joined(pupil, upn))
            shown = self._shown(known)
            new += self._record(self._made(pupil, upn, shown)) if shown else 0
        else:
            new = self._record(self._made(pupil, upn, shown))
        self.saying.not_taken.update(pupil.not_read)
        weeks = [] if upn is None else list(self._registers(pupil, upn))
        if known is not None or not self.dry_run:
            self.weeks += weeks
        return "created" if new or weeks else "unchanged"

    def _record(self, made: Notices) -> int:
        """How many of them are new."""
        outcomes = self.registry.record_many(
            made, self.caller, dry_run=self.dry_run, counted=self.counted
        )
        new = [n["type"] for n, o in zip(made, outcomes, strict=True) if o.status == "created"]
        self.notices.update(new)
        return len(new)

    def _known_pupil(self, upn: str | None) -> UUID | None:
        if upn is None:
            return None
        with self.registry.database.connection() as connection:
            return who.pupil_named(connection, upn)

    def _shown(self, known: UUID | None) -> OnRecord | None:
        """The record, where the caller may see it."""
        if known is None:
            return None
        with self.registry.database.connection() as connection:
            rows = queries.visibility(connection, known, self.caller.sees_for)
        seen = sight(self.caller, rows, self.registry.today())
        return read_pupil(self.registry, known) if seen.visible else None

    def _joined(self, pupil: CtfPupil, upn: str) -> Notices:
        """Of a pupil whom only others see: what makes the caller one who does, or refuse."""
        rolls = self.saying.rolls(pupil, ())
        own = [
            {"upn": upn, "by": self.saying.by, **roll}
            for roll in rolls
            if roll["type"] == "joined_roll" and roll["school"] in self.caller.organisations
        ]
        if not own:
            words = "the file does not say that this pupil joined you: notify joined_roll first"
            raise Refused((Problem("/upn", "unknown_pupil", words),))
        return own

    def _made(self, pupil: CtfPupil, upn: str, shown: OnRecord | None) -> Notices:
        """The past record is compared, so that what was recorded later stands."""
        saying, stem = self.saying, {"upn": upn, "by": self.saying.by}
        rolls = [{**stem, **roll} for roll in saying.rolls(pupil, shown["rolls"] if shown else ())]
        if shown is not None:
            past = read_pupil(self.registry, UUID(shown["id"]), on=saying.day)
            return [*saying.changed(pupil, stem, past), *rolls]
        first = min([saying.day, *(date.fromisoformat(r["occurred_on"]) for r in rolls)])
        registering = {**stem, "type": "pupil_registered", "occurred_on": first.isoformat()}
        return [{**registering, **saying.details(pupil)}, *rolls]

    def _registers(self, pupil: CtfPupil, upn: str) -> Iterator[dict[str, Any]]:
        """Rows of a register for the sessions of which none is on record yet."""
        with self.registry.database.connection() as connection:
            pupil_id = who.pupil_named(connection, upn)
            held = weeks_of(connection, [pupil_id]) if pupil_id else {}
        not_taken = self.saying.not_taken
        for year in pupil.attendance:
            organisation = self.saying.organisation(year.school)
            if organisation is None or not self._may_mark(organisation):
                not_taken["attendance of a school that is not on record or not yours"] += 1
                continue
            try:
                weeks = marks.read(year)
            except ValueError:
                not_taken["attendance marks that do not add up to their totals"] += 1
                continue
            if not weeks:
                not_taken["attendance as totals only"] += bool(year.possible)
            for week, packed in weeks.items():
                new = _gaps(held.get((organisation, week)), packed)
                if new is not None:
                    row = {"upn": upn, "organisation": organisation, "week": week.isoformat()}
                    yield {**row, "marks": " ".join(map(codes.from_byte, new))}

    def _may_mark(self, organisation: str) -> bool:
        return self.caller.role in BY_ANOTHER or organisation in self.caller.organisations


def _gaps(held: str | None, packed: str) -> str | None:
    """What fills sessions without a mark: a CTF knows codes less well than a register does."""
    none = codes.NO_MARK
    if held is None:
        return packed
    new = "".join(n if h == none else none for h, n in zip(held, packed, strict=True))
    return new if new.strip(none) else None


def _named(pupil: CtfPupil) -> CtfPupil:
    """With the names that were meant; raise BadRow for what can be none."""
    surname, forename = name_in_file(pupil.surname), name_in_file(pupil.forename)
    for element, name in (("Surname", surname), ("Forename", forename)):
        if words := why_no_name(name):
            raise BadRow(element, "bad_format", f"{element} {words}")
    return replace(pupil, surname=surname, forename=forename)


def _upn(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return parse_upn(text)
    except BadIdentifier as bad:
        raise BadRow("UPN", bad.code, str(bad)) from None


def import_ctf(
    registry: Registry, file: BinaryIO, *, caller: Caller = COMMAND_LINE, by: str | None = None,
    dry_run: bool = False, result_file: TextIO | None = None,
    progress: Callable[[int], None] = lambda rows: None,
) -> ImportResult:  # fmt: skip
    """A row a pupil of the file; one that is refused does not spoil the others.

    ``by`` default: the caller's, else the receiving school, else the sending one.
    ``more``: ``notices`` by type, ``marks``, and ``not_taken``: what a notice cannot say.
    """
    opened = open_ctf(file)
    with registry.database.connection() as connection:
        world = registry.worlds.fresh(connection)
    today = registry.today()
    written = opened.header.written_at
    saying = Saying(
        world,
        opened.header,
        _notifier(world, opened.header, caller, by),
        min(written.date(), today) if written else today,
    )
    work = Import(registry, caller, saying, dry_run)
    result = ImportResult()
    lines = ResultFile(result_file) if result_file is not None else None
    seen: set[CtfPupil] = set()
    pupils = [*opened.pupils]  # read to its end: of a file that breaks off nothing is recorded
    for number, pupil in enumerate(pupils, start=1):
        result.rows += 1
        _take(work, result, number, pupil, seen=seen, lines=lines)
        progress(number)
    result.more = {"notices": dict(sorted(work.notices.items())), **_mark(work)}
    result.more["not_taken"] = {k: n for k, n in sorted(saying.not_taken.items()) if n}
    return result


def _take(
    work: Import, result: ImportResult, number: int, pupil: CtfPupil | BadRow, *,
    seen: set[CtfPupil], lines: ResultFile | None,
) -> None:  # fmt: skip
    try:
        if isinstance(pupil, BadRow):
            raise pupil
        status = "duplicate" if pupil in seen else work.take(pupil)
        seen.add(pupil)
    except (BadRow, Refused) as refused:
        errors = (
            [RowError.bad(number, refused)]
            if isinstance(refused, BadRow)
            else [RowError.of(number, problem) for problem in refused.problems]
        )
        result.refuse(*errors)
        if lines is not None:
            for error in errors:
                lines.refused(error)
        return
    setattr(result, status, getattr(result, status) + 1)
    if lines is not None:
        lines.taken(number, status)


def _mark(work: Import) -> dict[str, int]:
    told = import_attendance(
        work.registry, work.weeks, actor=work.caller.actor, dry_run=work.dry_run
    )
    work.saying.not_taken["week of a register that was refused"] += told.refused
    return {"marks": told.more["marks"]}


def _notifier(world: World, header: Header, caller: Caller, by: str | None) -> str:
    """Who notifies what the file says; raise Refused where nobody is on record."""
    for name in (by, caller.organisation, header.destination.laestab, header.source.laestab):
        if name is None or (name != by and not name.isdigit() and name != caller.organisation):
            continue
        try:
            found = world.organisation(name if name.isdigit() else parse_organisation_id(name))
        except BadIdentifier:
            found = None
        if found is not None:
            return found.id
        if name == by:
            break
    words = "neither school of the file is on record: import organisations, or say by"
    raise Refused(
        (Problem("/by", "unknown_organisation", by and f"{by} is not on record" or words),)
    )
