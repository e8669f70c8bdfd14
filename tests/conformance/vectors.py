"""The vectors of `lots-vector/1`: a JSON file for each case, where the environment says.

Nothing is copied here. Without `QM_TUI_CONFORMANCE` there are none, and no test.
"""

import json
import os
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

_LAW = frozenset({"pub550", "cfr", "irs", "usc", "form8949"})
Row = dict[str, Any]
"""An object of the file: its numbers are decimal strings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vector:
    """A case: events in the order in which they are booked, and what is to come of them."""

    id: str
    firm: bool
    """Follows from the source and the rules; else the source fixes what they leave open."""
    source: str
    """The project or the text it is taken from."""
    method: str
    options: Row
    accounts: Row
    events: tuple[Row, ...]
    expected: Row

    @property
    def wash_sales(self) -> bool:
        return bool(self.options.get("wash_sales"))

    @property
    def taxed(self) -> bool:
        """Whether the taxpayer's view is told: wash sales, or the law's own text on shorts.

        Section 1233 (holding periods of what is held while it is sold short) is in that view alone.
        """
        shorts = any(row["type"] == "SHORT" for row in self.events)
        return self.wash_sales or (shorts and self.source in _LAW)

    @property
    def pooled(self) -> bool:
        """Whether lots are matched across accounts, as if there were one."""
        return self.options.get("scope") == "universal"


def vectors() -> list[Vector]:
    """Return all cases, in the order of their names; none where nobody says where they lie."""
    folder = os.environ.get("QM_TUI_CONFORMANCE")
    if not folder:
        return []
    paths = sorted((Path(folder) / "vectors").rglob("*.json"))
    read = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    return [read_vector(data) for data in read if data.get("schema") == "lots-vector/1"]


def read_vector(data: Row) -> Vector:
    """Read one case."""
    return Vector(
        id=data["id"],
        firm=data["status"] == "firm",
        source=str(data["id"]).partition("__")[0],
        method=data.get("method", "FIFO"),
        options=data.get("options", {}),
        accounts=data.get("accounts") or {"T1": {"type": "taxable"}},
        events=tuple(sorted(data["events"], key=lambda event: int(event["seq"]))),
        expected=data["expected"],
    )


def number(row: Row, *names: str) -> Decimal | None:
    """Return the first of some numbers that is there."""
    for name in names:
        if row.get(name) not in (None, ""):
            return Decimal(str(row[name]))
    return None


def ratio(text: str) -> Fraction:
    """Read `2`, `0.75`, `3/2` or `3:2`."""
    return Fraction(text.replace(":", "/"))
