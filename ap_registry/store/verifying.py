"""Recompute what the ledger says of itself: digests, private parts, leaves, order, tree heads."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, LiteralString
from uuid import UUID

from ap_registry.instants import instant
from ap_registry.proofs import EMPTY_ROOT, node, of_head, of_key
from ap_registry.store import heads
from ap_registry.store.database import Connection
from ap_registry.store.heads import Head
from ap_registry.store.merkle import BRANCH

AT_ONCE = 20_000

# The digest as store/digest.py makes it. An event whose private digest has no private row any more
# was erased, where the erasure of its pupil is recorded (or, of a merge, of the other pupil): its
# digest holds. A day that was moved out of all four-digit years has no text, and so no digest.
_CHECKED: LiteralString = """
with logged as (
  select *, lag(known_at, 1, known_at) over (order by seq) as known_before,
         lag(version, 1, 0) over (partition by pupil_id, stream order by seq) as version_before,
         row_number() over (order by seq) as place
    from log),
checked as (
  select l.seq, e.id, pupil_id, version,
         e.private_digest is not null and p.salt is null as erased,
         case
           when e.id is null then 'missing'
           when l.seq is null and not exists (
             select from unsequenced u where u.pupil_id = e.pupil_id and u.stream = e.stream
                and u.version = e.version) then 'missing'
           when e.digest is distinct from sha256(
             int4send(16) || uuid_send(pupil_id) || int4send(2) || int2send(stream)
             || int4send(4) || int4send(version) || int4send(16) || uuid_send(e.id)
             || int4send(octet_length(e.type)) || convert_to(e.type, 'UTF8')
             || int4send(10) || convert_to(case
                  when e.occurred_on between '0001-01-01' and '9999-12-31'
                  then to_char(e.occurred_on, 'YYYY-MM-DD') end, 'UTF8')
             || int4send(octet_length(e.by)) || convert_to(e.by, 'UTF8')
             || int4send(octet_length(e.actor)) || convert_to(e.actor, 'UTF8')
             || int4send(coalesce(octet_length(e.ref_hash), 0)) || coalesce(e.ref_hash, '')
             || int4send(coalesce(octet_length(e.content_hash), 0)) || coalesce(e.content_hash, '')
             || int4send(coalesce(length(e.birth_year::text), 0))
             || coalesce(convert_to(e.birth_year::text, 'UTF8'), '')
             || int4send(octet_length(e.data::text)) || convert_to(e.data::text, 'UTF8')
             || int4send(coalesce(octet_length(e.private_digest), 0))
             || coalesce(e.private_digest, '')
             || int8send((extract(epoch from e.recorded_at) * 1000000)::bigint)) then 'digest'
           when p.salt is not null and e.private_digest is distinct from
                sha256(p.salt || convert_to(p.data::text, 'UTF8')) then 'private'
           when e.private_digest is not null and p.salt is null
            and not exists (select from erased x where x.pupil_id = e.pupil_id)
            and not exists (select from erased x where x.pupil_id = case
                   when e.type in ('pupils_merged.v1', 'merge_undone.v1')
                   then (e.data->>'other')::uuid end) then 'private'
           when l.leaf <> sha256('\\x00'::bytea || e.digest) then 'leaf'
           when l.seq <> l.place or l.known_at < l.known_before or l.known_at < e.recorded_at
             or l.version <> l.version_before + 1 then 'order'
         end as problem
    from event e
    full join logged l using (pupil_id, stream, version)
    left join event_private p using (pupil_id, stream, version)),
counted as (
  select count(id) as events, count(*) filter (where erased) as erased, count(problem) as bad
    from checked)
select c.events, c.erased, c.bad, f.seq, f.id, f.pupil_id, f.version, f.problem
  from counted c
  left join lateral (select * from checked where problem is not null
                      order by problem <> 'missing', seq, pupil_id, version limit 1) f on true
"""
# Every event of a head is known from between the instants to which the log was closed before and
# with it; one that was recorded earlier came late, and is known from exactly the former.
_MISPLACED: LiteralString = """
with heads as (
  select size, closed_at, lag(size, 1, 0::bigint) over w as before,
         lag(closed_at, 1, '-infinity') over w as closed_before
    from tree_head window w as (order by size, closed_at))
select h.size from heads h
  left join log first on first.seq = h.before + 1 and h.size > h.before
  left join log last on last.seq = h.size
 where first.known_at < h.closed_before or last.known_at > h.closed_at
    or h.closed_at < h.closed_before
union all
select l.seq from log l join event e using (pupil_id, stream, version)
 where l.known_at <> e.recorded_at
   and (l.known_at < e.recorded_at
        or l.known_at is distinct from (
             select h.closed_at from tree_head h where h.size < l.seq
              order by h.size desc, h.closed_at desc limit 1))
 order by 1 limit 1
"""
_STRAY_PRIVATE: LiteralString = """
select from event_private p where not exists (
  select from event e where e.pupil_id = p.pupil_id and e.stream = p.stream
     and e.version = p.version)
