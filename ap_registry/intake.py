"""One call's notices against the pupils they name: read, refused, or ready to be written."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid4

from ap_registry.access import BY_ANOTHER, Sight, may_send
from ap_registry.authority import refuse_unauthorised
from ap_registry.claiming import refuse_taken_upns
from ap_registry.correcting import amendment, corrected_fields
from ap_registry.delivering import tell
from ap_registry.errors import Refused
from ap_registry.fields import BadValue, UpnKind
from ap_registry.history import ACTS, Recorded, history
from ap_registry.judging import judge, resolved
from ap_registry.merging import MERGES
from ap_registry.notice import FollowUp, NoticeType, World
from ap_registry.receipts import Accepted, Repeated, digest_of
from ap_registry.references import named
from ap_registry.regrouping import Join, StandsAlone, changes_members, other_pupil, take_regrouping
from ap_registry.sent import (
    Notice,
    Sent,
    Settings,
    birth_year_of,
    kind_of,
    names_by_id,
    read_notice,
    refused,
    told_beside,
    tries_to_register,
)
from ap_registry.still_asked import answers
from ap_registry.store.digest import keyed
from ap_registry.store.ledger import Stored
from ap_registry.workspace import Workspace

_UPN = UpnKind()
NONE_HELD: Mapping[UUID, FollowUp] = MappingProxyType({})
Find = Callable[[Sent, str, bytes, int], Stored | None]


@dataclass(slots=True, kw_only=True)
class Intake:
    """The pupils of one call. ``counted``: rows of equal content over a whole file so far.

    ``taken``: which pupil a ref belongs to, as far as this call has learnt. ``find``: who was
    registered when a notice that names no pupil was sent before. ``ids``: pupils by the id that is
    shown of them. ``claimed``: whom a UPN names in the database. ``join``: records as one pupil's.
    ``alone``: this call has one notice only.
    """

    world: World
    settings: Settings
    known: dict[str, Workspace] = field(default_factory=dict)
    by_id: dict[UUID, Workspace] = field(default_factory=dict)
    counted: dict[bytes, int] | None = None
    ids: Mapping[UUID, UUID] = field(default_factory=dict)
    taken: dict[tuple[str, bytes], UUID] = field(default_factory=dict)
    find: Find = lambda _sent, _by, _content, _number: None
    claimed: Callable[[str], UUID | None] = lambda _upn: None
    join: Join = lambda _pupil, _others: ((), None)
    alone: bool = False

    def workspaces(self) -> Sequence[Workspace]:
        return tuple({id(one): one for one in self.by_id.values()}.values())

    def take(self, notice: Notice) -> Accepted | Repeated:
        """Read and judge one notice; raise Refused with every problem found."""
        kind = self._kind(notice)
        with told_beside(notice, kind, self.settings, self.world):
            workspace = self._workspace(notice, kind)
        mark = workspace.mark()
        try:
            return self._take(notice, kind, workspace)
        except Refused:
            workspace.restore(mark)
            raise

    def _take(
        self, notice: Notice, kind: NoticeType[Any], workspace: Workspace
    ) -> Accepted | Repeated:
        by_id = names_by_id(notice)
        seen = workspace.sent_by(self.settings.caller, self.settings.today)
        known = by_id or (workspace.exists and seen.visible)
        found = read_notice(notice, kind, self.settings, self.world, known=known)
        by = self._by(found, workspace)
        self._may(found, workspace, by, seen=seen, by_id=by_id)
        self._match_version(workspace)
        content = digest_of(self.settings.hash_key, found, by)
        if workspace.upn is None and not workspace.exists:
            workspace = self._sent_before(found, workspace, by, content)
        repeated = self._repeat(found, workspace, by, content)
        if repeated is not None:
            return repeated
        first = not workspace.exists and bool(found.registering)
        before = workspace.picture.follow_ups if workspace.exists else {}
        if first:
            self._register(found, workspace, by)
        accepted = self._accept(found, workspace, by, content)
        if first:
            accepted = workspace.tell_with_last()
        accepted = tell(found, accepted, before, accept=self._accept, today=self.settings.today)
        if found.ref is not None:
            self.taken[by, _ref_hash(self.settings, found.ref)] = workspace.pupil_id
        return accepted

    def _kind(self, notice: Notice) -> NoticeType[Any]:
        kind = kind_of(notice)
        if not may_send(self.settings.caller, kind):
            raise refused(
                "", "forbidden", f"the role {self.settings.caller.role} may not send {kind.name}"
            )
        return kind

    def _workspace(self, notice: Notice, kind: NoticeType[Any]) -> Workspace:
        upn, pupil_id = notice.get("upn"), notice.get("pupil_id")
        if upn not in (None, ""):
            try:
                number = _UPN.read(upn, self.settings.reading(self.settings.today, self.world))
            except BadValue as bad:
                raise refused("/upn", bad.code, bad.detail) from None
            workspace = self.known.get(number)
            if workspace is None:
                workspace = Workspace(pupil_id=uuid4(), first_upn=number, world=self.world)
                self.known[number] = workspace
                self.by_id[workspace.pupil_id] = workspace
            workspace.named_id = workspace.named.get(number)
            return workspace
        if pupil_id not in (None, ""):
            try:
                found = self.by_id.get(self.ids[UUID(str(pupil_id))])
            except KeyError:
                found = None
            except ValueError:
                raise refused("/pupil_id", "bad_format", "pupil_id must be an id") from None
            if found is None or not found.exists:
                return Workspace(pupil_id=uuid4(), first_upn=None, world=self.world)
            found.named_id = None
            return found
        if kind.name != "pupil_registered" and not tries_to_register(notice, kind):
            raise refused("/upn", "required", "upn (or pupil_id) is needed")
        workspace = Workspace(pupil_id=uuid4(), first_upn=None, world=self.world)
        self.by_id[workspace.pupil_id] = workspace
        return workspace

    def _by(self, found: Sent, workspace: Workspace) -> str:
        """Given, else the caller's own, else the notice's school, provider, or the pupil's LA."""
        caller = self.settings.caller
        if caller.says_as is not None:
            return caller.says_as
        if found.by is not None:
            if found.by not in caller.organisations and caller.role not in BY_ANOTHER:
                raise refused("/by", "forbidden", "by must be your own organisation")
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
            raise refused("/by", "required", "by (the organisation that notifies) is needed")
        return f"LA{home_la}"

    def _may(self, found: Sent, workspace: Workspace, by: str, *, seen: Sight, by_id: bool) -> None:
        """What the caller may not see is answered as what does not exist, field by field.

        Whoever names a pupil by id does not register it.
        """
        registers = not by_id and found.kind.name == "pupil_registered"
        if not workspace.exists:
            allowed = registers or (bool(found.registering) and not by_id)
        else:
            parties = {
                str(v) for n in ("school", "provider", "commissioner") if (v := found.values.get(n))
            }
            makes = found.kind.relates and (
                bool(parties & set(self.settings.caller.organisations)) or registers
            )
            own = seen.visible and self._names_own(found, workspace, by)
            allowed = (
                seen.covers(found.occurred_on) or makes or own
                or (seen.visible and answers(found, workspace, self.settings.caller))
            )  # fmt: skip
        if not allowed:
            raise refused("/pupil_id" if by_id else "/upn", "unknown_pupil", _UNKNOWN)

    def _names_own(self, found: Sent, workspace: Workspace, by: str) -> bool:
        """Whoever sent a notice may put it right, however long the pupil has left."""
        if found.kind.name not in ACTS:
            return False
        of = found.kind.references["of"]
        events = named(of, str(found.values["of"]), workspace.history.recorded, by)
        return any(r.by in self.settings.caller.organisations for r in events)

    def _match_version(self, workspace: Workspace) -> None:
        """If-Match: a correction of a record that has changed since is refused."""
        wanted = self.settings.if_match
        if wanted is not None and wanted != workspace.history.version:
            raise refused(
                "", "stale_version", f"the record is now at version {workspace.history.version}"
            )

    def _sent_before(self, found: Sent, workspace: Workspace, by: str, content: bytes) -> Workspace:
        """Of a notice that names no pupil: the pupil whom it registered when it was sent before.

        By its ref; in a file without refs the k-th row of equal content is the k-th such pupil.
        """
        number = 0
        if hashed := digest_of_ref(self.settings.hash_key, found.ref):
            holder = self.taken.get((by, hashed))
            if holder in self.by_id:
                return self.by_id[holder]
        elif self.counted is None:
            return workspace
        else:
            number = self.counted[content] = self.counted.get(content, 0) + 1
        stored = self.find(found, by, content, number)
        return self.lay_out(stored) if stored is not None else workspace

    def lay_out(self, found: Stored, held: Mapping[UUID, FollowUp] = NONE_HELD) -> Workspace:
        """A pupil that was loaded, under every UPN that names it."""
        workspace = Workspace(
            pupil_id=found.pupil_id,
            first_upn=found.upn,
            world=self.world,
            base=history(found.recorded),
            marked=found.marked,
            held=held,
            others=found.others,
            named=dict(found.named),
        )
        self.by_id |= dict.fromkeys((found.pupil_id, *found.others), workspace)
        self.known |= dict.fromkeys(found.upns, workspace)
        return workspace

    def _repeat(
        self, found: Sent, workspace: Workspace, by: str, content: bytes
    ) -> Repeated | Accepted | None:
        if found.ref is not None:
            return self._repeat_by_ref(found, workspace, by, content)
        if self.counted is None:
            return None
        key = workspace.pupil_id.bytes + content
        number = self.counted[key] = self.counted.get(key, 0) + 1
        same = [r for r in workspace.base.recorded if r.content_hash == content]
        if len(same) < number:
            return None
        return Repeated(workspace=workspace, event=same[number - 1])

    def _repeat_by_ref(
        self, found: Sent, workspace: Workspace, by: str, content: bytes
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
            raise refused(
                "/ref",
                "ref_conflict",
                "this ref was used for other content: use another ref, or correct what is on record"
                " with a reason (--amend REASON; over HTTP ?amend=REASON)",
            )
        return self._amend(found, workspace, earlier, by)

    def _refuse_taken(self, found: Sent, workspace: Workspace, by: str) -> None:
        """A ref is unique per organisation, over all pupils."""
        assert found.ref is not None
        holder = self.taken.get((by, _ref_hash(self.settings, found.ref)), workspace.pupil_id)
        if holder not in {workspace.pupil_id, *workspace.others}:
            raise refused(
                "/ref", "ref_conflict", "this ref was used for another pupil: use another ref"
            )

    def _amend(
        self, found: Sent, workspace: Workspace, earlier: Recorded, by: str
    ) -> Accepted | Repeated:
        """What differs from what stands becomes a correction."""
        correction = amendment(found, earlier, workspace, by, settings=self.settings)
        if correction is None:
            return Repeated(workspace=workspace, event=earlier)
        content = digest_of(self.settings.hash_key, correction, by)
        return self._accept(correction, workspace, by, content)

    def _register(self, found: Sent, workspace: Workspace, by: str) -> None:
        """A first notice: the pupil is registered and joins the roll of its school with it."""
        base = found.beside("pupil_registered", found.registering)
        self._accept(base, workspace, by, None)
        school = found.values.get("school") or found.values.get("from_school")
        if school is None and isinstance(named := found.values.get("commissioner"), str):
            placing = self.world.organisation(named)
            school = named if placing and placing.is_school else None
        if isinstance(school, str) and found.kind.name != "joined_roll":
            joined = found.beside("joined_roll", {"school": school, "registration": "M"})
            self._accept(joined, workspace, by, None)

    def _accept(
        self, found: Sent, workspace: Workspace, by: str, content: bytes | None
    ) -> Accepted:
        values = resolved(found, workspace, by)
        self._refuse_unknown_follow_up(found, values, workspace)
        refuse_unauthorised(found.kind, values, workspace, self.settings.caller)
        if found.kind.name == "correction":
            values["fields"] = corrected_fields(
                values, workspace, by, settings=self.settings, world=self.world
            )
        if found.kind.name in MERGES:
            pupils = self.known, self.by_id, self.ids
            values["other"] = str(other_pupil(found, workspace, pupils, self.settings, self.world))
            values.pop("other_pupil_id", None)  # ``other`` says it
        values |= found.left_out(values, self.settings.today)
        judge(found.kind, values, found.occurred_on, workspace=workspace, world=self.world, by=by)
        workspace.birth_year = birth_year_of(values) or workspace.born_but(found.kind.name, values)
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
        if changes_members(workspace.history, event):
            if not self.alone:
                raise StandsAlone
            return take_regrouping(
                event, workspace, self.by_id, join=self.join, settings=self.settings
            )
        event = workspace.placed(event)
        refuse_taken_upns(event, workspace, self.known, self.claimed)
        before = workspace.picture.pupil.upns if workspace.exists else ()
        accepted = workspace.append(event, self.settings.today)
        for upn in set(before) - set(workspace.picture.pupil.upns):
            self.known.pop(upn, None)
        self.known |= dict.fromkeys(workspace.picture.pupil.upns, workspace)
        return accepted

    def _refuse_unknown_follow_up(
        self, found: Sent, values: Mapping[str, object], workspace: Workspace
    ) -> None:
        if found.kind.name != "follow_up_done":
            return
        owed = workspace.follow_up(UUID(str(values["follow_up"])))
        if owed is None:
            raise refused("/follow_up", "not_found", "no follow-up of this pupil has that id")
        if owed.closed_on is not None and owed.closed_on <= found.occurred_on:
            raise refused("/follow_up", "nothing_open", "this follow-up is closed already")

    def _placeholder(self, workspace: Workspace) -> datetime:
        """The database reads the clock; until then an event is as late as the one before it."""
        recorded = workspace.history.recorded
        return recorded[-1].recorded_at if recorded else datetime.min.replace(tzinfo=UTC)


_UNKNOWN = (
    "no such pupil is known: check the UPN, or send the fields of pupil_registered with the notice"
)


def _ref_hash(settings: Settings, ref: str) -> bytes:
    return keyed(settings.hash_key, "ref", ref)


def digest_of_ref(key: bytes, ref: str | None) -> bytes | None:
    return None if ref is None else keyed(key, "ref", ref)


def open_intake(
    world: World,
    settings: Settings,
    stored: Iterable[Stored],
    held: Mapping[UUID, Mapping[UUID, FollowUp]],
) -> Intake:
    """Lay out the pupils that were loaded, under every UPN that names them.

    ``held``: follow-ups on record by pupil and id, where a notice says that one is done.
    """
    intake = Intake(world=world, settings=settings)
    for found in stored:
        intake.lay_out(found, held.get(found.pupil_id, NONE_HELD))
    return intake
