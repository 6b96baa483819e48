"""Events to bytes and back. An alias with a version says what they are, never a class path."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ap_registry.errors import LedgerDamaged
from ap_registry.notice import NoticeType
from ap_registry.notices import BY_ALIAS

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, Any])
PRIVATE_ENVELOPE = ("ref", "note")


def split(
    kind: NoticeType[Any], values: Mapping[str, object], envelope: Mapping[str, str | None]
) -> tuple[bytes, bytes | None]:
    """The open part and the private part (None where there is nothing private), as stored."""
    private_fields = kind.private_fields
    public = {k: v for k, v in values.items() if k not in private_fields}
    private = {k: v for k, v in values.items() if k in private_fields}
    destination = public.get("destination")
    if isinstance(destination, str) and not _is_organisation(destination):
        private["destination"] = destination
        public["destination"] = None
    fields = public.get("fields")
    if isinstance(fields, Mapping):
        private["fields"] = fields
        public["fields"] = sorted(fields)
    private |= {f"_{name}": v for name, v in envelope.items() if v is not None}
    return _ENCODER.encode(public), _ENCODER.encode(private) if private else None


def _is_organisation(text: str) -> bool:
    head, _, tail = text.partition("-")
    return (
        (text.isdigit() and len(text) == 6)
        or text.startswith("LA")
        or (head in {"AP", "SVC", "ICB", "T"} and bool(tail))
    )


def join(public: bytes | str, private: bytes | str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and private envelope; what was erased is simply not there."""
    values = _DECODER.decode(public)
    envelope: dict[str, str] = {}
    if private is not None:
        for name, value in _DECODER.decode(private).items():
            if name.startswith("_"):
                envelope[name[1:]] = value
            else:
                values[name] = value
    return {k: v for k, v in values.items() if v is not None}, envelope


def type_of(alias: str) -> NoticeType[Any]:
    kind = BY_ALIAS.get(alias)
    if kind is None:
        raise LedgerDamaged(f"no notice type reads {alias}: is this program older than the ledger?")
    return kind


def encode(value: object) -> bytes:
    return _ENCODER.encode(value)


def decode(text: bytes | str) -> Any:
    return msgspec.json.decode(text)
