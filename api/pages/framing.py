"""A report, which is a page of its own, under the header of ours."""

import base64
import hashlib
import re
from typing import Any

from fastapi.responses import Response

from ap_registry.registry import Registry
from ap_registry.store.sessions import SignedIn
from api.pages.rendering import text_of

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_LINKS = (
    b'<link rel="icon" type="image/svg+xml" href="/static/favicon.svg">'
    b'<link rel="stylesheet" href="/static/header.css"></head>'
)


def framed(
    registry: Registry, person: SignedIn, report: bytes, header: str, **values: Any
) -> Response:
    """``header``: the template of what stands above the report."""
    above = text_of(registry, header, person, **values).encode()
    below = text_of(registry, "footer.html", person).encode()
    made = report.replace(b"</head>", _LINKS, 1)
    made = made.replace(b"<body>", b"<body>" + above, 1)
    before, _, after = made.rpartition(b"</body>")
    made = b"".join((before, below, b"</body>", after))
    return Response(made, media_type="text/html", headers=_policy(made))


def _policy(page: bytes) -> dict[str, str]:
    """A report carries its own style sheet, so that it can be saved: allowed by its digest."""
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(style).digest()).decode()}'"
        for style in _STYLE.findall(page)
    )
    return {
        "Content-Security-Policy": f"default-src 'none'; style-src 'self' {digests};"
        " img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    }
