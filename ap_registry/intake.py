"""One call's notices against the pupils they name: read, refused, or ready to be written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from ap_registry.access import BY_ANOTHER, Caller, may_send, sight
from ap_registry.errors import Problem, Refused
from ap_registry.fields import BadValue, Day, Organisation, Reading, Reference, UpnKind
from ap_registry.history import History, Recorded, fold, history, order
from ap_registry.notice import Case, Entry, NoticeType, World
from ap_registry.notices import CATALOGUE
from ap_registry.receipts import Accepted, Repeated, digest_of
from ap_registry.references import resolve
from ap_registry.store.digest import keyed
from ap_registry.store.projections import birth_year, visibility_rows
from ap_registry.workspace import Workspace

ENVELOPE = frozenset({"type", "upn", "pupil_id", "occurred_on", "by", "ref", "note"})
Notice = Mapping[str, Any]
_DAY = Day()
_BY = Organisation()
_UPN = UpnKind()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How the notices of one call are to be taken."""

    caller: Caller
    today: date
    hash_key: bytes
    from_file: bool = False
    amend: str | None = None
    if_match: int | None = None


@dataclass(slots=True, kw_only=True)
class Read:
    """A notice as read: everything but what it means for its pupil."""

    kind: NoticeType[Any]
    values: dict[str, object]
    registering: dict[str, object]
    occurred_on: date
    by: str | None
    ref: str | None
    note: str | None


