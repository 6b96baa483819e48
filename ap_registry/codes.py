"""Code sets, dated where they changed. Sources: domain reference section 2, 4.3 and 5."""

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class CodeSet:
    """Codes and what they mean; ``since`` and ``until`` (included) only where they are dated."""

    labels: Mapping[str, str]
    since: Mapping[str, date]
    until: Mapping[str, date]

    @property
    def codes(self) -> Collection[str]:
        return self.labels.keys()

    def valid(self, code: str, on: date) -> bool:
        return (
            code in self.labels
            and self.since.get(code, date.min) <= on
            and on <= self.until.get(code, date.max)
        )

    def label(self, code: str) -> str:
        return self.labels[code]


def _set(text: str, since: Mapping[str, date] | None = None) -> CodeSet:
    """``code meaning`` on each line."""
    pairs = (line.strip().split(" ", 1) for line in text.strip().splitlines())
    return CodeSet(dict(pair for pair in pairs), since or {}, {})


# DfE CBDS May 2026; the last of them has no date there, so all are accepted on any day [R].
EXCLUSION_REASONS = _set("""
PP physical assault against a pupil
PA physical assault against an adult
VP verbal abuse or threatening behaviour against a pupil
VA verbal abuse or threatening behaviour against an adult
OW use or threat of use of an offensive weapon or prohibited item
BW brought an offensive weapon or prohibited item
BU bullying
TB cyber-bullying or threats online
RA racist abuse
LG abuse against sexual orientation and gender identity
DS abuse relating to disability
SM sexual misconduct
SB harmful sexual behaviour
MB misogynistic behaviour
AB misandry
DR drug related
AR alcohol related
SR smoking related
VR vaping related
DA drug and alcohol related
DM damage
TH theft
LD persistent low-level disruption
CB persistent challenging behaviour
DB persistent or general disruptive behaviour
MT inappropriate use of social media or online technology
MP mobile phone
OS misbehaviour outside school
PH wilful and repeated transgression of protective measures in place to protect public health
""")
SEN_NEED = _set("""
SPLD specific learning difficulty
MLD moderate learning difficulty
SLD severe learning difficulty
PMLD profound and multiple learning difficulty
SEMH social, emotional and mental health
SLCN speech, language and communication needs
HI hearing impairment
VI vision impairment
MSI multi-sensory impairment
PD physical disability
ASD autistic spectrum disorder
DS Down syndrome
OTH other difficulty
NSA SEN support but no specialist assessment of type of need
""")
# NCCIS current activity [R]
NCCIS_ACTIVITY = _set("""
110 registered at school
120 electively home educated
130 custody, of compulsory school age
140 not registered at school
210 school sixth form
220 sixth-form college
230 further education
240 higher education
250 part-time education
260 gap year
270 other post-16 education
280 special post-16 institution
310 apprenticeship
320 employment with accredited study
330 employment without training
340 employment with non-accredited training
350 temporary employment
360 part-time employment
380 self-employment
381 self-employment with study
410 work-based learning
430 other training
450 traineeship
460 supported internship
530 re-engagement provision
540 working not for reward
550 working not for reward, with study
610 not ready for work or learning
615 start date agreed
616 start date agreed for other provision
619 seeking education, employment or training
620 young carer
630 teenage parent
640 illness
650 pregnancy
660 religious grounds
670 unlikely to be economically active
680 other reason
710 custody
720 asylum seeker without citizenship
810 current situation not known
820 cannot be contacted
830 refused to disclose
""")
_ACTIVITY_GROUPS: Mapping[str, tuple[str, ...]] = {
    "education": ("210", "220", "230", "240", "270", "280"),
    "training": ("410", "430", "450", "460"),
    "employment": ("320", "330", "340", "350", "360", "380", "381"),
    "apprenticeship": ("310",),
    "unknown": ("810", "820", "830"),
}
_GROUP_OF = {code: group for group, codes in _ACTIVITY_GROUPS.items() for code in codes}


def activity_group(code: str) -> str:
    """education, training, employment, apprenticeship, unknown or other (outcomes.md O5)."""
    return _GROUP_OF.get(code, "other")


# School Admissions Code 2021, paragraph 3.17
FAIR_ACCESS_CATEGORY = _set("""
a child in need or with a child protection plan, now or within twelve months
b living in a refuge or other relevant accommodation
c from the criminal justice system
d in alternative provision and needing mainstream, or permanently excluded but suitable for it
e special educational needs, disability or a medical condition, without an EHC plan
f carer
g homeless
h in formal kinship care
i Gypsy, Roma, Traveller, refugee or asylum seeker
j refused a place for challenging behaviour under paragraph 3.10
k no place sought because of exceptional circumstances
l out of education for four weeks or more with no place within reasonable distance
m previously looked after, with no place promptly
""")

