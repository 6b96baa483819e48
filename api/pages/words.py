"""Plain words for people: notices, their fields, their codes, and what is owed."""

from collections.abc import Mapping

from ap_registry.meanings import MEANINGS

GROUPS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "Suspension and exclusion": {
        "suspension": ("A pupil was suspended", "Also a lunchtime suspension"),
        "permanent_exclusion": ("A pupil was permanently excluded", ""),
        "exclusion_cancelled": ("An exclusion was cancelled", "Before governors met"),
        "notified": ("Somebody was told of a decision", "Parents, governors, a social worker …"),
        "governors_decision": ("The governors decided on an exclusion", ""),
        "review_decision": ("An independent review panel decided", ""),
        "sixth_day_started": ("Education from the sixth day began", "When it is no placement"),
    },
    "School roll": {
        "pupil_registered": ("Register a pupil", "Not known to the registry yet"),
        "pupil_details_changed": ("A pupil's details changed", ""),
        "joined_roll": ("A pupil joined our roll", ""),
        "left_roll": ("A pupil left our roll", ""),
        "managed_move": ("A managed move was agreed", ""),
    },
    "Alternative provision": {
        "referral": ("Refer a pupil", "To a provider, service or panel"),
        "referral_decision": ("A referral was decided", ""),
        "off_site_direction": ("A pupil was directed off site", ""),
        "placement_started": ("A placement started", ""),
        "placement_changed": ("A placement changed", "Its end, its sessions or its site"),
        "placement_ended": ("A placement ended", ""),
        "review_held": ("A review was held", ""),
    },
    "Outreach and return to school": {
        "outreach_started": ("Outreach started", ""),
        "outreach_session": ("An outreach session", "Held, or planned and not held"),
        "outreach_ended": ("Outreach ended", ""),
        "reintegration_planned": ("A return to school was planned", ""),
        "assessment_shared": ("An assessment was shared with the school", ""),
        "reintegration_started": ("A pupil returned to school", ""),
        "reintegration_ended": ("Support for a return ended", "Settled, or it broke down"),
    },
    "Attainment and destinations": {
        "target_agreed": ("A target was agreed", ""),
        "assessment_recorded": ("English or maths was assessed", ""),
        "wellbeing_measured": ("Wellbeing was measured", ""),
        "result_awarded": ("A result was awarded", ""),
        "offer_recorded": ("An offer for after year 11", ""),
        "destination_recorded": ("What a pupil does after year 11", ""),
    },
    "Fair access panel": {
        "fair_access_referral": ("Refer a pupil to the panel", "Category a to m"),
        "fair_access_decision": ("The panel decided on a case", "Easier from its agenda"),
        "fair_access_response": ("A school answered the panel", "Accepted, or refused and why"),
        "action_agreed": ("An action was agreed", "Who does what by when"),
    },
    "Put right": {
        "correction": ("Correct a notice", "The record keeps what was first sent"),
        "void": ("Take a notice back", "It stays in view, struck through"),
        "follow_up_done": ("A follow-up was done", ""),
    },
}
TITLES: Mapping[str, tuple[str, str]] = {
    name: words for group in GROUPS.values() for name, words in group.items()
}