"""
_AT: LiteralString = """
select e.id, l.pupil_id, l.version from log l
  left join event e using (pupil_id, stream, version) where l.seq = %s
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The first event, in the order of the log, that is not what was recorded; before it, one
    that is missing: then ``seq`` may be None."""

    seq: int | None
    event: UUID | None
    pupil_id: UUID | None
    version: int | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    events: int
    erased: int
    size: int
    root: bytes
    bad: int
    first_bad: Finding | None

    def as_json(self) -> dict[str, Any]:
        bad = self.first_bad
        return {
            "ok": bad is None,
            "events": self.events,
            "erased": self.erased,
            "size": self.size,
            "root": self.root.hex(),
            "bad": self.bad,
            "first_bad": bad
            and {
                "seq": bad.seq,
                "event": bad.event and str(bad.event),
                "pupil_id": bad.pupil_id and str(bad.pupil_id),
                "version": bad.version,
                "problem": bad.problem,
            },
        }

    def and_of_proofs(
        self, connection: Connection, wrong: list[tuple[int | None, str]]
    ) -> "Verified":
        """Besides what the ledger says of itself: what an export says of it."""
        findings = [_at(connection, seq, problem) for seq, problem in wrong]
        first = self.first_bad or (findings[0] if findings else None)
        return replace(self, bad=self.bad + len(findings), first_bad=first)


def verify(connection: Connection) -> Verified:
    """Check everything, in one snapshot; the ledger has been sequenced before."""
    row = connection.execute(_CHECKED).fetchone()
    assert row is not None
    events, erased, bad, *first = row
    findings = [Finding(**dict(zip(_FIELDS, first, strict=True)))] if bad else []
    kept = heads.all_heads(connection)
    size, root, wrong = _roots(connection, kept)
    misplaced: list[tuple[int]] = connection.execute(_MISPLACED).fetchall()
    for seq, problem in (
        *((w, "root") for w in wrong),
        *((m[0], "order") for m in misplaced),
        *((size, "signature") for size in _unsigned(kept, heads.keys(connection))),
        *((0, "signature") for _ in range(heads.stray_ends(connection))),
        *((0, "private") for _ in connection.execute(_STRAY_PRIVATE)),
    ):
        bad += 1
        findings.append(_at(connection, seq, problem))
    findings.sort(key=lambda f: (f.problem != "missing", f.seq is None, f.seq or 0))
    return Verified(
        events=events, erased=erased, size=size, root=root, bad=bad,
        first_bad=findings[0] if findings else None,
    )  # fmt: skip


_FIELDS = ("seq", "event", "pupil_id", "version", "problem")


def _at(connection: Connection, seq: int | None, problem: str) -> Finding:
    row = connection.execute(_AT, (seq,)).fetchone() or (None, None, None)
    return Finding(seq=seq, event=row[0], pupil_id=row[1], version=row[2], problem=problem)


def _unsigned(kept: list[Head], keys: list[dict[str, Any]]) -> Iterator[int]:
    """Sizes of heads whose signature, or whose key's own, does not hold.

    A head may be unsigned where it is older than every key.
    """
    published = {key["key_id"]: key for key in keys}
    damaged = {name for name, key in published.items() if any(of_key(key, published))}
    first = min((key["from"] for key in keys), default=None)
    for head in kept:
        if head.signature is None and head.key_id is None:
            if first is not None and first < instant(head.signed_at):
                yield head.size
        elif head.key_id in damaged or any(of_head(head.as_json(), published)):
            yield head.size
    used = {head.key_id for head in kept}
    yield from (0 for _ in damaged - used)


def _roots(connection: Connection, kept: list[Head]) -> tuple[int, bytes, list[int]]:
    """Size and root of the log as its leaves make it, and the first size with another root."""
    heads: dict[int, set[bytes]] = {}
    for head in kept:
        heads.setdefault(head.size, set()).add(head.root)
    nodes = {
        (level, number): bytes(value)
        for level, number, value in connection.execute(
            "select level, number, hash from merkle_node"
        )
    }
    edge: list[tuple[int, bytes]] = []  # complete subtrees, larger ones first: width and hash
    size = 0
    wrong: list[int] = []
    for leaf in _leaves(connection):
        size += 1
        width, value = 1, leaf
        while edge and edge[-1][0] == width:
            value, width = node(edge.pop()[1], value), 2 * width
            level = _LEVEL.get(width)
            if level and nodes.get((level, size // width - 1)) != value:
                wrong.append(size)
        edge.append((width, value))
        if size in heads and heads.pop(size) != {_fold(edge)}:
            wrong.append(size)
    last = max((head.size for head in kept), default=0)
    if last != size or heads.pop(0, {EMPTY_ROOT}) != {EMPTY_ROOT}:
        wrong.append(last)
    return size, _fold(edge), sorted([*wrong, *heads])[:1]


_LEVEL = {BRANCH**level: level for level in range(1, 13)}


def _fold(edge: list[tuple[int, bytes]]) -> bytes:
    if not edge:
        return EMPTY_ROOT
    value = edge[-1][1]
    for _width, left in reversed(edge[:-1]):
        value = node(left, value)
    return value


def _leaves(connection: Connection) -> Iterator[bytes]:
    with connection.cursor(name="leaves", binary=True) as cursor:
        cursor.itersize = AT_ONCE
        cursor.execute("select leaf from log order by seq")
        for row in cursor:
            yield bytes(row[0])
