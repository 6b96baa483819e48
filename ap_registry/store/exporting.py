"""Proofs and heads as they are told outside: what ``ap_registry/proofs.py`` checks."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

from ap_registry import proofs
from ap_registry.errors import LedgerDamaged, NotFound, Problem, Unreadable
from ap_registry.instants import instant
from ap_registry.proofs import FORMAT, leaf_hash
from ap_registry.store import feed, heads, merkle, queries
from ap_registry.store.database import Connection
from ap_registry.store.heads import Head


@dataclass(frozen=True, slots=True)
class Disagreement:
    """``problem`` as ``verify`` names it; the seq that it is about, where there is one."""

    problem: str
    seq: int | None
    words: str


def inclusion(
    connection: Connection, event: UUID, seq: int, *, digest: bytes, size: int
) -> dict[str, Any]:
    """That the ledger of ``size`` events holds this one."""
    return {
        "event": str(event),
        "digest": digest.hex(),
        "leaf_index": seq - 1,
        "size": size,
        "leaf": leaf_hash(digest).hex(),
        "path": [step.hex() for step in merkle.inclusion(connection, seq - 1, size)],
    }


def consistency(connection: Connection, before: int, after: int) -> dict[str, Any]:
    """That the ledger of ``before`` events begins that of ``after``."""
    path = merkle.consistency(connection, before, after)
    return {"from": before, "to": after, "path": [step.hex() for step in path]}


def export(
    connection: Connection, head: Head, before: Head | None = None, *, events: Iterable[UUID] = ()
) -> dict[str, Any]:
    """A head with its keys, proved to go on from the one told before, and to hold these events."""
    if before is not None:
        _refuse_rewritten(connection, head, before)
    told = [before, head] if before is not None and before.size < head.size else [head]
    return {
        "format": FORMAT,
        "keys": heads.keys(connection),
        "heads": [one.as_json() for one in told],
        "consistency": [consistency(connection, a.size, b.size) for a, b in pairwise(told)],
        "inclusion": [_proved(connection, event, head.size) for event in events],
    }


def _refuse_rewritten(connection: Connection, head: Head, before: Head) -> None:
    if before.size > head.size or merkle.root(connection, before.size) != before.root:
        raise LedgerDamaged(
            f"The ledger no longer begins with the {before.size} events of the head that was"
            f" signed at {instant(before.signed_at)}: keep that export, run `ap-registry verify`"
        )


def _proved(connection: Connection, event: UUID, size: int) -> dict[str, Any]:
    found = feed.place(connection, queries.Scope(everything=True), event)
    if found is None:
        raise NotFound((Problem("", "not_found", f"no event {event} is known"),))
    return inclusion(connection, event, found[0], digest=found[1], size=size)


def export_into(connection: Connection, folder: Path, head: Head, day: date) -> Path:
    """Today's export beside those of earlier days, and the program that checks them all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = export_of(folder, day)
    earlier = max((one for one in folder.glob("ledger-*.json") if one < path), default=None)
    made = export(connection, head, None if earlier is None else _last_head(earlier))
    write_whole(folder / "verify_proof.py", Path(proofs.__file__).read_bytes())
    write_whole(path, (json.dumps(made, indent=2) + "\n").encode())
    return path


def export_of(folder: Path, day: date) -> Path:
    return folder / f"ledger-{day}.json"


def write_whole(path: Path, content: bytes) -> None:
    """All of it or nothing: a reader never sees half a file."""
    fresh = path.with_name(f".{path.name}")
    fresh.write_bytes(content)
    fresh.replace(path)


def _last_head(path: Path) -> Head:
    try:
        told = proofs.gathered(proofs.read([str(path)]))["heads"][-1]
        return Head(
            size=told["size"], root=bytes.fromhex(told["root"]), key_id=told["key_id"],
            signed_at=datetime.fromisoformat(told["signed_at"]),
            signature=base64.b64decode(told["signature"]),
        )  # fmt: skip
    except (ValueError, LookupError, TypeError) as error:
        raise Unreadable(f"{path} is no export of a ledger: {error}") from error


def disagreements(connection: Connection, documents: Iterable[object]) -> Iterator[Disagreement]:
    """What of an export, or of answers of the API, is not so in this ledger."""
    found = proofs.gathered(documents)
    newest = heads.newest(connection)
    size = newest.size if newest else 0
    published = {key["key_id"]: key for key in heads.keys(connection)}
    for key in found["keys"]:
        if published.get(key["key_id"], {}).get("public_key") != key["public_key"]:
            yield Disagreement(
                "signature", None, f"key {key['key_id']} is not published by this ledger"
            )
    for head in found["heads"]:
        for words in proofs.of_head(head, published):
            yield Disagreement("signature", head["size"], words)
        at, root = head["size"], bytes.fromhex(head["root"])
        if not 0 <= at <= size or merkle.root(connection, at) != root:
            words = f"the ledger does not begin with the {at} events of that head"
            yield Disagreement("root", at, words)
    yield from _unproved(connection, found, size)


def _unproved(
    connection: Connection, found: Mapping[str, list[dict[str, Any]]], size: int
) -> Iterator[Disagreement]:
    """Proofs are made anew: there is one right path, and it is the one of the file or not."""
    for proof in found["consistency"]:
        before, after = proof["from"], proof["to"]
        told = {name: proof[name] for name in ("from", "to", "path")}
        if not 0 <= before <= after <= size or told != consistency(connection, before, after):
            yield Disagreement("root", after, f"no proof from {before} to {after} in this ledger")
    for proof in found["inclusion"]:
        at, of = proof["leaf_index"], proof["size"]
        row = connection.execute("select leaf from log where seq = %s", (at + 1,)).fetchone()
        path = [bytes.fromhex(step) for step in proof["path"]]
        if (
            row is None
            or not at < of <= size
            or bytes(row[0]) != bytes.fromhex(proof["leaf"])
            or path != merkle.inclusion(connection, at, of)
        ):
            yield Disagreement("leaf", at + 1, f"this ledger has another event at {at}")
        elif "digest" in proof and leaf_hash(bytes.fromhex(proof["digest"])).hex() != proof["leaf"]:
            yield Disagreement("digest", at + 1, f"the leaf at {at} is not made of that digest")
