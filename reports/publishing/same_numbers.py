"""Figures of a row that are one number, add up to another or are part of it."""

from collections.abc import Mapping

# Figures beside a measure whose denominator is another number of the same row.
SAME: Mapping[tuple[str, str], str] = {
    ("reintegration", "returned"): "denominator",
    ("reintegration", "by_planned_end"): "denominator",
    ("reintegration", "assessment_shared"): "returned.numerator",
    **{("attainment", name): "denominator"
       for name in ("gcse_9_4", "gcse_9_5", "vocational", "entry_level")},
    **{("post_16", name): "denominator"
       for name in ("offer", "november", "neet_december", "neet_march")},
    ("attendance", "authorised_absence"): "overall_absence.denominator",
    ("attendance", "unauthorised_absence"): "overall_absence.denominator",
    ("attendance", "severe_absence"): "persistent_absence.denominator",
}  # fmt: skip
# total → parts, where all of them are there
SUMS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "attendance": (
        ("denominator", ("c2_adjusted.denominator", "early_end")),
        ("overall_absence.numerator",
         ("authorised_absence.numerator", "unauthorised_absence.numerator")),
    ),
    "attainment": (("denominator", ("right_attainment.denominator", "without_target")),),
}  # fmt: skip
# greater, lesser: the one is part of the other
WITHIN: Mapping[str, tuple[tuple[str, str], ...]] = {
    "outreach": (("denominator", "core.denominator"), ("core.numerator", "numerator")),
    "attendance": (
        ("c2_adjusted.denominator", "left_persistent.denominator"),
        ("left_persistent.denominator", "left_severe.denominator"),
        ("failed", "early_end"),
        ("persistent_absence.numerator", "severe_absence.numerator"),
    ),
    "reintegration": (
        ("returned.numerator", "numerator"), ("failed", "unanswered"), ("failed", "under_review"),
    ),
    "attainment": (
        ("entry_level.numerator", "numerator"), ("numerator", "gcse_9_4.numerator"),
        ("gcse_9_4.numerator", "gcse_9_5.numerator"),
        ("denominator", "progress_english.denominator"),
        ("denominator", "progress_maths.denominator"),
    ),
    "post_16": (("failed", "unknown"),),
}  # fmt: skip
