"""A school sends a file, having looked at it first, and closes a day."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from ap_registry import embedded
from ap_registry.near import one_edit_from
from ap_registry.registry import Registry
from tests.browser.conftest import barriers, follow_more, opened, photograph, sign_in
from tests.browser.test_main_job import WIDE_AS_SCREEN
from tests.world import OTHER, PUPIL, SCHOOL, notify, register_pupil, upn

NOTICES = f"""type,upn,occurred_on,school,sessions,ends_on,reasons
suspension,{PUPIL},10/11/2026,{SCHOOL},2,10/11/2026,BU
suspension,{PUPIL},17/11/2026,{SCHOOL},2,13/11/2026,BU
suspension,{upn(9)},16/11/2026,{SCHOOL},2,16/11/2026,BU
"""


def suspended(registry: Registry) -> None:
    """Suspended for seven days from Monday the 16th: education is owed from Monday the 23rd."""
    register_pupil(registry)
    notify(
        registry, "suspension", "2026-11-16", school=SCHOOL, sessions=14, ends_on="2026-11-24",
        reasons=["PP"], by=SCHOOL,
    )  # fmt: skip


@pytest.fixture(scope="module")
def address(servers: embedded.Servers) -> Iterator[str]:
    with opened(servers, suspended) as url:
        yield url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A phone to which no script of ours comes; axe's own must run."""
    context = browser.new_context(base_url=address, viewport={"width": 320, "height": 900})
    context.route("**/*.js", lambda route: route.abort())
    context.set_default_timeout(10_000)
    made = context.new_page()
    sign_in(made, "school")
    yield made
    context.close()


def send(page: Page, kind: str, content: str) -> None:
    page.get_by_role("link", name="Upload", exact=True).click()
    page.get_by_label(kind).check()
    file = {"name": "ours.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Look at it first").click()


def judged(page: Page, folder: Path, name: str) -> None:
    photograph(page, folder, name)
    assert (barriers(page), page.evaluate(WIDE_AS_SCREEN)) == ([], True)


def counts(page: Page) -> list[str]:
    return page.locator(".facts dd").all_inner_texts()


def test_a_file_is_looked_at_then_saved_then_here_already(page: Page, tmp_path: Path) -> None:
    send(page, "Notices", NOTICES)
    expect(page.get_by_role("heading", name="Check the file")).to_be_visible()
    assert counts(page) == ["1", "2", "0"]
    expect(page.get_by_role("row").nth(1)).to_contain_text("must not be before")
    judged(page, tmp_path, "looked at")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download errors (CSV)").click()
    lines = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["row", "3", "4"]  # as a spreadsheet has them
    page.get_by_role("button", name="Save 1 row").click()
    expect(page.get_by_role("heading", name="1 row saved")).to_be_visible()
    judged(page, tmp_path, "saved")
    send(page, "Notices", NOTICES)
    assert counts(page) == ["0", "2", "1"]
    expect(page.get_by_role("button", name="Save")).to_have_count(0)


def test_a_register_is_sent_as_a_file(page: Page) -> None:
    send(page, "Attendance marks", f"upn,organisation,date,session,code\n{PUPIL},{SCHOOL},"
         "2026-11-19,AM,I\n")  # fmt: skip
    assert counts(page) == ["1", "0", "0"]
    page.get_by_role("button", name="Save 1 row").click()
    expect(page.get_by_role("heading", name="1 row saved")).to_be_visible()


def test_a_file_of_another_kind_is_refused_beside_its_field(page: Page) -> None:
    send(page, "Attendance marks", "name,class\nAnn,9B\n")
    expect(page.locator("#file-error")).to_contain_text("has no column upn")


SLIP = min(one_edit_from(PUPIL))
MEANT = (
    "type,upn,occurred_on,school,sessions,ends_on,reasons,family_name,given_name,date_of_birth\n"
    f"suspension,{SLIP},12/11/2026,{SCHOOL},2,12/11/2026,BU,Example,Ann,3/2/2011\n"
)


