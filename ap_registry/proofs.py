"""Check what AP Registry exports of its ledger: tree heads, keys, proofs. Needs no other file.

    python verify_proof.py FILE [FILE …] [--trust KEY_ID]

Python 3.11 and the package ``cryptography`` are enough: no database, no network, none of the
registry's other code. Files are exports (``ap-registry ledger export``), or answers of
``/api/v1/ledger/…`` as they came; all are taken together. Exit 0 when everything holds, 1 when
something does not, 2 when a file cannot be read.

Hashing is RFC 6962: a leaf is SHA-256(0x00, digest of the event), a node SHA-256(0x01, left,
right). Heads and keys are signed by Ed25519 over lines of text, each ended by LF.
"""

import argparse
import base64
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORMAT = "ap-registry.ledger.v1"
EMPTY_ROOT = hashlib.sha256(b"").digest()
Json = dict[str, Any]


class Bad(ValueError):
    """A proof that cannot be one: its path is too short, too long, or out of the tree."""


def leaf_hash(digest: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + digest).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def head_message(size: int, root: bytes, signed_at: str) -> bytes:
    return f"{size}\n{root.hex()}\n{signed_at}\n".encode()


def key_id(public_key: bytes) -> str:
    """The first 32 hex digits of SHA-256 of the raw public key."""
    return hashlib.sha256(public_key).hexdigest()[:32]


def key_message(public_key: bytes, from_: str) -> bytes:
    """What a key signs of itself when it is published."""
    return f"{key_id(public_key)}\n{base64.b64encode(public_key).decode()}\n{from_}\n".encode()


def end_message(ended: str, until: str, successor: str) -> bytes:
    """What ends a key: signed by itself, or by its successor where it was lost."""
    return f"{ended}\n{until}\n{successor}\n".encode()


