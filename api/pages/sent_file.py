"""A file that goes back and forth in a form: nothing of it is kept here before it is confirmed."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from ap_registry.access import ROLES
from ap_registry.ingest.own_files import OWN, SENDERS
from api.problems import HttpProblem
from api.v1.census import MAY as CENSUS_SENDERS
from api.v1.ctf import MAY as CTF_SENDERS

MOST_BYTES = 6_000_000  # a million marks, ten a row
MOST_PACKED = MOST_BYTES * 3 // 2  # what cannot be packed grows by a third as it is written in text
_ALL = frozenset(ROLES)


@dataclass(frozen=True, slots=True)
class Holds:
    """What a file may hold: in words, how it looks, and which roles send such files."""

    words: str
    hint: str
    roles: frozenset[str] = _ALL


KINDS: Mapping[str, Holds] = {
    "notices": Holds("Notices", "Columns type, upn, occurred_on and the fields of each notice"),
    "attendance": Holds(
        "Attendance marks",
        "Columns upn, organisation, week, marks; upn, organisation, date, session, code; or as your"
        " own system writes them",
    ),
    "ctf": Holds(
        "Pupils who come (CTF)", "A Common Transfer File (XML) of the school before", CTF_SENDERS
    ),
    "nccis": Holds(
        "Activities after Year 11 (NCCIS)",
        "Columns upn, activity, date",
        frozenset({"la", "admin"}),
    ),
    "census": Holds(
        "A census file (XML, CSV or XLSX)",
        "School census or AP census: compared with the registry, and nothing of it is saved",
        CENSUS_SENDERS,
    ),
    **{
        kind: Holds(one.words, f"Columns {', '.join(one.columns)}", SENDERS)
        for kind, one in OWN.items()
    },
}


ELSEWHERE: Mapping[str, str] = {
    "Organisations and areas (GIAS and the like)": "They are the same for everybody, so whoever"
    " runs the registry brings them in. One is missing? Its number stands under Data quality as"
    " soon as a notice names it.",
    "DfE's codes for the AP census, and ONS codes of areas": "DfE and ONS give them, the same for"
    " everybody: whoever runs the registry brings them in.",
    "Numbers of rules": "Set them under Rules, one by one, with the reason.",
    "Keys of programs and accounts": "Whoever runs the registry makes keys; people are invited"
    " under Colleagues.",
}
"""What no page takes as a file, and why."""


def kinds(role: str) -> dict[str, Holds]:
    return {code: one for code, one in KINDS.items() if role in one.roles}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as a person chose it, and what it was said to hold.

    ``organisation``, ``on``: whose census it is and of when, as a person wrote it of a table.
    """

    name: str
    kind: str
    content: bytes
    organisation: str = ""
    on: str = ""

    @property
    def packed(self) -> str:
        return base64.b64encode(zlib.compress(self.content)).decode()

    @property
    def file(self) -> BinaryIO:
        return BytesIO(self.content)


def unpacked(form: Mapping[str, str]) -> Sent:
    """Never more than a file may have: a few bytes can be packed to swell."""
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(base64.b64decode(form.get("packed", "")), MOST_BYTES)
    except (zlib.error, binascii.Error):
        content = b""
    if not content or form.get("kind") not in KINDS:
        raise HttpProblem(400, "The file is not whole: send it again.")
    return Sent(
        name=form.get("name", "")[-100:], kind=form["kind"], content=content,
        organisation=form.get("organisation", "").strip()[:100],
        on=form.get("on", "").strip()[:100],
    )  # fmt: skip
