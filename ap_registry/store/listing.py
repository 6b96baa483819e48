"""How a list of work is asked for: whom each row is about, and only whom the scope sees."""

from collections.abc import Iterable
from typing import LiteralString

from ap_registry.store.queries import GATHERED, OF_GATHERED, SCOPED
from ap_registry.store.who import SHOWN_ID

_SCOPED, _OF_GATHERED = SCOPED.format(t="t"), OF_GATHERED.format(t="t")
BY_DAY: LiteralString = ' order by "on" nulls last, lower(i.family_name), t.key'


def counted(questions: Iterable[LiteralString]) -> LiteralString:
    """One row: how many rows each has, up to ``%(limit)s``."""
    parts = (
        f"(select count(*) from ({question.replace(_SCOPED, _OF_GATHERED)} limit %(limit)s) q)"
        for question in questions
    )
    return GATHERED + "select " + ", ".join(parts)


def about_whom(table: LiteralString, rest: LiteralString) -> LiteralString:
    """A question of a derived table, in which ``{from}`` stands for whom its rows are about."""
    return f"""
select t.key::text as key, {SHOWN_ID.format(t="t")}::text as pupil_id, i.upn,
       concat_ws(' ', i.given_name, i.family_name) as name, {
        rest.replace(
            "{from}",
            f'''
  from {table} t join identity i on i.pupil_id = t.pupil_id and i.until_at = 'infinity' ''',
        )
    }
   and t.until_at = 'infinity' and {_SCOPED}
"""
