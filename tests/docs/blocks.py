"""What stands between two markers of a document is made by the program.

<!-- keys screens.lots.LotsScreen -->      the keys of a screen or dialog
<!-- columns lots.open -->                 the columns of a table
<!-- end -->
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from tests.docs import columns, keys

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(r"<!-- (keys|map|columns) ([\w.-]+) -->\n(.*?)<!-- end -->", re.DOTALL)


def documents() -> Sequence[Path]:
    """Return README and the pages in docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(text: str) -> Iterator[tuple[str, str]]:
    """Return what is made by the program: its kind and its name."""
    for found in _BLOCK.finditer(text):
        yield found[1], found[2]


def made_anew(text: str) -> str:
    """Return a document with its blocks as the program is now."""
    return _BLOCK.sub(lambda found: _made(found[1], found[2]), text)


def _made(kind: str, name: str) -> str:
    match kind:
        case "columns":
            made = columns.written(_tables()[name])
        case "map" if name == "screens":
            made = keys.of_screens()
        case "map":
            made = keys.side_by_side(keys.bindings_of(name))
        case _:
            made = keys.table(keys.bindings_of(name))
    return f"<!-- {kind} {name} -->\n\n{made}\n\n<!-- end -->"


@cache
def _tables() -> dict[str, columns.Table]:
    return dict(columns.tables())


def main() -> None:
    """Write all blocks anew."""
    for path in documents():
        text = path.read_text(encoding="utf-8")
        path.write_text(made_anew(text), encoding="utf-8")
