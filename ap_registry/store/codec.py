"""Events to bytes and back. An alias with a version says what they are, never a class path."""

from collections.abc import Mapping
from typing import Any

import msgspec

from ap_registry.codes import LA_CODES
from ap_registry.errors import LedgerDamaged
from ap_registry.fields import Destination
from ap_registry.identifiers import BadIdentifier, parse_organisation_id
from ap_registry.notice import NoticeType
from ap_registry.notices import BY_ALIAS

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(dict[str, Any])


def split(
    kind: NoticeType[Any],
    values: Mapping[str, object],
    envelope: Mapping[str, str | None],
    *,
    corrects: NoticeType[Any] | None = None,
) -> tuple[bytes, bytes | None]:
    """The open part and the private part (None where there is nothing private), as stored.

    ``corrects``: the type of the notice that a correction puts right, whose fields say which of
    the right values are private.
    """
    public, private = _apart(kind, values)
    fields = values.get("fields")
    if corrects is not None and isinstance(fields, Mapping):
        public["fields"], hidden = _apart(corrects, fields)
        if hidden:
            private["fields"] = hidden
    private |= {f"_{name}": v for name, v in envelope.items() if v is not None}
    return _ENCODER.encode(public), _ENCODER.encode(private) if private else None


def _apart(
    kind: NoticeType[Any], values: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """What is private goes apart; of a destination in words only that one was named stays."""
    public: dict[str, object] = {}
    private: dict[str, object] = {}
    for name, value in values.items():
        spec = kind.fields.get(name)
        if name in kind.private_fields:
            private[name] = value
        elif spec is not None and isinstance(spec.kind, Destination) and _in_words(value):
            public[name], private[name] = None, value
        else:
            public[name] = value
    return public, private


def _in_words(value: object) -> bool:
    """No organisation's id and no LA code: the words of whoever notified."""
    if not isinstance(value, str) or value in LA_CODES:
        return False
    try:
        parse_organisation_id(value)
    except BadIdentifier:
        return True
    return False


def join(public: bytes | str, private: bytes | str | None) -> tuple[dict[str, Any], dict[str, str]]:
    """Values and private envelope; what was erased is simply not there."""
    values = _DECODER.decode(public)
    envelope: dict[str, str] = {}
    if private is not None:
        for name, value in _DECODER.decode(private).items():
            if name.startswith("_"):
                envelope[name[1:]] = value
            elif name == "fields":
                values[name] = {**values.get(name, {}), **value}
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
