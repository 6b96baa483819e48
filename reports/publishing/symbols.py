"""What stands in place of a number that is not published, as in the DfE's open data."""

from collections.abc import Mapping

KEPT_BACK = "c"  # a small number, or one from which a small number could be worked out
NOT_APPLICABLE = "z"
NOT_AVAILABLE = "x"  # too few registers
SYMBOLS: Mapping[str, str] = {
    KEPT_BACK: "Kept back: a count of 1 to 5, a rate of under 10, or a number from which one of"
    " these could be worked out.",
    NOT_APPLICABLE: "Not applicable: there is nothing to count.",
    NOT_AVAILABLE: "Not available: too few registers (coverage under 0.8).",
}
