"""The columns of the outcome report's tables."""

from reports.document import Column

RATE = (
    Column(key="rate", title="Rate", kind="rate"),
    Column(key="low", title="Likely range from", kind="rate"),
    Column(key="high", title="to", kind="rate"),
    Column(key="numerator", title="Went well", kind="integer"),
    Column(key="denominator", title="Counted", kind="integer"),
    Column(key="pending", title="Pending", kind="integer"),
    Column(key="unknown", title="Unknown", kind="integer"),
)
LAST = (
    Column(key="excluded", title="Not counted"),
    Column(key="coverage", title="Coverage", kind="share"),
)
GLANCE = (Column(key="title", title="Outcome"), *RATE, *LAST, Column(key="words", title="Note"))
ROWS = (
    Column(key="title", title="Provider"), *RATE, *LAST, Column(key="words", title="In words"),
)  # fmt: skip
BESIDE = (
    Column(key="figure", title="Figure"),
    Column(key="title", title="Provider"),
    Column(key="numerator", title="Number", kind="integer"),
    Column(key="denominator", title="Of", kind="integer"),
    Column(key="share", title="Share", kind="rate"),
    Column(key="value", title="Mean or median", kind="decimal"),
)
TREND = (
    Column(key="title", title="Provider"),
    Column(key="year", title="Year"),
    *RATE[:5],
)
MIX = (
    Column(key="case", title="Placements"),
    Column(key="by", title="By"),
    Column(key="numerator", title="Number", kind="integer"),
    Column(key="denominator", title="Of", kind="integer"),
    Column(key="share", title="Share", kind="rate"),
    Column(key="title", title="Provider"),
)
ABSENCE = (
    Column(key="title", title="Provider"),
    Column(key="overall_absence", title="Sessions missed", kind="rate"),
    Column(key="authorised_absence", title="with leave", kind="rate"),
    Column(key="unauthorised_absence", title="without leave", kind="rate"),
    Column(key="sessions", title="Possible sessions", kind="integer"),
    Column(key="persistent_absence", title="Pupils who missed 10 % or more", kind="rate"),
    Column(key="severe_absence", title="50 % or more", kind="rate"),
    Column(key="pupils", title="Pupils", kind="integer"),
)
ABSENCES = frozenset(column.key for column in ABSENCE if column.kind == "rate")
KEEPING = (
    Column(key="title", title="Provider"),
    Column(key="ended_error", title="Ended as recorded in error", kind="integer"),
    Column(key="voids", title="Notices voided", kind="integer"),
    Column(key="late", title="Told more than 20 school days late", kind="integer"),
)
