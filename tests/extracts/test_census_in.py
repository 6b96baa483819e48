"""A census file beside the registry: what it finds, and that its offers put the registry right."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date
from io import BytesIO, StringIO
from xml.etree.ElementTree import Element, SubElement, fromstring, tostring

import pytest
from openpyxl import Workbook

from ap_registry import embedded
from ap_registry.access import COMMAND_LINE, Caller
from ap_registry.census_in.reading import open_census
from ap_registry.census_in.tables import header_of
from ap_registry.errors import Refused, Unreadable
from ap_registry.ingest.notices import import_notices
from ap_registry.matching import Wanted, decide
from ap_registry.registry import Registry
from ap_registry.store.database import Database
from reports.asking import asked_of
from reports.census_compared.comparing import compare
from reports.census_compared.told import Compared, offered
from reports.files import MEDIA, file_of
from reports.kinds import KINDS
from tests.conftest import fresh_database
from tests.extracts.area import COLLEGE, GARAGE, INDEPENDENT, dan, eve, gus, hal, prepare
from tests.extracts.conftest import KeyOf
from tests.extracts.test_census import CODES, send
from tests.reports.telling import Telling
from tests.world import OTHER, PRU, SCHOOL, take_organisations, upn

NEW = upn(70)


@contextmanager
def area_856(servers: embedded.Servers) -> Iterator[Registry]:
    with fresh_database(servers) as urls:
        database = Database(urls.database_url)
        registry = Registry(database)
        prepare(registry)
        take_organisations(registry, f"id,kind,name,la,laestab\n{SCHOOL},school,A,856,8564001\n")
        for story in (dan, eve, gus, hal):
            story(registry)
        send(registry, CODES)
        yield registry
        database.close()


@pytest.fixture(scope="module")
def coded(servers: embedded.Servers) -> Iterator[Registry]:
    """That is only read: comparing records nothing."""
    with area_856(servers) as registry:
        yield registry


@pytest.fixture
def own(servers: embedded.Servers) -> Iterator[Registry]:
    with area_856(servers) as registry:
        yield registry


def written(registry: Registry) -> Element:
    """The AP census of LA 856 for 2026, as the registry itself writes it."""
    kind = KINDS["census"]
    made = kind.read(registry, asked_of(kind, {"la": "856", "year": "2026"}))
    return fromstring(file_of(made, "xml"))


def told(registry: Registry, message: Element, caller: Caller | None = None) -> Compared:
    given = {} if caller is None else {"caller": caller}
    return compare(registry, BytesIO(tostring(message)), **given)


def child(message: Element, forename: str) -> Element:
    return next(p for p in message.iter("Pupil") if p.findtext(".//Forename") == forename)


def put(message: Element, forename: str, item: str, text: str) -> None:
    found = child(message, forename).find(f".//{item}")
    assert found is not None
    found.text = text


def add(parent: Element, **items: str) -> None:
    for name, text in items.items():
        SubElement(parent, name).text = text


def add_pupil(pupils: Element, **identifiers: str) -> Element:
    new = SubElement(pupils, "Pupil")
    add(SubElement(new, "PupilIdentifiers"), **identifiers)
    return new


def changed(registry: Registry) -> Element:
    """Dan began a week later, Eve is not in it, Hal has another name, and there is a stranger."""
    message = written(registry)
    put(message, "Dan", "EntryDate", "2025-12-01")
    put(message, "Dan", "SessionsPerWeek", "8")
    put(message, "Hal", "Surname", "O'Neil & Son")
    pupils = message.find("Pupils")
    assert pupils is not None
    pupils.remove(child(message, "Eve"))
    new = add_pupil(pupils, UPN=NEW.lower(), Surname="New", Forename="Nia", DOB="2012-04-05",
                    Sex="F")  # fmt: skip
    add(SubElement(new, "SpecialEducationalNeeds"), SENprovision="K")
    add(SubElement(new, "Placement"), EntryDate="2025-11-03", URN=INDEPENDENT, PrimaryReason="PEX",
        SessionsPerWeek="10")  # fmt: skip
    return message


def test_what_the_registry_wrote_says_what_it_holds(coded: Registry) -> None:
    found = told(coded, written(coded))
    assert (found.ok, found.rows, found.same, found.offers) == (True, 3, 3, [])


def test_what_differs_is_named_and_what_is_in_one_alone(coded: Registry) -> None:
    found = told(coded, changed(coded))
    assert [(d["upn"], d["column"], d["file"], d["registry"]) for d in found.differing] == [
        (upn(4), "starts_on", "2025-12-01", "2025-11-24"),
        (upn(4), "sessions_per_week", "8", "6"),
        (upn(8), "family_name", "O'Neil & Son", "O'Neill & Son"),
    ]
    assert [(one["upn"], one["what"]) for one in found.only_in_file] == [(NEW, "pupil")]
    assert [(one["upn"], one["what"], one["at"]) for one in found.only_in_registry] == [
        (upn(5), "placement", "AP-0003")
    ]
    assert found.sentences()[0] == (
        1, f"{upn(4)}, placement at OTH: starts_on is 2025-12-01 in the file, 2025-11-24 in the"
        " registry"
    )  # fmt: skip


def test_nothing_is_recorded_and_what_is_offered_puts_it_right(own: Registry) -> None:
    events = "select count(*) from event"
    with own.database.connection() as connection:
        before = connection.execute(events).fetchone()
        found = told(own, changed(own))
        assert connection.execute(events).fetchone() == before
    assert [one["type"] for one in found.offers] == [
        "correction", "pupil_details_changed", "placement_started"
    ]  # fmt: skip
    for one in found.offers:
        if one["type"] == "placement_started":
            one |= {"ends_on": "2026-07-10", "intent": "transition"}  # what a census cannot say
    for format_ in ("csv", "xlsx"):
        result = import_notices(own, BytesIO(offered(found.offers, format_)))
        assert result.errors == []
    again = told(own, changed(own))
    assert (again.differing, again.only_in_file, again.offers) == ([], [], [])


def test_what_a_census_cannot_say_is_left_blank_and_asked_for(coded: Registry) -> None:
    found = told(coded, changed(coded))
    table = offered(found.offers, "csv")
    head = table.decode("utf-8-sig").splitlines()[0].split(",")
    assert {"ends_on", "intent", "fields"} <= set(head)
    result = import_notices(coded, BytesIO(table), dry_run=True)
    assert {(e.column, e.code) for e in result.errors} == {
        ("ends_on", "required"), ("intent", "required")
    }  # fmt: skip


def test_an_end_that_is_not_on_record_is_offered(coded: Registry) -> None:
    message = written(coded)
    placement = child(message, "Dan").find("Placement")
    assert placement is not None
    add(placement, LeavingDate="2026-01-09")
    (offer,) = told(coded, message).offers
    assert (offer["type"], offer["occurred_on"], offer.get("end_reason")) == (
        "placement_ended", "2026-01-09", None
    )  # fmt: skip


def test_a_placement_is_known_by_what_stands_in_it(coded: Registry) -> None:
    message = written(coded)
    for number, placement in enumerate(message.iter("Placement")):
        placement.tag = f"APModule{number % 2}"
    assert (told(coded, message).ok, told(coded, message).same) == (True, 3)


@pytest.mark.parametrize("wraps", ["around", "within", "around several"])
def test_a_placement_in_another_is_read_once(coded: Registry, wraps: str) -> None:
    message = written(coded)
    placement = child(message, "Dan").find("Placement")
    assert placement is not None
    parts = [*placement]
    if wraps == "within":  # the pattern alone stands deeper
        inner = SubElement(placement, "Attendance")
        for part in parts[-2:]:
            placement.remove(part)
            inner.append(part)
    else:
        placement.tag = "AlternativeProvision"
        inner = SubElement(placement, "Placement")
        for part in parts:
            placement.remove(part)
            inner.append(part)
    if wraps == "around several":
        SubElement(placement, "Placement").append(deepcopy(parts[0]))
    found = told(coded, message)
    extra = [one["starts_on"] for one in found.only_in_file]
    assert (found.errors, found.differing, found.only_in_registry) == ([], [], [])
    assert extra == (["2025-11-24"] if wraps == "around several" else [])


def without_upn(registry: Registry, forename: str, surname: str) -> Element:
    message = written(registry)
    put(message, forename, "Surname", surname)
    identifiers = child(message, forename).find("PupilIdentifiers")
    assert identifiers is not None
    identifiers.remove(identifiers[0])
    return message


def test_a_child_without_upn_is_compared_by_name_and_birth(coded: Registry) -> None:
    found = told(coded, without_upn(coded, "Hal", "O'Neil & Son"))
    (line,) = found.only_in_file
    ((near, reasons),) = [(one["pupil_id"], one["reasons"]) for one in line["candidates"]]
    assert (line["row"], line["near"], found.doubts[0].upn) == (3, [near], None)
    assert reasons[-1] == "born on the same day"
    assert (found.same, found.only_in_registry, found.offers) == (2, [], [])
    assert found.sentences() == [
        (3, f"a pupil without UPN, pupil: in the file only; perhaps the pupil {near}:"
         f" {', '.join(reasons)}")
    ]  # fmt: skip


def test_one_whom_the_caller_does_not_see_is_nobody_s_candidate(coded: Registry) -> None:
    message = school_census(
        ("PupilOnRoll", {"Surname": "Example", "Forename": "Eve", "DOB": "2011-02-03"}, {})
    )
    at_ap(message, 0, URN=INDEPENDENT, EntryDate="2025-09-03")
    assert told(coded, message).only_in_file[0]["near"]
    own = Caller(actor="k", role="school", organisations=(SCHOOL,))
    (line,) = told(coded, message, own).only_in_file
    assert "near" not in line


def test_a_row_that_cannot_be_read_may_be_whom_its_name_says(coded: Registry) -> None:
    message = written(coded)
    put(message, "Hal", "UPN", "A123")
    found = told(coded, message)
    assert ([e.row for e in found.errors], found.only_in_registry) == ([3], [])


@pytest.mark.parametrize("decision", ["same", "different"])
def test_what_a_person_decided_holds_from_then_on(own: Registry, decision: str) -> None:
    message = without_upn(own, "Hal", "O'Neil & Son")
    (doubt,) = told(own, message).doubts
    (near,) = doubt.near
    wanted = Wanted(pupil=near.pupil_id, decision=decision, organisation="LA856", sent=doubt.said)
    decide(own, COMMAND_LINE, wanted)
    found = told(own, message)
    assert found.doubts == []
    if decision == "same":
        assert [(d["upn"], d["column"]) for d in found.differing] == [(upn(8), "family_name")]
        assert (found.only_in_file, found.only_in_registry) == ([], [])
    else:
        assert [one["given_name"] for one in found.offers] == ["Hal"]
        assert [one["upn"] for one in found.only_in_registry] == [upn(8)]


def test_an_la_says_whom_a_school_in_it_means(own: Registry) -> None:
    person = {"Surname": "Example", "Forename": "Eve", "DOB": "2011-02-03", "Sex": "F"}
    message = school_census(("PupilOnRoll", person, {}))
    at_ap(message, 0, URN=INDEPENDENT, EntryDate="2025-09-03")
    la, other = (Caller(actor="k", role="la", organisations=(f"LA{n}",)) for n in (856, 857))
    (doubt,) = told(own, message, la).doubts
    wanted = Wanted(
        pupil=doubt.near[0].pupil_id, decision="same", organisation=SCHOOL, sent=doubt.said
    )
    with pytest.raises(Refused, match="whose notices"):
        decide(own, other, wanted)
    decide(own, la, wanted)
    found = told(own, message, la)
    assert (found.doubts, wanted.pupil in found.shown) == ([], True)
    assert "pupil" not in {one["what"] for one in found.only_in_file}


def school_census(*pupils: tuple[str, dict[str, str], dict[str, str]]) -> Element:
    message = Element("Message")
    header = SubElement(message, "Header")
    add(SubElement(header, "CollectionDetails"), Collection="SC", Term="AUT", Year="2025",
        ReferenceDate="2025-10-02")  # fmt: skip
    add(SubElement(header, "Source"), SourceLevel="S", LEA="856", Estab="4001")
    within = SubElement(message, "Pupils")
    groups = {
        "PupilOnRoll": SubElement(within, "PupilsOnRoll"),
        "PupilNoLongerOnRoll": SubElement(within, "PupilsNoLongerOnRoll"),
    }
    for kind, identifiers, status in pupils:
        pupil = SubElement(groups[kind], kind)
        add(SubElement(pupil, "PupilIdentifiers"), **identifiers)
        add(SubElement(pupil, "PupilStatus"), **status)
    return message


def test_a_school_s_file_is_compared_with_its_roll(coded: Registry) -> None:
    joined = {"EnrolStatus": "C", "EntryDate": "2024-09-02"}
    message = school_census(
        ("PupilOnRoll", {"UPN": upn(4), "Forename": "DAN", "Gender": "M"}, joined),
        ("PupilOnRoll", {"UPN": upn(8)}, {**joined, "EnrolStatus": "M"}),
        ("PupilNoLongerOnRoll", {"UPN": upn(7)}, {"LeavingDate": "2025-09-12"}),
        ("PupilOnRoll", {"UPN": upn(80)}, joined),
    )
    found = told(coded, message)
    assert (found.kind, found.organisation, found.placements) == ("school", SCHOOL, False)
    assert (found.rows, found.same, found.not_followed) == (4, 1, 1)
    assert [(d["upn"], d["column"], d["file"], d["registry"]) for d in found.differing] == [
        (upn(8), "registration", "M", "C"), (upn(7), "ends_on", "2025-09-12", None)
    ]  # fmt: skip
    assert [(one["type"], one.get("ground")) for one in found.offers] == [
        ("correction", None), ("left_roll", None)
    ]  # fmt: skip
    assert (found.only_in_file, found.only_in_registry) == ([], [])


def at_ap(message: Element, place: int, **items: str) -> None:
    module = SubElement([*message.iter("PupilOnRoll")][place], "AlternativeProvision")
    add(module, **items)


def test_where_a_school_s_pupil_lives_is_asked_for(coded: Registry) -> None:
    person = {"UPN": NEW, "Surname": "New", "Forename": "Nia", "DOB": "2012-04-05", "Sex": "F"}
    message = school_census(
        ("PupilOnRoll", person, {"EnrolStatus": "C", "EntryDate": "2024-09-02"})
    )
    at_ap(message, 0, EntryDate="2025-10-01", URN=INDEPENDENT, SessionsPerWeek="10")
    table = offered(told(coded, message).offers, "csv")
    (row, _placement) = csv.DictReader(StringIO(table.decode("utf-8-sig")))
    assert (row["type"], row["family_name"], row["home_la"]) == ("joined_roll", "New", "")
    result = import_notices(coded, BytesIO(table), dry_run=True)
    assert ("home_la", "required") in {(e.column, e.code) for e in result.errors if e.row == 1}


def test_a_placement_that_another_commissioned_is_not_offered(coded: Registry) -> None:
    """Nor one at a state AP school, which an LA's return leaves out."""
    message = school_census(("PupilOnRoll", {"UPN": upn(4)}, {}))
    at_ap(message, 0, EntryDate="2025-11-24", SettingType="OTH", SessionsPerWeek="6")
    header = message.find("Header/CollectionDetails/ReferenceDate")
    assert header is not None
    header.text = "2026-01-02"
    found = told(coded, message)
    assert [(d["column"], d["file"], d["registry"]) for d in found.differing] == [
        ("commissioner", SCHOOL, "LA856")
    ]
    assert (found.only_in_file, found.offers) == ([], [])
    message = written(coded)
    pupils = message.find("Pupils")
    assert pupils is not None
    add(SubElement(add_pupil(pupils, UPN=upn(7)), "Placement"), URN=PRU, EntryDate="2025-10-06")
    assert told(coded, message).ok


