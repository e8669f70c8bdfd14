"""Insert or replace, in the dialect's own words: the one place that knows them."""

from collections.abc import Sequence

from sqlalchemy import Dialect, Insert, Table, TableClause, bindparam, column
from sqlalchemy import table as table_clause
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    table: Table | TableClause, dialect: Dialect, *, key: Sequence[str], replace: Sequence[str]
) -> Insert:
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


def driver_upsert(
    table: Table,
    names: Sequence[str],
    dialect: Dialect,
    *,
    key: Sequence[str],
    replace: Sequence[str],
) -> str:
    """Compile `upsert` for the driver, which binds values in the order of `names`."""
    plain = table_clause(table.name, *(column(name) for name in names))
    statement = upsert(plain, dialect, key=key, replace=replace)
    bound = statement.values({name: bindparam(name) for name in names})
    return str(bound.compile(dialect=dialect))
