"""Every rule has a source and a test on each side of its boundary; every duty is listed."""

import ast
import re
from functools import cache

from ap_registry import duty_names
from ap_registry.adjustments import may_adjust
from ap_registry.duties import DUTIES, INSIDE, OUTSIDE, read_sides
from ap_registry.framework import framework
from ap_registry.rules import IDS, RULES
from tests.architecture.sources import ROOT, modules, tree_of

# Every row of the framework as the law has it; a row that is not watched says why.
ROWS = (
    *(f"E{n}" for n in range(1, 17)),
    "1.2 sixth day", "1.2 permanent", "1.2 looked after", "1.2 days 1-5",
    *(f"O{n}" for n in range(1, 6)), "M1", "R1",
    *(f"A{n}" for n in range(1, 7)),
    *(f"ground {letter}" for letter in "abcdefghijklmno"), "off-rolling",
    *(f"L{n}" for n in range(1, 8)),
    "1.6 first day", "1.6 AP absence", "1.6 ten in ten", "1.6 persistent", "1.6 severe",
    "1.6 targeting support", "1.6 social worker", "1.6 part-time", "1.6 long-term ill",
    "1.7 checks", "1.7 where", "1.7 reviews", "1.7 registration",
)  # fmt: skip
NODE = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)(?:\[(.+)\])?")
SIDES = read_sides()


def test_every_row_is_listed_once_and_says_how_it_is_watched_or_why_not() -> None:
    assert [one.row for one in DUTIES] == list(ROWS)
    assert [one.row for one in DUTIES if not one.rules and not one.not_watched] == []
    assert [one.row for one in DUTIES if not (one.source and one.duty_holder)] == []
    assert {rule for one in DUTIES for rule in one.rules} - IDS == set()


def test_every_rule_has_a_source_and_a_duty_holder() -> None:
    assert [rule.id for rule in RULES if not (rule.source and rule.duty_holder)] == []


def test_every_rule_has_a_test_on_each_side_of_its_boundary() -> None:
    wanted = [(rule, side) for rule in sorted(IDS) for side in (INSIDE, OUTSIDE)]
    assert [one for one in wanted if not SIDES.get(one)] == []


def test_only_rules_and_sides_that_exist_are_tested() -> None:
    assert {(rule, side) for rule, side in SIDES if rule not in IDS} == set()
    assert {side for _rule, side in SIDES} == {INSIDE, OUTSIDE}


@cache
def names_in(path: str) -> tuple[frozenset[str], frozenset[str]]:
    """Names of the tests of a file, and every text in it: what a case may be called by."""
    tree = tree_of(ROOT / path)
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    return frozenset(names), frozenset(texts_in(tree))


def texts_in(tree: ast.AST) -> set[str]:
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_every_test_that_is_named_exists() -> None:
    named = sorted({node for nodes in SIDES.values() for node in nodes})
    assert [node for node in named if not exists(node)] == []


def exists(node: str) -> bool:
    """Whether a test of this name, and a case where one is named, is in the file."""
    found = NODE.fullmatch(node)
    if found is None or not (ROOT / found[1]).is_file():
        return False
    names, texts = names_in(found[1])
    return found[2] in names and (found[3] is None or found[3] in texts)


def test_every_number_that_an_la_may_set_is_read_as_the_la_has_set_it() -> None:
    """By World.number or a desk of the ladder (``_on``, ``hour``), never past what was set."""
    read = {
        name for path in modules() for name in rules_read(tree_of(path, "number(", "hour(", "_on("))
    }
    assert {found.id for found in RULES if may_adjust(found)} - read == set()


def rules_read(tree: ast.Module) -> set[str]:
    """The texts, or what the names stand for, that a module hands to a reader of numbers."""
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for name in (n for target in node.targets for n in ast.walk(target)):
                if isinstance(name, ast.Name):
                    named.setdefault(name.id, set()).update(texts_in(node.value))
    found: set[str] = set()
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute | ast.Name):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else f"{node.func.id}()"
        if called in {"number", "hour", "_on()"}:
            for given in node.args:
                found |= named.get(given.id, set()) if isinstance(given, ast.Name) else set()
                found |= texts_in(given)
    return found


def test_every_kind_of_what_is_owed_has_plain_words() -> None:
    kinds = {clock["kind"] for clock in framework()["clocks"]}
    assert len(kinds) > 40
    assert kinds - set(duty_names.DUTIES) == set()
