"""CASES: what is easily got wrong, by name. tests/demo says what the outcomes make of each."""

from collections.abc import Callable, Mapping

from ap_registry.demo import awkward_leavers, awkward_outreach, awkward_placements
from ap_registry.demo.life import Life

CASES: Mapping[str, Callable[[Life], None]] = {
    case.__name__: case
    for case in (
        awkward_outreach.stepped_up,
        awkward_outreach.suspended_on_day_60,
        awkward_outreach.suspended_on_day_61,
        awkward_outreach.corrected_late,
        awkward_outreach.exclusion_cancelled,
        awkward_outreach.suspension_voided,
        awkward_placements.package_of_two,
        awkward_placements.present_on_paper,
        awkward_placements.silent_school,
        awkward_placements.ended_with_summer,
        awkward_placements.returned_on_day_10,
        awkward_placements.returned_on_day_11,
        awkward_placements.moved_la,
        awkward_placements.dual_registered,
        awkward_placements.ended_in_error,
        awkward_placements.left_england,
        awkward_placements.medical,
        awkward_placements.exclusion_quashed,
        awkward_placements.sixth_day_late,
        awkward_leavers.functional_skills_leaver,
        awkward_leavers.vocational_leaver,
        awkward_leavers.dropped_out,
        awkward_leavers.destination_unknown,
    )
}
