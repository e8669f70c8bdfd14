import subprocess
import sys

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex

from qm_tui.store.schema import tables


def test_an_index_of_some_rows_is_one_of_the_same_rows_on_every_database() -> None:
    compared = 0
    for table in tables.metadata.tables.values():
        for index in table.indexes:
            ours, others = (
                str(CreateIndex(index).compile(dialect=module.dialect()))
                for module in (sqlite, postgresql)
            )
            # Drivers of that database read a percent sign as the place of a parameter.
            where = others.partition(" WHERE ")[2].replace("%%", "%")
            assert where == ours.partition(" WHERE ")[2]
            compared += " WHERE " in ours
    assert compared > 10


def test_tables_alone_load_no_dialect_of_another_database() -> None:
    program = (
        "import sys, qm_tui.store.schema.tables\n"
        "sys.exit('sqlalchemy.dialects.postgresql' in sys.modules)"
    )
    assert not subprocess.run([sys.executable, "-c", program], check=False).returncode  # noqa: S603