def test_a_placement_is_found_by_whichever_number_names_its_provider(own: Registry) -> None:
    other = Telling(own, 11, given_name="Kit", home_la="856")
    other.placed("2025-10-06", provider=COLLEGE, commissioner="LA856", reason="other",
                 setting_type="OTH")  # fmt: skip
    for named in ({"UKPRN": "10012345"}, {"SettingType": "OTH"}, {}):
        message = written(own)
        placement = child(message, "Kit").find("Placement")
        assert placement is not None
        for item in ("URN", "UKPRN", "SettingType"):
            for found in placement.findall(item):
                placement.remove(found)
        add(placement, **named)
        assert told(own, message).ok


def test_a_row_that_cannot_be_read_does_not_spoil_the_others(coded: Registry) -> None:
    message = written(coded)
    put(message, "Dan", "UPN", "A123")
    put(message, "Hal", "SessionsPerWeek", "eleven")
    found = told(coded, message)
    assert [(e.row, e.column) for e in found.errors] == [(1, "upn"), (3, "sessions_per_week")]
    assert found.same == 1


def test_a_row_that_cannot_be_read_is_not_missing_too(coded: Registry) -> None:
    message = written(coded)
    put(message, "Hal", "SessionsPerWeek", "eleven")
    put(message, "Hal", "Sex", "?")
    put(message, "Hal", "Surname", "Another")
    found = told(coded, message)
    assert [(e.row, e.column) for e in found.errors] == [(3, "sex"), (3, "sessions_per_week")]
    assert (found.only_in_registry, found.differing, found.offers) == ([], [], [])