def test_a_row_that_names_nobody_offers_who_may_be_meant(page: Page, tmp_path: Path) -> None:
    send(page, "Notices", MEANT)
    assert counts(page) == ["0", "1", "0"]
    asked = page.get_by_role("group", name="Row 2: Ann Example, born 3 February 2011")
    expect(asked.get_by_label("Ann Example")).to_have_count(1)
    expect(asked).to_contain_text("the UPN differs by one character")
    judged(page, tmp_path, "who is meant")
    page.get_by_role("button", name="Remember it").click()
    expect(page.get_by_role("alert")).to_contain_text("Choose who is meant, or none of them")
    asked.get_by_label("Ann Example").check()
    page.get_by_role("button", name="Remember it").click()
    expect(page.get_by_role("heading", name="Whom do these rows mean?")).to_have_count(0)
    send(page, "Notices", MEANT)  # it is remembered
    expect(page.get_by_role("heading", name="Whom do these rows mean?")).to_have_count(0)
    assert counts(page) == ["1", "0", "0"]


def test_notices_go_out_as_a_table_and_only_what_changed_comes_back(
    page: Page, tmp_path: Path
) -> None:
    page.get_by_role("link", name="Upload", exact=True).click()
    page.get_by_label("Of what kind?").select_option("suspension")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    head, *rows = csv.reader(text.splitlines())
    assert head[0] == "row_id"
    (mine,) = (row for row in rows if row[head.index("sessions")] == "14")
    mine[head.index("sessions")] = "13"
    out = io.StringIO()
    csv.writer(out).writerows([head, mine])
    send(page, "Notices", out.getvalue())
    assert counts(page) == ["1", "0", "0"]
    page.get_by_role("button", name="Save 1 row").click()
    send(page, "Notices", out.getvalue())
    assert counts(page) == ["0", "0", "1"]


