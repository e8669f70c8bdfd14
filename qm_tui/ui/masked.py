"""Sentences with amounts in them, for when these are hidden."""

import re
from collections.abc import Iterable

from qm_tui.ui.format import Format

_DATE = r"\d{4}-\d\d-\d\d"
"""A day is public, as it is in the columns."""
_ALONE, _WHOLE = r"(?<![\w.,])", r"(?![\w]|[.,]\d)"
"""A symbol may be a number, as 700 is in Hong Kong: it is none where it is part of another."""
_DIGITS = re.compile(r"\d[\d.,]*\d|\d")
DOTS = "••••"


def masked(form: Format, text: str, *names: str | None) -> str:
    """Return a sentence, while amounts are hidden without its numbers; days and names stay.

    Args:
        form: tells whether amounts are hidden.
        text: from the store; which of its numbers are amounts nobody can tell.
        names: symbols and accounts, which may have digits in them.
    """
    if not form.hidden:
        return text
    kept = "|".join([*map(re.escape, _longest_first(names)), _DATE])
    parts = re.split(f"({_ALONE}(?:{kept}){_WHOLE})", text)
    # Every second part is one of those that stay.
    return "".join(part if at % 2 else _DIGITS.sub(DOTS, part) for at, part in enumerate(parts))


def _longest_first(names: Iterable[str | None]) -> list[str]:
    return sorted({name for name in names if name}, key=len, reverse=True)
