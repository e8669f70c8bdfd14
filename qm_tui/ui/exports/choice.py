"""What an export can be asked for, and what was asked for the last time."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from qm_tui.ui.exports.formats import FORMS
from qm_tui.ui.exports.rows import Which

KEPT = "export"
"""The name under which the last choices are kept."""
_LONGEST = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is written where."""

    form: str = "CSV"
    which: Which = Which.SHOWN
    all_columns: bool = False
    path: str = ""

    @property
    def file(self) -> Path:
        """Where it is written; `~` is the user's folder."""
        path = self.path.strip()
        try:
            # Not Path's: for somebody there is no such user it raises.
            return Path(os.path.expanduser(path))  # noqa: PTH111
        except ValueError:
            return Path(path)  # Nobody can be called so; to write there says it.

    def as_json(self) -> dict[str, Any]:
        """What is kept for the next time; of the path its folder, names belong to screens."""
        folder = os.path.split(self.path.strip())[0]
        return {
            "format": self.form,
            "rows": self.which.value,
            "all_columns": self.all_columns,
            "folder": folder + "/" if folder.strip("/") else folder,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What there is to be exported."""

    screen: str
    rows: Mapping[Which, int | None] = field(default_factory=dict)
    """How many; None while that is not known. What is not named cannot be chosen."""
    columns: tuple[int, int] = (0, 0)
    """How many are in sight, and in all."""
    hidden: bool = False
    """Whether amounts are hidden, and so will be in the file."""
    number: Callable[[int], str] = str
    """How one writes how many."""


def first_choice(kept: Any, offer: Offer, day: str) -> Choice:
    """Begin with what was chosen the last time, where there is that.

    Args:
        kept: what `Choice.as_json` said; nothing of it is sure.
        offer: what there is.
        day: stands in the name of the file.
    """
    kept = kept if isinstance(kept, Mapping) else {}
    form = kept.get("format")
    folder = kept.get("folder")
    form = form if isinstance(form, str) and form in FORMS else "CSV"
    folder = folder if isinstance(folder, str) and len(folder) < _LONGEST else "~/"
    # Who has marked rows means them.
    which = Which.MARKED if Which.MARKED in offer.rows else Which.SHOWN
    if which is Which.SHOWN and kept.get("rows") == Which.ALL:
        which = Which.ALL
    name = f"{offer.screen.replace('.', '-')}-{day}{FORMS[form].suffix}"
    return Choice(
        form=form,
        which=which,
        all_columns=kept.get("all_columns") is True,
        path=f"{folder}{name}",
    )


def with_suffix(path: str, form: str) -> str:
    """The same file in another format, if its name says a format at all."""
    for known in FORMS.values():
        if path.lower().endswith(known.suffix):
            return path[: -len(known.suffix)] + FORMS[form].suffix
    return path
