"""Reference data as rows, bounded in time like what is derived."""

from datetime import date, datetime

from sqlmodel import Field, SQLModel

from ap_registry.store.tables import TIMESTAMPTZ, texts


class OrganisationRow(SQLModel, table=True):
    """An organisation as it was last imported; ``id`` as contract section 5 writes it."""

    __tablename__ = "organisation"
    id: str = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    kind: str
    name: str
    la: str | None
    las: list[str] | None = texts()
    trust: str | None
    ukprn: str | None
    laestab: str | None
    type_code: str | None
    setting_type: str | None
    subcontractor_of: str | None
    opened_on: date | None
    closed_on: date | None
    email: str | None
    predecessors: list[str] | None = texts()


class TermBlockRow(SQLModel, table=True):
    """A block of days on which an organisation is open to pupils; half-terms split terms."""

    __tablename__ = "term_block"
    organisation: str = Field(primary_key=True)
    starts_on: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    ends_on: date


class ClosureRow(SQLModel, table=True):
    """A day on which an organisation (``ENG``: every one) is closed."""

    __tablename__ = "closure"
    organisation: str = Field(primary_key=True)
    closed_on: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    reason: str


class ArrangementRow(SQLModel, table=True):
    """What an LA has decided, from a day on (``ap_registry.arrangements``)."""

    __tablename__ = "arrangement"
    organisation: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    value: str
    basis: str | None


class AdjustmentRow(SQLModel, table=True):
    """A rule's number as an LA has set it, from a day on (``ap_registry.adjustments``)."""

    __tablename__ = "adjustment"
    organisation: str = Field(primary_key=True)
    rule: str = Field(primary_key=True)
    from_on: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    value: str | None
    reason: str
    source: str | None


class PersonRow(SQLModel, table=True):
    """Who does a duty at an organisation, and who stands in; what is past keeps no name."""

    __tablename__ = "person"
    organisation: str = Field(primary_key=True)
    duty: str = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    name: str | None
    email: str | None
    deputy_name: str | None
    deputy_email: str | None
    phone: str | None
    hours: str | None


class ConfirmationRow(SQLModel, table=True):
    """An organisation said that its list was whole on a day."""

    __tablename__ = "confirmation"
    organisation: str = Field(primary_key=True)
    confirmed_on: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)


class ProviderCheckRow(SQLModel, table=True):
    """What was known of a provider as at a day: its staff checks, its quality, its teachers."""

    __tablename__ = "provider_check"
    provider: str = Field(primary_key=True)
    as_at: date = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    checks_confirmed_on: date | None
    checks_changed_on: date | None
    standards_checked_on: date | None
    qa_visit_on: date | None
    qa_words: str | None
    teachers: int | None
    qualified_teachers: int | None
    places: int | None


class HeadcountRow(SQLModel, table=True):
    """How many pupils an organisation had on a day: in all, or of one group."""

    __tablename__ = "headcount"
    organisation: str = Field(primary_key=True)
    as_at: date = Field(primary_key=True)
    by: str = Field(primary_key=True)
    value: str = Field(primary_key=True)
    from_at: datetime = Field(primary_key=True, sa_type=TIMESTAMPTZ)
    until_at: datetime = Field(sa_type=TIMESTAMPTZ)
    pupils: int
    places: int | None
