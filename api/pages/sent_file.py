"""A file that goes back and forth in a form: nothing of it is kept here before it is confirmed."""

import base64
import binascii
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from api.problems import HttpProblem

MOST_BYTES = 5_000_000
KINDS: Mapping[str, tuple[str, str]] = {
    "notices": ("Notices", "Columns type, upn, occurred_on and the fields of each notice"),
    "attendance": (
        "Attendance marks",
        "Columns upn, organisation, week, marks; or upn, organisation, date, session, code",
    ),
    "census": (
        "A census file (XML)",
        "School census or AP census: compared with the registry, and nothing of it is saved",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as a person chose it, and what it was said to hold."""

    name: str
    kind: str
    content: bytes

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
    return Sent(name=form.get("name", "")[-100:], kind=form["kind"], content=content)