def signed(public_key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        _loaded(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=64)
def _loaded(public_key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public_key)


def root_of(leaf_index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root to which an inclusion proof leads (RFC 9162, 2.1.3.2), or Bad."""
    if not 0 <= leaf_index < size:
        raise Bad("the leaf is not in a tree of that size")
    index, last, found = leaf_index, size - 1, leaf
    for step in path:
        if last == 0:
            raise Bad("the path is too long")
        if index & 1 or index == last:
            found = node(step, found)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            found = node(found, step)
        index, last = index >> 1, last >> 1
    if last:
        raise Bad("the path is too short")
    return found


def consistent(
    before: int, after: int, *, first: bytes, second: bytes, path: Sequence[bytes]
) -> bool:
    """Whether the tree of ``before`` leaves, of root ``first``, begins that of ``after`` leaves
    (RFC 9162, 2.1.4.2)."""
    if before == after or before == 0:
        return not path and (first == second if before == after else first == EMPTY_ROOT)
    steps = list(path)
    if not before & (before - 1):
        steps.insert(0, first)
    if not 0 < before < after or not steps:
        return False
    index, last = before - 1, after - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            old, new = node(step, old), node(step, new)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            new = node(new, step)
        index, last = index >> 1, last >> 1
    return (old, new, last) == (first, second, 0)


def gathered(documents: Iterable[object]) -> dict[str, list[Json]]:
    """Keys, heads and proofs of all documents; an answer of the API is known by its fields."""
    found: dict[str, list[Json]] = {
        kind: [] for kind in ("keys", "heads", "consistency", "inclusion")
    }
    for document in documents:
        if isinstance(document, list):
            for kind, items in gathered(document).items():
                found[kind] += items
        elif not isinstance(document, dict):
            raise Bad("it is not a JSON object")
        elif kind_ := _kind(document):
            found[kind_].append(document)
        elif "items" in document:
            found["keys"] += document["items"]
        elif document.get("format") == FORMAT:
            for kind in found:
                found[kind] += document.get(kind, [])
        else:
            raise Bad("it is no export of a ledger, head, proof or list of keys")
    return found


def _kind(document: Json) -> str | None:
    if "leaf_index" in document:
        return "inclusion"
    if "path" in document and "from" in document:
        return "consistency"
    if "public_key" in document:
        return "keys"
    return "heads" if "root" in document and "signature" in document else None


def problems(found: Mapping[str, list[Json]], trusted: str | None = None) -> Iterator[str]:
    """What does not hold, in words; nothing where all does."""
    try:
        keys: dict[str, Json] = {}
        for key in found["keys"]:
            if key["until"] or key["key_id"] not in keys:  # once ended, ended for good
                keys[key["key_id"]] = key
        for key in found["keys"]:
            yield from of_key(key, keys)
        if trusted is not None:
            yield from _untrusted(found["heads"], keys, trusted)
        for head in found["heads"]:
            yield from of_head(head, keys)
        roots: dict[int, bytes] = {}
        for head in found["heads"]:
            root = bytes.fromhex(head["root"])
            if roots.setdefault(head["size"], root) != root:
                yield f"two heads of size {head['size']} have different roots"
        yield from _unlinked(roots, found["consistency"])
        for proof in found["inclusion"]:
            yield from _not_included(proof, roots)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        yield f"a field is missing or is not as it should be ({type(error).__name__}: {error})"


def of_key(key: Json, keys: Mapping[str, Json]) -> Iterator[str]:
    public, name = base64.b64decode(key["public_key"]), key["key_id"]
    if key_id(public) != name:
        yield f"key {name} is not the id of its public key"
    elif not signed(public, key_message(public, key["from"]), base64.b64decode(key["signature"])):
        yield f"key {name} has not signed for itself"
    ended = key["ended"]
    if (ended is None) != (key["until"] is None):
        yield f"key {name} has an end that nobody signed"
    elif ended is not None:
        signer = keys.get(ended["signed_by"])
        said = end_message(name, key["until"], ended["successor"])
        if (
            signer is None
            or ended["signed_by"] not in {name, ended["successor"]}
            or not signed(
                base64.b64decode(signer["public_key"]), said, base64.b64decode(ended["signature"])
            )
        ):
            yield f"the end of key {name} was signed by neither it nor its successor"


def _untrusted(heads: list[Json], keys: Mapping[str, Json], trusted: str) -> Iterator[str]:
    """Keys of heads to which no chain of ended keys leads, each signing for the next."""
    reached: list[str] = [trusted]
    while True:
        ended = keys.get(reached[-1], {}).get("ended")
        if not ended or ended["signed_by"] != reached[-1] or ended["successor"] in reached:
            break
        reached.append(ended["successor"])
    for name in sorted({head["key_id"] for head in heads} - set(reached)):
        yield f"key {name} is not trusted: no chain of keys leads to it from {trusted}"


def of_head(head: Json, keys: Mapping[str, Json]) -> Iterator[str]:
    """Signed by a known key while that was in use. Instants compare as text: all are UTC, with
    microseconds."""
    size, at = head["size"], head["signed_at"]
    key = keys.get(head["key_id"])
    if key is None:
        yield f"the head of size {size} is signed by an unknown key {head['key_id']}"
        return
    if at < key["from"] or (key["until"] is not None and at > key["until"]):
        yield f"the head of size {size} is signed at {at}, when key {key['key_id']} was not in use"
    message = head_message(size, bytes.fromhex(head["root"]), at)
    signature = base64.b64decode(head["signature"])
    if not signed(base64.b64decode(key["public_key"]), message, signature):
        yield f"the signature of the head of size {size} is wrong"


def _unlinked(roots: Mapping[int, bytes], proofs: Iterable[Json]) -> Iterator[str]:
    """Each head must begin the next one, by a proof that is at hand."""
    proven: set[tuple[int, int]] = set()
    for proof in proofs:
        before, after = proof["from"], proof["to"]
        path = [bytes.fromhex(step) for step in proof["path"]]
        if before not in roots or after not in roots:
            yield f"no head belongs to the proof from {before} to {after}"
        elif not consistent(before, after, first=roots[before], second=roots[after], path=path):
            yield f"the ledger of size {before} is not the beginning of that of size {after}"
        else:
            proven.add((before, after))
    for before, after in pairwise(sorted(roots)):
        if (before, after) not in proven:
            yield f"nothing proves that the ledger of size {before} begins that of size {after}"


def _not_included(proof: Json, roots: Mapping[int, bytes]) -> Iterator[str]:
    name = f"event {proof.get('event', proof['leaf_index'])}"
    leaf, size = bytes.fromhex(proof["leaf"]), proof["size"]
    if "digest" in proof and leaf_hash(bytes.fromhex(proof["digest"])) != leaf:
        yield f"the leaf of {name} is not made of its digest"
    if size not in roots:
        yield f"no head of size {size} belongs to the proof of {name}"
        return
    path = [bytes.fromhex(step) for step in proof["path"]]
    try:
        included = root_of(proof["leaf_index"], size, leaf, path) == roots[size]
    except Bad:
        included = False
    if not included:
        yield f"{name} is not in the ledger of size {size} at {proof['leaf_index']}"


def read(paths: Iterable[str]) -> list[object]:
    """JSON of each file, ``-`` for standard input; Bad names the one that is none."""
    found: list[object] = []
    for path in paths:
        try:
            text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
            found.append(json.loads(text))
        except (OSError, ValueError) as error:
            raise Bad(f"{path} cannot be read as JSON: {error}") from error
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", nargs="+", help="exports, or answers of /api/v1/ledger/…")
    parser.add_argument("--trust", metavar="KEY_ID", help="the key that you know to be theirs")
    given = parser.parse_args(arguments)
    try:
        found = gathered(read(given.file))
    except Bad as bad:
        sys.stderr.write(f"{bad}\n")
        return 2
    wrong = list(problems(found, given.trust))
    for words in wrong:
        sys.stdout.write(f"WRONG: {words}\n")
    counts = ", ".join(f"{len(items)} {kind}" for kind, items in found.items())
    sys.stdout.write(f"{counts}: {'not all holds' if wrong else 'all holds'}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
