"""How a list of work is asked for: whom each row is about, and only whom the scope sees."""

from typing import LiteralString

from ap_registry.store.queries import SCOPED
from ap_registry.store.who import SHOWN_ID

BY_DAY: LiteralString = ' order by "on" nulls last, lower(i.family_name), t.key'


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
   and t.until_at = 'infinity' and {SCOPED.format(t="t")}
"""
