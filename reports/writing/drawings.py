"""How the parts of a drawing look, in every format: dark on white, told apart without colour."""

# Classes that our drawings use. On a page the letters grow with a phone, see document.html.
STYLE = (
    ".plot { font-size: 12px; font-family: system-ui, 'DejaVu Sans', sans-serif; }"
    " .plot text { fill: #0b0c0c; } .plot .letter { font-weight: 700; }"
    " .plot .label { fill: #505a5f; paint-order: stroke; stroke: #fff; stroke-width: 3px; }"
    " .plot circle { fill: #1d70b8; stroke: #0b0c0c; } .plot polyline { fill: none; }"
    " .plot .mean { stroke: #0b0c0c; } .plot .grid { stroke: #dddfe0; }"
    " .plot .limit95 { stroke: #505a5f; stroke-dasharray: 4 3; }"
    " .plot .limit998 { stroke: #505a5f; }"
    " .plot .node { fill: #0b0c0c; } .plot .band { stroke: #fff; fill-opacity: .6; }"
    " .plot .even { fill: #7a8f9f; } .plot .odd { fill: #c3ccd3; }"
    " .plot .first { fill: #1d70b8; stroke: #0b0c0c; }"
    " .plot .second { fill: #fff; stroke: #0b0c0c; } .plot .reach { stroke: #0b0c0c; fill: none; }"
    " .plot .over { paint-order: stroke; stroke: #fff; stroke-width: 4px; }"
)


def standing_alone(svg: str) -> str:
    """With its style inside: for a PDF, where no page gives it one."""
    head, tag, rest = svg.partition(">")
    return f"{head}{tag}<style>{STYLE}</style>{rest}"
