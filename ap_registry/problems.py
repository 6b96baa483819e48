"""Refusals as RFC 9457 problem objects: the same on the command line, over HTTP and on pages."""

from collections.abc import Collection
from typing import Any

from ap_registry.errors import Near, Problem, Refused

TYPE = "/problems/"
UNTITLED = "It went wrong"
TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Not allowed here",
    409: "It conflicts with what is on record",
    412: "The record has changed since",
    413: "Too much at once",
    415: "Another media type is needed",
    422: "It cannot be recorded as it is",
    429: "Too many requests",
    503: "Not available just now",
}


def as_problem(status: int, detail: str, problems: tuple[Problem, ...] = ()) -> dict[str, Any]:
    """A problem object; ``errors`` name the field, the rule and how to put it right."""
    return {
        "type": f"{TYPE}{status}",
        "title": TITLES.get(status, UNTITLED),
        "status": status,
        "detail": detail,
        "errors": [as_error(problem) for problem in problems],
    }


def as_error(problem: Problem) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pointer": problem.pointer,
        "code": problem.code,
        "detail": problem.detail,
    }
    if problem.rule:
        found["rule"] = problem.rule
    if problem.source:
        found["source"] = problem.source
    if problem.near:
        found |= near_as_json(problem.near)
    return found


def near_as_json(near: Collection[Near]) -> dict[str, Any]:
    """``near``: their ids; ``candidates``: with how like they are, and why."""
    return {
        "near": [str(one.pupil_id) for one in near],
        "candidates": [one.as_json() for one in near],
    }


def of_refusal(refused: Refused) -> dict[str, Any]:
    return as_problem(
        refused.status, "; ".join(p.detail for p in refused.problems), refused.problems
    )
