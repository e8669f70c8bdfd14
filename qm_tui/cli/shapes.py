"""The shapes of what `show` prints: one JSON Schema, from which columns and tests follow."""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def schema() -> dict[str, Any]:
    """Return the schema; `$defs` has one array of objects for each WHAT."""
    text = files("qm_tui.cli").joinpath("show.schema.json").read_text(encoding="utf-8")
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def columns(what: str) -> tuple[str, ...]:
    """Return the names `show WHAT` always prints, in their order."""
    return tuple(schema()["$defs"][what]["items"]["required"])
