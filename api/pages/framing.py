"""A report, which is a page of its own, under the header of ours."""

import base64
import hashlib
import re

from fastapi.responses import Response

_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_LINK = b'<link rel="stylesheet" href="/static/header.css"></head>'


def framed(report: bytes, header: str) -> Response:
    made = report.replace(b"</head>", _LINK, 1)
    made = made.replace(b"<body>", b"<body>" + header.encode(), 1)
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