@pytest.mark.parametrize(
    ("number", "surname", "why"),
    [
        (upn(8)[:-1] + "9", "Another", "the UPN differs by one character"),
        ("A123", "Oneill & Son", "the given names are the same"),
        ("A123", "Another", None),
    ],
)
def test_who_is_perhaps_meant_by_a_row_that_cannot_be_read_is_not_missing(
    coded: Registry, number: str, surname: str, why: str | None
) -> None:
    message = written(coded)
    for item, text in (("UPN", number), ("DOB", "2011-02-30"), ("Surname", surname)):
        put(message, "Hal", item, text)
    found = told(coded, message)
    assert [(e.row, e.column) for e in found.errors] == [(3, "upn"), (3, "date_of_birth")]
    listed = [(one["upn"], one["row"]) for one in (*found.unclear, *found.only_in_registry)]
    assert listed == [(upn(8), 3 if why else None)]
    words = [said for row, said in found.sentences() if row == 3 and "perhaps meant" in said]
    assert [why in said for said in words] == ([True] if why else [])


HEADER = "<Header><LEA>856</LEA><Year>{}</Year><ReferenceDate>{}</ReferenceDate></Header>"


@pytest.mark.parametrize("year", ["0", "0000", "99999", "0001", "\u00b2\u2070", "next year"])
def test_a_year_of_no_census_is_refused_by_its_name(year: str) -> None:
    for item, header in (
        ("year", HEADER.format(year, "2026-01-15")),
        ("reference_date", HEADER.format("2026", f"{year}-01-15")),
    ):
        with pytest.raises(Unreadable, match=f"The Header cannot be read: {item} must be"):
            open_census(BytesIO(f"<Message>{header}</Message>".encode()))