NC_YEAR = ("N1", "N2", "R", *(str(n) for n in range(1, 15)), "X")
SETTING_TYPE = ("NFE", "OOT", "OTH", "WBP")
PLACEMENT_REASON = (
    "behaviour", "permanent_exclusion", "suspension", "mental_health", "physical_health",
    "pregnancy", "no_school_place", "ehc_plan", "other",
)  # fmt: skip
END_REASON = (
    "returned_to_main_school", "new_mainstream", "special_school", "other_ap", "post_16", "ehe",
    "cme", "custody", "moved_area", "left_england", "permanent_exclusion", "breakdown",
    "provider_closed", "parental_withdrawal", "died", "error",
)  # fmt: skip
REFERRAL_ROUTES = (
    "off_site_direction", "permanent_exclusion", "suspension", "medical", "section_19",
    "no_school_place", "fair_access", "managed_move", "outreach", "health", "ehc_plan", "other",
)  # fmt: skip
ATTENDED = (
    "parent", "pupil", "school", "provider", "la", "health", "social_worker",
    "virtual_school",
)  # fmt: skip

MAINSTREAM_TYPES = frozenset({"1", "2", "3", "5", "6", "11", "28", "34", "35", "40", "41"})
SPECIAL_TYPES = frozenset({"7", "8", "10", "12", "33", "36", "44"})
AP_TYPES = frozenset({"14", "38", "42", "43"})
# Academies and free schools of all kinds: a trust answers for them, not an LA
ACADEMY_TYPES = frozenset({
    "28", "33", "34", "35", "36", "38", "39", "40", "41", "42", "43", "44", "45", "46",
})  # fmt: skip


def is_academy(type_code: str | None) -> bool:
    return (type_code or "").lstrip("0") in ACADEMY_TYPES


def is_mainstream_or_special(kind: str, type_code: str | None) -> bool:
    """A kind ``school`` without a type code counts as one (outcomes.md)."""
    if not type_code:
        return kind == "school"
    return type_code.lstrip("0") in MAINSTREAM_TYPES | SPECIAL_TYPES


def is_ap_provider(kind: str, type_code: str | None) -> bool:
    return kind == "provider" or (type_code or "").lstrip("0") in AP_TYPES


def _las() -> Iterator[tuple[str, str]]:
    text = files("ap_registry").joinpath("data/las.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield row["code"], row["name"]


LA_CODES: Mapping[str, str] = dict(_las())
WELSH_LAS = frozenset(str(n) for n in range(660, 682))
HOME_LAS = frozenset(LA_CODES) | WELSH_LAS
"""Where pupils of schools in England live: over the border of Wales too."""
_PSEUDO = frozenset(
    f"{n:03d}" for low, high in ((1, 5), (660, 681), (701, 708)) for n in range(low, high + 1)
)


def upn_la_known(code: str) -> bool:
    """Ever valid in a UPN: live, closed and pseudo LAs."""
    return code in LA_CODES or code in _PSEUDO


@dataclass(frozen=True, slots=True)
class AttendanceCode:
    """One code of SI 2024/208 reg. 10; ``klass`` is its statistical class."""

    code: str
    klass: str
    byte: str
    since: date
    until: date


NEW_CODES_ON = date(2024, 8, 19)  # SI 2024/208
_CLASSES: Mapping[str, str] = {
    "present": "/ \\ L",
    "approved": "B K P V W J",
    "authorised": "C C1 C2 E I J1 M R S T H",
    "unauthorised": "G N O U",
    "not_possible": "D Q X Y Y1 Y2 Y3 Y4 Y5 Y6 Y7",
    "not_collected": "Z #",
}
_BYTES = {"C1": "c", "C2": "d", "J1": "j", **{f"Y{n}": str(n) for n in range(1, 8)}}
_RETIRED = frozenset({"H", "J", "Y"})
_NEW = frozenset({"C1", "C2", "J1", *(f"Y{n}" for n in range(1, 8))})


def _attendance() -> Iterator[AttendanceCode]:
    for klass, codes in _CLASSES.items():
        for code in codes.split():
            yield AttendanceCode(
                code=code,
                klass=klass,
                byte=_BYTES.get(code, code),
                since=NEW_CODES_ON if code in _NEW else date.min,
                until=date(2024, 8, 18) if code in _RETIRED else date.max,
            )


ATTENDANCE: Mapping[str, AttendanceCode] = {found.code: found for found in _attendance()}
_BY_BYTE: Mapping[str, AttendanceCode] = {found.byte: found for found in ATTENDANCE.values()}
NO_MARK = "-"


def is_valid_mark(code: str, on: date) -> bool:
    found = ATTENDANCE.get(code)
    return code == NO_MARK or (found is not None and found.since <= on <= found.until)


def to_byte(code: str) -> str:
    """One ASCII character for a code; two-letter codes have one of their own."""
    return NO_MARK if code == NO_MARK else ATTENDANCE[code].byte


def from_byte(byte: str) -> str:
    return NO_MARK if byte == NO_MARK else _BY_BYTE[byte].code


def _bytes(*classes: str) -> str:
    return "".join(found.byte for found in ATTENDANCE.values() if found.klass in classes)


PRESENT_BYTES = _bytes("present")
APPROVED_BYTES = _bytes("approved")
AUTHORISED_BYTES = _bytes("authorised")
UNAUTHORISED_BYTES = _bytes("unauthorised")
NOT_POSSIBLE_BYTES = _bytes("not_possible", "not_collected")
POSSIBLE_BYTES = PRESENT_BYTES + APPROVED_BYTES + AUTHORISED_BYTES + UNAUTHORISED_BYTES