@dataclass(slots=True, kw_only=True)
class Intake:
    """The pupils of one call. ``counted``: rows of equal content over a whole file so far.

    ``taken``: which pupil a ref belongs to, as far as this call has learnt.
    """

    world: World
    settings: Settings
    known: dict[str, Workspace] = field(default_factory=dict)
    by_id: dict[UUID, Workspace] = field(default_factory=dict)
    counted: dict[bytes, int] | None = None
    taken: dict[tuple[str, bytes], UUID] = field(default_factory=dict)

    def workspaces(self) -> Sequence[Workspace]:
        return tuple(self.by_id.values())

    def take(self, notice: Notice) -> Accepted | Repeated:
        """Read and judge one notice; raise Refused with every problem found."""
        kind = self._kind(notice)
        workspace = self._workspace(notice, kind)
        found = self._read(notice, kind, workspace)
        by = self._by(found, workspace)
        self._may(found, workspace, by)
        if not workspace.exists and not found.registering and kind.name != "pupil_registered":
            raise _refused("/upn", "unknown_pupil", _UNKNOWN)
        self._match_version(workspace)
        content = digest_of(self.settings.hash_key, found, by)
        repeated = self._repeat(found, workspace, by, content)
        if repeated is not None:
            return repeated
        if not workspace.exists and found.registering:
            self._register(found, workspace, by)
        return self._accept(found, workspace, by, content)

    def _kind(self, notice: Notice) -> NoticeType[Any]:
        name = notice.get("type")
        if name in {None, ""}:
            raise _refused("/type", "required", "type is needed")
        kind = CATALOGUE.get(str(name).strip())
        if kind is None:
            raise _refused(
                "/type", "unknown_type", "type must be one of " + ", ".join(sorted(CATALOGUE))
            )
        if not may_send(self.settings.caller, kind):
            raise _refused(
                "", "forbidden", f"the role {self.settings.caller.role} may not send {kind.name}"
            )
        return kind

    def _workspace(self, notice: Notice, kind: NoticeType[Any]) -> Workspace:
        upn, pupil_id = notice.get("upn"), notice.get("pupil_id")
        if upn not in {None, ""}:
            try:
                number = _UPN.read(upn, self._reading(self.settings.today))
            except BadValue as bad:
                raise _refused("/upn", bad.code, bad.detail) from None
            workspace = self.known.get(number)
            if workspace is None:
                workspace = Workspace(pupil_id=uuid4(), upn=number, world=self.world)
                self.known[number] = workspace
                self.by_id[workspace.pupil_id] = workspace
            return workspace
        if pupil_id not in {None, ""}:
            try:
                found = self.by_id.get(UUID(str(pupil_id)))
            except ValueError:
                raise _refused("/pupil_id", "bad_format", "pupil_id must be an id") from None
            if found is None or not found.exists:
                raise _refused("/pupil_id", "unknown_pupil", _UNKNOWN)
            return found
        if kind.name != "pupil_registered" and not _registers(notice, kind):
            raise _refused("/upn", "required", "upn (or pupil_id) is needed")
        workspace = Workspace(pupil_id=uuid4(), upn=None, world=self.world)
        self.by_id[workspace.pupil_id] = workspace
        return workspace

    def _reading(self, on: date) -> Reading:
        return Reading(
            on=on, organisation=self.world.organisation, from_file=self.settings.from_file
        )

    def _read(self, notice: Notice, kind: NoticeType[Any], workspace: Workspace) -> Read:
        problems: list[Problem] = []
        occurred_on = self._occurred_on(notice, kind, problems)
        reading = self._reading(occurred_on)
        by = self._organisation(notice, reading, problems)
        registers = _registers(notice, kind)
        extra = CATALOGUE["pupil_registered"].fields.keys() if registers else frozenset()
        for name, value in notice.items():
            if name not in ENVELOPE and name not in kind.fields and name not in extra:
                if value in (None, ""):
                    continue
                problems.append(
                    Problem(f"/{name}", "unknown_field", f"{kind.name} has no field {name}")
                )
        values, found = kind.read(notice, reading)
        problems += found
        registering: dict[str, object] = {}
        if registers:
            registering, found = CATALOGUE["pupil_registered"].read(notice, reading)
            problems += [p for p in found if p not in problems]
        texts = {name: _text(notice.get(name), name, problems) for name in ("ref", "note")}
        if problems:
            raise Refused(tuple(problems))
        return Read(
            kind=kind,
            values=values,
            registering=registering,
            occurred_on=occurred_on,
            by=by,
            ref=texts["ref"],
            note=texts["note"],
        )

    def _occurred_on(self, notice: Notice, kind: NoticeType[Any], problems: list[Problem]) -> date:
        value = notice.get("occurred_on")
        today = self.settings.today
        if value in (None, ""):
            problems.append(Problem("/occurred_on", "required", "occurred_on is needed"))
            return today
        try:
            occurred_on = _DAY.read(value, self._reading(today))
        except BadValue as bad:
            problems.append(Problem("/occurred_on", bad.code, f"occurred_on {bad.detail}"))
            return today
        if occurred_on > today + timedelta(days=kind.ahead_days):
            ahead = f" by more than {kind.ahead_days} days" if kind.ahead_days else ""
            problems.append(
                Problem(
                    "/occurred_on", "future_date", f"occurred_on must not be in the future{ahead}"
                )
            )
        return occurred_on

    def _organisation(
        self, notice: Notice, reading: Reading, problems: list[Problem]
    ) -> str | None:
        value = notice.get("by")
        if value in (None, ""):
            return None
        try:
            return _BY.read(value, reading)
        except BadValue as bad:
            problems.append(Problem("/by", bad.code, f"by: {bad.detail}"))
            return None

    def _by(self, found: Read, workspace: Workspace) -> str:
        """Given, else the caller's own, else the notice's school, provider, or the pupil's LA."""
        caller = self.settings.caller
        if found.by is not None:
            if found.by not in caller.organisations and caller.role not in BY_ANOTHER:
                raise _refused("/by", "forbidden", "by must be your own organisation")
            return found.by
        if caller.organisation is not None:
            return caller.organisation
        for name in ("school", "provider"):
            if isinstance(value := found.values.get(name), str):
                return value
        home_la = found.registering.get("home_la") or found.values.get("home_la")
        if home_la is None and workspace.exists:
            home_la = workspace.picture.pupil.home_la(found.occurred_on)
        if home_la is None:
            raise _refused("/by", "required", "by (the organisation that notifies) is needed")
        return f"LA{home_la}"

    def _may(self, found: Read, workspace: Workspace, by: str) -> None:
        """What the caller may not see is answered as what does not exist."""
        caller = self.settings.caller
        if caller.sees_all or not workspace.exists:
            return
        rows = visibility_rows(workspace.picture, self.world)
        seen = sight(caller, rows, self.settings.today)
        parties = {
            str(v) for n in ("school", "provider", "commissioner") if (v := found.values.get(n))
        }
        makes = found.kind.relates and (
            bool(parties & set(caller.organisations)) or found.kind.name == "pupil_registered"
        )
        if not seen.covers(found.occurred_on) and not makes:
            raise _refused("/upn", "unknown_pupil", _UNKNOWN)

    def _match_version(self, workspace: Workspace) -> None:
        """If-Match: a correction of a record that has changed since is refused."""
        wanted = self.settings.if_match
        if wanted is not None and wanted != workspace.history.version:
            raise _refused(
                "", "stale_version", f"the record is now at version {workspace.history.version}"
            )

    def _repeat(
        self, found: Read, workspace: Workspace, by: str, content: bytes
    ) -> Repeated | Accepted | None:
        if found.ref is not None:
            return self._repeat_by_ref(found, workspace, by, content)
        if self.counted is None:
            return None
        number = self.counted[content] = self.counted.get(content, 0) + 1
        same = [r for r in workspace.base.recorded if r.content_hash == content]
        if len(same) < number:
            return None
        return Repeated(workspace=workspace, event=same[number - 1])

    def _repeat_by_ref(
        self, found: Read, workspace: Workspace, by: str, content: bytes
    ) -> Repeated | Accepted | None:
        earlier = next(
            (r for r in workspace.history.recorded if r.ref == found.ref and r.by == by), None
        )
        if earlier is None:
            self._refuse_taken(found, workspace, by)
            return None
        mine = next((a for a in workspace.accepted if a.event.id == earlier.id), None)
        if earlier.content_hash == content:
            return Repeated(workspace=workspace, event=earlier, accepted=mine)
        if self.settings.amend is None:
            raise _refused(
                "/ref",
                "ref_conflict",
                "this ref was used for other content: use another ref, or amend with a reason",
            )
        return self._amend(found, workspace, earlier, by)

    def _refuse_taken(self, found: Read, workspace: Workspace, by: str) -> None:
        """A ref is unique per organisation, over all pupils."""
        hashed = digest_of_ref(self.settings.hash_key, found.ref)
        assert hashed is not None
        holder = self.taken.setdefault((by, hashed), workspace.pupil_id)
        if holder != workspace.pupil_id:
            raise _refused(
                "/ref", "ref_conflict", "this ref was used for another pupil: use another ref"
            )

    def _amend(
        self, found: Read, workspace: Workspace, earlier: Recorded, by: str
    ) -> Accepted | Repeated:
        """What differs from what stands becomes a correction."""
        standing = next(s for s in workspace.history.standing if s.entry.id == earlier.id)
        now = msgspec.to_builtins(standing.entry.facts)
        new = msgspec.to_builtins(
            found.kind.build(self._resolved(found, workspace, by, earlier.id))
        )
        fields = {k: v for k, v in new.items() if v is not None and v != now.get(k)}
        if found.occurred_on != standing.entry.occurred_on:
            fields["occurred_on"] = found.occurred_on.isoformat()
        if not fields:
            return Repeated(workspace=workspace, event=earlier)
        correction = Read(
            kind=CATALOGUE["correction"],
            values={"of": str(earlier.id), "fields": fields, "reason": self.settings.amend},
            registering={},
            occurred_on=self.settings.today,
            by=by,
            ref=None,
            note=None,
        )
        content = digest_of(self.settings.hash_key, correction, by)
        return self._accept(correction, workspace, by, content)

    def _register(self, found: Read, workspace: Workspace, by: str) -> None:
        """A first notice: the pupil is registered and joins the roll of its school with it."""
        base = replace_read(found, CATALOGUE["pupil_registered"], found.registering)
        self._accept(base, workspace, by, None)
        school = found.values.get("school")
        if school is None and isinstance(named := found.values.get("commissioner"), str):
            placing = self.world.organisation(named)
            school = named if placing and placing.is_school else None
        if isinstance(school, str) and found.kind.name != "joined_roll":
            joined = replace_read(
                found, CATALOGUE["joined_roll"], {"school": school, "registration": "M"}
            )
            self._accept(joined, workspace, by, None)

    def _resolved(
        self, found: Read, workspace: Workspace, by: str, but: UUID | None = None
    ) -> dict[str, object]:
        values = dict(found.values)
        problems: list[Problem] = []
        for name, kind in found.kind.references.items():
            given = values.get(name)
            if given is None and not kind.default_open:
                continue
            answer = resolve(
                name,
                kind,
                None if given is None else str(given),
                recorded=[r for r in workspace.history.recorded if r.id != but],
                pupil=workspace.picture.pupil if workspace.exists else fold(()),
                others=values,
                by=by,
                on=found.occurred_on,
            )
            if isinstance(answer, Problem):
                problems.append(answer)
            else:
                values[name] = answer
        if problems:
            raise Refused(tuple(problems))
        return values

    def _accept(
        self, found: Read, workspace: Workspace, by: str, content: bytes | None
    ) -> Accepted:
        values = self._resolved(found, workspace, by)
        if found.kind.name == "correction":
            values["fields"] = self._correction(values, workspace, by, found.occurred_on)
        if found.kind.name == "pupil_registered" and workspace.exists:
            raise _refused("/upn", "already_registered", "this pupil is already registered")
        self._judge(found.kind, values, found.occurred_on, workspace, by)
        born = values.get("date_of_birth")
        if isinstance(born, date):
            workspace.birth_year = birth_year(born)
        event = Recorded(
            id=uuid4(),
            type=found.kind.name,
            version=workspace.history.version + 1,
            occurred_on=found.occurred_on,
            recorded_at=self._placeholder(workspace),
            by=by,
            actor=self.settings.caller.actor,
            ref=found.ref,
            note=found.note,
            values=values,
            ref_hash=digest_of_ref(self.settings.hash_key, found.ref),
            content_hash=content,
            birth_year=workspace.birth_year,
        )
        return workspace.append(event, self.settings.today)

    def _placeholder(self, workspace: Workspace) -> datetime:
        """The database reads the clock; until then an event is as late as the one before it."""
        recorded = workspace.history.recorded
        return recorded[-1].recorded_at if recorded else datetime.min

    def _judge(
        self,
        kind: NoticeType[Any],
        values: Mapping[str, object],
        occurred_on: date,
        workspace: Workspace,
        by: str,
        past: History | None = None,
        version: int | None = None,
    ) -> None:
        """Refuse what cannot have happened, in its place in effective order."""
        past = past or workspace.history
        entry: Entry[Any] = Entry(
            id=UUID(int=0),
            type=kind.name,
            version=version or past.version + 1,
            occurred_on=occurred_on,
            recorded_at=datetime.min,
            by=by,
            ref=None,
            facts=kind.build(values),
        )
        entries = past.entries()
        place = order(entry)
        if past is workspace.history and workspace.exists:
            pupil = workspace.picture.pupil
        else:
            pupil = fold(entries)
        before = (
            pupil
            if not entries or order(entries[-1]) < place
            else fold(e for e in entries if order(e) < place)
        )
        problems = tuple(
            kind.refuse(Case(entry=entry, before=before, pupil=pupil, world=self.world))
        )
        if problems:
            raise Refused(problems)

    def _correction(
        self, values: Mapping[str, object], workspace: Workspace, by: str, on: date
    ) -> dict[str, object]:
        """Judge the corrected notice by the same rules; answer its fields as they are stored."""
        target = next(r for r in workspace.history.recorded if r.id == values["of"])
        if target.type in {"correction", "void"}:
            raise _refused(
                "/of", "unknown_type", "void a correction or a void; it is not corrected"
            )
        standing = next(s for s in workspace.history.standing if s.entry.id == target.id)
        fields = values["fields"]
        assert isinstance(fields, Mapping)
        occurred_on, read = self._right(target.kind, fields, standing.entry.occurred_on)
        facts = {k: v for k, v in {**_facts(standing.entry), **read}.items() if v is not None}
        found = Read(
            kind=target.kind, values=facts, registering={}, occurred_on=occurred_on,
            by=by, ref=None, note=None,
        )  # fmt: skip
        resolved = self._resolved(found, workspace, target.by, target.id)
        past = history(r for r in workspace.history.recorded if r.id != target.id)
        try:
            self._judge(
                target.kind, resolved, occurred_on, workspace, by, past, version=target.version
            )
        except Refused as refused:
            raise Refused(
                tuple(replace(p, pointer=f"/fields{p.pointer}") for p in refused.problems)
            ) from None
        right: dict[str, object] = {name: resolved.get(name, value) for name, value in read.items()}
        if "occurred_on" in fields:
            right["occurred_on"] = occurred_on
        plain: dict[str, object] = msgspec.to_builtins(right)
        return plain

    def _right(
        self, kind: NoticeType[Any], fields: Mapping[str, object], occurred_on: date
    ) -> tuple[date, dict[str, object]]:
        problems: list[Problem] = []
        if "occurred_on" in fields:
            occurred_on = self._occurred_on(fields, kind, problems)
        reading = self._reading(occurred_on)
        read: dict[str, object] = {}
        for name, value in fields.items():
            if name == "occurred_on":
                continue
            spec = kind.fields.get(name)
            if spec is None:
                problems.append(
                    Problem(f"/{name}", "unknown_field", f"{kind.name} has no field {name}")
                )
            elif value is None and not spec.required and not isinstance(spec.kind, Reference):
                read[name] = None
            else:
                try:
                    read[name] = spec.kind.read(value, reading)
                except BadValue as bad:
                    problems.append(Problem(f"/{name}", bad.code, f"{name} {bad.detail}"))
        if problems:
            raise Refused(tuple(replace(p, pointer=f"/fields{p.pointer}") for p in problems))
        return occurred_on, read