FIELDS: Mapping[str, tuple[str, str]] = {
    "upn": ("Unique pupil number (UPN)", "13 characters: a letter, then 12 numbers or letters"),
    "occurred_on": ("When did it happen?", "For example, 31/3/2026"),
    "ref": ("Your own reference", "We make one up if you leave this blank"),
    "suspension.occurred_on": ("First day of the suspension", "For example, 31/3/2026"),
    "permanent_exclusion.occurred_on": ("Date of the exclusion", "For example, 31/3/2026"),
    "joined_roll.occurred_on": ("First day on roll", "For example, 31/3/2026"),
    "left_roll.occurred_on": ("Date of deletion from the roll", "For example, 31/3/2026"),
    "school": ("School", "URN or LAESTAB number"),
    "provider": ("Provider", "URN, or a number such as AP-0001"),
    "commissioner": ("Who arranges and pays", "URN of a school, or LA and three digits"),
    "from_school": ("School the pupil leaves", "URN"),
    "to_school": ("School the pupil goes to", "URN"),
    "sessions": ("Number of sessions", "Half days: a school day is 2, a lunchtime is 1"),
    "suspension.ends_on": ("Last day of the suspension", "Included. For example, 1/4/2026"),
    "ends_on": ("Planned last day", "For example, 17/7/2026"),
    "starts_on": ("First day", "For example, 31/3/2026"),
    "suspension.kind": ("Kind of suspension", ""),
    "reasons": ("Reasons", "Choose 1 to 3, the main one among them"),
    "starts_session": ("First session", "Leave out for a whole first day"),
    "decided_on": ("When was it decided?", "Left out, it is the day on which you send this"),
    "exam_missed": ("Does the pupil miss a public examination?", ""),
    "exclusion": ("Which exclusion", "Its reference; leave out if only one is open"),
    "placement": ("Which placement", "Its reference; leave out if only one is open"),
    "referral": ("Which referral", "Its reference; leave out if only one is open"),
    "outreach": ("Which outreach", "Its reference; leave out if only one is open"),
    "reintegration": ("Which return", "Its reference; leave out if only one is open"),
    "of": ("Which notice", "Its reference or number"),
    "about": ("What it is about", "The reference of an exclusion or a direction"),
    "notified.about": ("Told of what?", ""),
    "arising_from": ("Follows from", "The reference of an exclusion, direction or referral"),
    "to": ("Who was told?", ""),
    "method": ("How?", ""),
    "received_on": ("When was it received?", "By post: the second working day after"),
    "reinstated_on": ("Back in school on", "For example, 31/3/2026"),
    "registration": ("Registration", ""),
    "ground": ("Ground for deletion", "Regulation 9(1) of the 2024 Regulations"),
    "destination": ("Where to?", "A school's URN, or a place in words"),
    "home_la": ("Home local authority", "Three digits, for example 856"),
    "care_la": ("Local authority of care", "Three digits; only for a looked-after child"),
    "sen_provision": ("Special educational needs", ""),
    "sen_need": ("Main need", ""),
    "looked_after": ("Looked after by a local authority", ""),
    "social_worker": ("Social worker", ""),
    "restricted": ("Restricted", "Details must be kept from some readers"),
    "nc_year": ("Year group", "For example, 9"),
    "objectives": ("Objectives", "Separate several with a semicolon (;)"),
    "sessions_per_week": ("Sessions a week", "From 1 to 10"),
    "intent": ("What is it for?", ""),
    "setting_type": ("Kind of setting", "Only where it has neither URN nor UKPRN"),
    "checks_confirmed_on": ("Safeguarding checks confirmed on", "In writing, by the provider"),
    "parent_notified_on": ("When were parents told?", "At least 2 school days before"),
    "la_notified_on": ("When was the local authority told?", "Where it keeps an EHC plan"),
    "parent_agreed": ("Have the parents agreed?", ""),
    "end_reason": ("Why did it end?", ""),
    "returns_on": ("Returns on", "For example, 31/3/2026"),
    "phased_until": ("Phased until", "Leave out for a full return at once"),
    "lead": ("Who leads the return?", ""),
    "minutes": ("Minutes", ""),
    "delivered": ("Was it held?", ""),
    "why_not": ("Why not?", ""),
    "with": ("With whom?", ""),
    "attended": ("Who took part?", ""),
    "progress": ("Progress", "One for each objective, separated by semicolons (;)"),
    "fields": ("What is right", 'For example {"ends_on": "2026-03-31"}'),
    "reason": ("Reason", ""),
    "evidence": ("Evidence", "Where it can be found"),
    "follow_up": ("Which follow-up", "Its number"),
    "how": ("How was it done?", ""),
    "standard_score": ("Standard score", ""),
    "category": ("Category", "School Admissions Code 2021, paragraph 3.17"),
    "case": ("Which case", "Its reference; leave out if only one is open"),
    "panel_on": ("When did the panel meet?", "For example, 31/3/2026"),
    "fair_access_decision.decision": ("What was decided?", ""),
    "fair_access_decision.school": ("School", "For a place, or a school that is directed"),
    "fair_access_decision.provider": ("AP provider", "For a place in AP"),
    "fair_access_decision.starts_on": ("From when?", "For example, 31/3/2026"),
    "fair_access_decision.reason": ("Why?", "In words that the family may read"),
    "present": ("Who was present?", "Separate several with a semicolon (;)"),
    "interests": ("Interests declared", "Who had one, and what they did about it"),
    "response": ("What did the school answer?", ""),
    "health_response.response": ("What do you answer?", ""),
    "health_response.about": ("Of what were you told?", "It is filled in from your list"),
    "service": ("Your service", "For example, school nursing"),
    "health_response.words": (
        "What do you add to the plan?",
        "The school and the provider read it. No more of the child's health than they need",
    ),
    "fair_access_response.ground": ("On what ground?", "Only where the school refused"),
    "fair_access_response.reason": ("The school's reasons", "The panel reads them"),
    "owner": ("Who does it?", "URN, or LA and three digits"),
    "due_on": ("By when?", "For example, 31/3/2026"),
    "what": ("What is to be done?", ""),
    "activity": ("Activity", "NCCIS code, for example 210"),
    "organisation": ("Organisation", "URN, or its name"),
}


def field_words(kind: str, name: str) -> tuple[str, str]:
    """Label and hint."""
    found = FIELDS.get(f"{kind}.{name}") or FIELDS.get(name)
    return found or (name.replace("_", " ").capitalize(), "")


def code_words(name: str, code: str) -> str:
    if name == "ground" and len(code) == 1:
        return f"Regulation 9(1)({code})"
    words = MEANINGS.get(name, {}).get(code) or code.replace("_", " ")
    return words[:1].upper() + words[1:]