def test_an_empty_table_is_had_with_its_example(page: Page, tmp_path: Path) -> None:
    page.get_by_role("link", name="Upload", exact=True).click()
    photograph(page, tmp_path, "choose")
    page.get_by_label("For what?").select_option("placement_started")
    with page.expect_download() as download:
        page.get_by_role("button", name="Get it as CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert text.startswith("type,upn,occurred_on,by,provider")
    assert download.value.suggested_filename == "placement_started.csv"


CTF = f"""<CTfile><Header><DateTime>2026-11-19T10:00:00</DateTime><SourceSchool><LEA>856</LEA>
<Estab>4002</Estab></SourceSchool><DestSchool><LEA>856</LEA><Estab>4001</Estab></DestSchool></Header>
<CTFpupilData><Pupil><UPN>{upn(44)}</UPN><Surname>Comer</Surname><Forename>Cara</Forename>
<DOB>2012-03-04</DOB><Sex>F</Sex><Address><Town>Leicester</Town></Address></Pupil></CTFpupilData>
</CTfile>"""


def test_a_ctf_is_looked_at_and_says_what_it_cannot_bring(page: Page, tmp_path: Path) -> None:
    send(page, "Pupils who come (CTF)", CTF)
    assert counts(page) == ["1", "0", "0"]
    expect(page.get_by_role("listitem").filter(has_text="Address: 1")).to_be_visible()
    judged(page, tmp_path, "ctf")
    page.get_by_role("button", name="Save 1 row").click()
    expect(page.get_by_role("heading", name="1 row saved")).to_be_visible()


CENSUS_FILE = "A census file (XML, CSV or XLSX)"
CENSUS = f"""<Message><Header><CollectionDetails><Year>2026</Year>
<ReferenceDate>2026-10-01</ReferenceDate></CollectionDetails><Source><SourceLevel>S</SourceLevel>
<LEA>856</LEA><URN>{SCHOOL}</URN></Source></Header><Pupils><PupilsOnRoll><PupilOnRoll>
<PupilIdentifiers><UPN>{PUPIL}</UPN><Surname>Exampel</Surname></PupilIdentifiers>
<PupilStatus><EnrolStatus>C</EnrolStatus></PupilStatus></PupilOnRoll></PupilsOnRoll></Pupils>
</Message>"""


def test_a_census_file_is_compared_and_offers_what_the_registry_lacks(
    page: Page, tmp_path: Path
) -> None:
    send(page, CENSUS_FILE, CENSUS)
    expect(page.get_by_role("table", name="What differs")).to_contain_text(
        "family_name is Exampel in the file, Example in the registry"
    )
    judged(page, tmp_path, "census")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    offered = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert f"pupil_details_changed,{PUPIL},2026-10-01" in offered
    send(page, CENSUS_FILE, CENSUS.replace(f"<URN>{SCHOOL}", f"<URN>{OTHER}"))
    expect(page.locator("#file-error")).to_contain_text("send only your own")


def test_of_a_census_as_a_table_it_is_asked_whose_and_of_when(page: Page, tmp_path: Path) -> None:
    send(page, CENSUS_FILE, f"UPN,Surname,EnrolStatus\n{PUPIL},Exampel,C\n")
    expect(page.get_by_label("Whose?")).to_have_value("Alder School")
    compare = page.get_by_role("button", name="Compare it with the registry")
    page.get_by_label("Whose?").fill("")
    compare.click()
    expect(page.get_by_role("alert")).to_contain_text(
        "A table does not say whose census it is: name the organisation."
    )
    expect(page.get_by_role("alert")).to_contain_text("The census day must be a date that exists")
    photograph(page, tmp_path, "census-blank")
    page.get_by_label("Whose?").fill("alder schol")
    page.get_by_label("On which census day?").fill("1/10/2026")
    compare.click()
    expect(page.get_by_role("alert")).to_contain_text("Choose which one you mean")
    page.get_by_label("Alder School (school").check()
    page.get_by_label("On which census day?").fill("some time")
    compare.click()
    expect(page.get_by_role("alert")).to_contain_text("The census day must be a date that exists")
    judged(page, tmp_path, "census-asked")
    page.get_by_label("On which census day?").fill("1/10/2026")
    compare.click()
    expect(page.get_by_role("table", name="What differs")).to_contain_text(
        "family_name is Exampel in the file, Example in the registry"
    )
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    assert f"pupil_details_changed,{PUPIL},2026-10-01" in text


def test_a_child_of_a_census_whom_no_upn_names_is_decided_by_a_person(
    page: Page, tmp_path: Path
) -> None:
    said = f"<UPN>{PUPIL}</UPN><Surname>Exampel</Surname>"
    nameless = "<Surname>Exampel</Surname><Forename>Ann</Forename><DOB>2011-02-03</DOB>"
    send(page, CENSUS_FILE, CENSUS.replace(said, nameless))
    button = page.get_by_role("button", name="Remember it (row 1)")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Choose who is meant")
    judged(page, tmp_path, "census-whom")
    page.get_by_label("Example, born").check()
    button.click()
    expect(page.get_by_role("table", name="What differs")).to_contain_text(
        "family_name is Exampel in the file, Example in the registry"
    )
    expect(button).to_have_count(0)


def test_a_closure_moves_what_is_owed_until_it_is_taken_back(page: Page, tmp_path: Path) -> None:
    follow_more(page, "Calendar")
    page.get_by_role("button", name="Add the closure").click()
    expect(page.get_by_role("alert")).to_contain_text("Enter “Which day?”")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_label("Which day?").fill("23/11/2026")
    page.get_by_label("Why is it closed?").fill("Heating failed")
    page.get_by_role("button", name="Add the closure").click()
    said = page.get_by_role("status")
    expect(said).to_contain_text("23 November 2026 is closed")
    expect(said).to_contain_text("changed with it")
    judged(page, tmp_path, "calendar")
    page.get_by_role("button", name="Open after all").click()
    expect(said).to_contain_text("23 November 2026 is a school day again")