_UNKNOWN = (
    "no such pupil is known: check the UPN, or send the fields of pupil_registered with the notice"
)


def _facts(entry: Entry[Any]) -> dict[str, object]:
    return {
        f.encode_name: getattr(entry.facts, f.name)
        for f in msgspec.structs.fields(type(entry.facts))
    }


def replace_read(found: Read, kind: NoticeType[Any], values: dict[str, object]) -> Read:
    """The same day and notifier for what comes with a first notice."""
    return Read(
        kind=kind,
        values=values,
        registering={},
        occurred_on=found.occurred_on,
        by=found.by,
        ref=None,
        note=None,
    )


def digest_of_ref(key: bytes, ref: str | None) -> bytes | None:
    return None if ref is None else keyed(key, "ref", ref)


def _registers(notice: Notice, kind: NoticeType[Any]) -> bool:
    """Whether a notice carries what registers a pupil."""
    if kind.name in {"pupil_registered", "pupil_details_changed"}:
        return False
    fields = CATALOGUE["pupil_registered"].fields
    return all(notice.get(name) not in (None, "") for name, spec in fields.items() if spec.required)


def _text(value: object, name: str, problems: list[Problem]) -> str | None:
    if value in (None, ""):
        return None
    text = str(value).strip() if isinstance(value, str | int) else ""
    if not text or len(text) > (200 if name == "ref" else 20_000):
        problems.append(Problem(f"/{name}", "bad_format", f"{name} must be text of fair length"))
        return None
    return text


def _refused(pointer: str, code: str, detail: str) -> Refused:
    return Refused((Problem(pointer, code, detail),))


def open_intake(world: World, settings: Settings, stored: Iterable[Any]) -> Intake:
    """Lay out the pupils that were loaded, under every UPN that names them."""
    intake = Intake(world=world, settings=settings)
    for found in stored:
        workspace = Workspace(
            pupil_id=found.pupil_id,
            upn=found.upn,
            world=world,
            base=history(found.recorded),
        )
        intake.by_id[found.pupil_id] = workspace
        for upn in found.upns:
            intake.known[upn] = workspace
    return intake
