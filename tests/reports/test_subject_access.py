"""The export of a pupil as a document: whatever stands in it is text, never markup."""

from typing import Any

from reports.subject_access import as_pdf

FOUND: dict[str, Any] = {
    "made_at": "2026-11-20T12:00:00.000000Z", "for": "pupil", "upn": "A856400120001",
    "given_name": "#panic() রহিম", "family_name": "*Example_ $x$ \\ <a> @b 王", "contacts": [],
    "timeline": [
        {
            "id": "1", "type": "suspension", "occurred_on": "2026-03-02", "sentence": "Suspended",
            "by": "100001", "recorded_at": "2026-03-02T10:00:00.000000Z", "status": "corrected",
            "data": {"school": "100001", "reasons": ["PP"], "exam_missed": False},
            "note": "= Ah\r\n\t\ufeff\x00",
            "changes": [
                {"field": "sessions", "old": 4, "new": 2, "reason": None, "by": "100001",
                 "recorded_at": "2026-03-03T10:00:00.000000Z"},
            ],
        },
    ],
    "flags": [], "follow_ups": [], "deliveries": [], "exports": [], "holds": [],
    "registers": [{"organisation": "100001", "week": "2026-03-02", "marks": "/ \\ / \\"}],
    "reads": {
        "logged": True, "detail": "All.",
        "items": [{"at": "2026-03-04T10:00:00.000000Z", "organisation": "100001", "role": "school",
                   "what": "GET /pupils/{pupil}"}],
    }, "emergencies": [], "seen_by": [],
    "withheld": [{"event": "2", "reason": "A witness"}],
}  # fmt: skip


def test_the_document_is_a_tagged_pdf() -> None:
    made = as_pdf(FOUND)
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made


def test_the_same_export_gives_the_same_bytes() -> None:
    assert as_pdf(FOUND) == as_pdf(FOUND)
