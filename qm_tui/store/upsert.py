"""Insert or replace, in the dialect's own words: the one place that knows them."""

from collections.abc import Sequence

from sqlalchemy import Dialect, Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(table: Table, dialect: Dialect, *, key: Sequence[str], replace: Sequence[str]) -> Insert:
    """Make the statement that inserts a row, or replaces columns of the one with the same key."""
    if dialect.name == "postgresql":
        into = postgresql.insert(table)
        if not replace:
            return into.on_conflict_do_nothing(index_elements=key)
        return into.on_conflict_do_update(
            index_elements=key, set_={name: into.excluded[name] for name in replace}
        )
    onto = sqlite.insert(table)
    if not replace:
        return onto.on_conflict_do_nothing(index_elements=key)
    return onto.on_conflict_do_update(
        index_elements=key, set_={name: onto.excluded[name] for name in replace}
    )