@pytest.mark.parametrize("year", ["0000", "0001", "9999", "99999"])
@pytest.mark.parametrize(("item", "column"), [("DOB", "date_of_birth"), ("EntryDate", "starts_on")])
def test_a_day_in_an_odd_year_is_an_error_of_its_row(item: str, column: str, year: str) -> None:
    pupil = f"<Pupil><{item}>{year}-03-01</{item}></Pupil>"
    header = HEADER.format("2026", "2026-01-15")
    read = open_census(BytesIO(f"<Message>{header}{pupil}</Message>".encode()))
    (one,) = read.children
    assert [(bad.column, bad.detail.split(" must ")[0]) for bad in one.problems] == [
        (column, column)
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<CTfile><Header/></CTfile>", "no census file"),
        (b"<Message><Pupils/></Message>", "no Header"),
        (b"<Message><Header/></Message>", "whose LA"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><Message>&b;</Message>", "document type"),
        (b"<Message><Header><LEA>856</LEA><ReferenceDate>soon</ReferenceDate></Header></Message>",
         "cannot be read"),
        (b"%PDF-1.7", "PDF"),
        (b"upn,surname\n", "whose census"),
        (b'{"upn": 1}', "This is JSON"),
    ],
)  # fmt: skip
def test_what_is_no_census_is_refused_in_words(coded: Registry, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        compare(coded, BytesIO(content))


def test_a_file_is_compared_for_its_own_la_alone(coded: Registry) -> None:
    message = written(coded)
    with pytest.raises(Refused, match="only your own"):
        told(coded, message, Caller(actor="k", role="la", organisations=("LA857",)))
    own = told(coded, message, Caller(actor="k", role="la", organisations=("LA856",)))
    assert (own.ok, own.same) == (True, 3)


def in_csv(registry: Registry, name: str, **given: str) -> bytes:
    kind = KINDS[name]
    return file_of(kind.read(registry, asked_of(kind, given)), "csv")


def test_what_the_registry_wrote_as_csv_says_what_it_holds(coded: Registry) -> None:
    header = header_of("LA856", date(2026, 1, 15))
    table = in_csv(coded, "census", la="856", year="2026")
    found = compare(coded, BytesIO(table), header=header)
    assert (found.ok, found.rows, found.same, str(found.on)) == (True, 3, 3, "2026-01-15")
    lines = table.decode().replace("2025-11-24", "01/12/2025").replace(upn(8), "A1").splitlines()
    found = compare(coded, BytesIO("\n".join(lines).encode("utf-16")), header=header)
    assert [(d["upn"], d["column"], d["file"]) for d in found.differing] == [
        (upn(4), "starts_on", "2025-12-01")
    ]
    assert [(e.row, e.column) for e in found.errors] == [(3, "upn")]


def test_what_the_registry_wrote_of_a_school_reads_back(area: Registry) -> None:
    """Of each school its own, a row a placement; the roll is none of it."""
    for school, rows in ((SCHOOL, 2), (OTHER, 0)):
        table = in_csv(area, "school-arranged", school=school, to="2026-11-20")
        found = compare(area, BytesIO(table), header=header_of(school, date(2026, 11, 20)))
        assert (found.ok, found.rows, found.same) == (True, rows, rows), found.sentences()


def test_before_census_day_what_is_offered_is_of_today(coded: Registry) -> None:
    table = (
        "UPN,Surname,Forename,DOB,Sex,SENprovision\n"
        f"{upn(4)},Exampel,Dan,2011-02-03,M,\n{NEW},New,Nia,2012-04-05,F,N\n"
    ).encode()
    for on, said in ((date(2026, 11, 20), False), (date(2027, 1, 21), True)):
        found = compare(coded, BytesIO(table), header=header_of("LA856", on))
        assert (found.on, found.on_said) == (date(2027, 1, 21), said)
        assert [(one["type"], one["occurred_on"]) for one in found.offers] == [
            ("pupil_details_changed", "2026-11-20"), ("pupil_registered", "2026-11-20")
        ]  # fmt: skip
        sent = BytesIO(offered(found.offers, "csv"))
        assert import_notices(coded, sent, dry_run=True).errors == []
    today = header_of(SCHOOL, date(2026, 11, 20), said=False)
    assert not compare(coded, BytesIO(table), header=today).on_said


def test_a_school_s_list_is_compared_with_its_roll(coded: Registry) -> None:
    table = f"UPN,Surname,EnrolStatus,EntryDate\n{upn(4)},Example,C,02/09/2024\n"
    header = header_of("856/4001", date(2025, 10, 2))
    found = compare(coded, BytesIO(table.encode()), header=header)
    assert (found.same, {one["what"] for one in found.only_in_registry}) == (1, {"roll"})


def test_a_child_without_upn_is_one_in_however_many_rows(coded: Registry) -> None:
    twin = "Surname,Forename,DOB,URN,EntryDate\n"
    for forename, urn in (("Nia", INDEPENDENT), ("Nia", PRU), ("Nell", PRU), ("", PRU), ("", PRU)):
        twin += f"New,{forename},2012-04-05,{urn},2025-11-03\n"
    found = compare(coded, BytesIO(twin.encode()), header=header_of("LA856", date(2026, 1, 15)))
    assert [one["row"] for one in found.only_in_file] == [1, 3, 4, 5]
    assert [one.get("given_name") for one in found.offers[:3]] == ["Nia", "Nia", "Nell"]


@pytest.mark.parametrize("named", ["856/4001", SCHOOL])
def test_a_school_s_own_number_in_its_rows_is_no_placement(coded: Registry, named: str) -> None:
    roll = f"UPN,URN,EntryDate\n{upn(4)},{SCHOOL},02/09/2024\n"
    header = header_of(named, date(2025, 10, 2))
    found = compare(coded, BytesIO(roll.encode()), header=header)
    assert (found.same, found.placements, found.offers) == (1, False, [])
    assert {one["what"] for one in found.only_in_registry} == {"roll"}
    table = f"{roll}{upn(4)},{INDEPENDENT},2025-09-08\n"
    found = compare(coded, BytesIO(table.encode()), header=header)
    assert (found.rows, found.placements, found.differing) == (1, True, [])
    assert [(one["what"], one["at"], one["starts_on"]) for one in found.only_in_file] == [
        ("placement", INDEPENDENT, "2025-09-08")
    ]
    assert {one["what"] for one in found.only_in_registry} == {"roll"}


@pytest.mark.parametrize(
    ("column", "said"),
    [("Surnam", "column surnam is not known here .did you mean surname"), ("Hair", "column hair")],
)
def test_a_column_that_is_not_known_is_named(coded: Registry, column: str, said: str) -> None:
    table = f"UPN,DOB,{column}\n{upn(4)},2011-02-03,Brown\n".encode()
    with pytest.raises(Unreadable, match=said):
        compare(coded, BytesIO(table), header=header_of("LA856", date(2026, 1, 15)))


def test_over_http_as_on_the_command_line(area: Registry, key_of: KeyOf) -> None:
    message = tostring(written(area))
    headers = {"Content-Type": "application/xml"}
    got = key_of("la", "LA856").post("/census", content=message, headers=headers)
    assert got.status_code == 200, got.text
    assert (got.json()["ok"], got.json()["organisation"]) == (True, "LA856")
    other = key_of("la", "LA857").post("/census", content=message, headers=headers)
    assert other.status_code == 403
    table = in_csv(area, "census", la="856", year="2026")
    headers = {"Content-Type": "text/csv"}
    given = {"organisation": "LA856", "on": "2025-11-20"}
    got = key_of("la", "LA856").post("/census", content=table, headers=headers, params=given)
    assert (got.status_code, got.json()["ok"], got.json()["year"]) == (200, True, 2026), got.text
    assert (got.json()["on"], got.json()["on_said"]) == ("2026-01-15", False)
    book = Workbook()
    for row in csv.reader(StringIO(table.decode("utf-8-sig"))):
        book["Sheet"].append(row)
    book.save(sheet := BytesIO())
    same = key_of("la", "LA856").post(
        "/census", content=sheet.getvalue(), headers={"Content-Type": MEDIA["xlsx"]}, params=given
    )
    assert (same.status_code, same.json()) == (200, got.json()), same.text
    given["on"] = "0001-01-01"
    odd = key_of("la", "LA856").post("/census", content=table, headers=headers, params=given)
    assert (odd.status_code, odd.json()["errors"][0]["pointer"]) == (422, "/on")
    headers = {"Content-Type": "application/xml"}
    provider = key_of("provider", GARAGE).post("/census", content=message, headers=headers)
    assert provider.status_code == 403
    school = key_of("school", OTHER).post("/census", content=b"<a/>", headers=headers)
    assert school.status_code == 400
