"""How a table can be looked at, under a name: columns, widths, order, filter, grouping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from qm_tui.ui.widgets.arrangement import NARROWEST, WIDEST, Arrangement

Orders = tuple[tuple[str, bool], ...]
PLAIN = "plain"
"""The name of the view that everything begins with; no other has it."""
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a table."""

    arrangement: Arrangement = field(default_factory=Arrangement)
    orders: Orders = ()
    """Column and whether from the largest; the first counts most."""
    filter: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the screen wants to find again, e.g. how its rows are grouped."""

    def as_json(self) -> dict[str, Any]:
        """Return what JSON can hold; `view_from` reads it."""
        return {
            **arrangement_as_json(self.arrangement),
            "orders": [list(order) for order in self.orders],
            "filter": self.filter,
            "extra": dict(self.extra),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenViews:
    """What is kept of one screen."""

    named: Mapping[str, View] = field(default_factory=dict)
    """In the order they were saved."""
    chosen: str | None = None
    """The one that is shown at first; None is the plain one."""
    arrangement: Arrangement | None = None
    """How columns were arranged since."""

    def saved(self, name: str, view: View) -> "ScreenViews":
        """Return the same with another view, which is the chosen one now."""
        return replace(self, named={**self.named, name: view}, chosen=name, arrangement=None)

    def without(self, name: str) -> "ScreenViews":
        """Return the same without a view."""
        named = {other: view for other, view in self.named.items() if other != name}
        return replace(self, named=named, chosen=None if self.chosen == name else self.chosen)

    def as_json(self) -> dict[str, Any] | None:
        """Return what JSON can hold; None where there is nothing to keep."""
        if not self.named and self.chosen is None and self.arrangement is None:
            return None
        return {
            "named": {name: view.as_json() for name, view in self.named.items()},
            "chosen": self.chosen,
            "arrangement": self.arrangement and arrangement_as_json(self.arrangement),
        }


def arrangement_as_json(arrangement: Arrangement) -> dict[str, Any]:
    """Return what JSON can hold."""
    return {
        "order": list(arrangement.order),
        "hidden": sorted(arrangement.hidden),
        "widths": dict(arrangement.widths),
    }


def views_from(kept: Any) -> ScreenViews:
    """Read what was kept; what is not as it should be is left out."""
    kept = _table(kept)
    named = {name: view_from(view) for name, view in _table(kept.get("named")).items()}
    chosen = kept.get("chosen")
    arrangement = kept.get("arrangement")
    return ScreenViews(
        named=named,
        chosen=chosen if isinstance(chosen, str) and chosen in named else None,
        arrangement=arrangement_from(arrangement) if isinstance(arrangement, Mapping) else None,
    )


def view_from(kept: Any) -> View:
    """Read one view."""
    kept = _table(kept)
    orders = [
        (order[0], bool(order[1]))
        for order in _list(kept.get("orders"))
        if isinstance(order, list | tuple) and len(order) == 2 and isinstance(order[0], str)
    ]
    text = kept.get("filter")
    return View(
        arrangement=arrangement_from(kept),
        orders=tuple(orders),
        filter=text if isinstance(text, str) else "",
        extra=_table(kept.get("extra")),
    )


def arrangement_from(kept: Any) -> Arrangement:
    """Read how columns were arranged."""
    kept = _table(kept)
    widths = {
        key: max(NARROWEST, min(width, WIDEST))
        for key, width in _table(kept.get("widths")).items()
        if isinstance(width, int) and not isinstance(width, bool)
    }
    return Arrangement(
        order=tuple(_texts(kept.get("order"))),
        hidden=frozenset(_texts(kept.get("hidden"))),
        widths=widths,
    )


def configured(wanted: Any, columns: Sequence[str]) -> Arrangement:
    """Read the columns a configuration wants, in their order; the others are hidden.

    Args:
        wanted: as in `[ui.columns]`; what is no list of columns there are asks for nothing.
        columns: the keys of all there are.
    """
    known = [key for key in dict.fromkeys(_texts(wanted)) if key in columns]
    if not known:
        return Arrangement()
    return Arrangement(order=tuple(known), hidden=frozenset(columns) - frozenset(known))


def flat(columns: Mapping[str, Any]) -> Mapping[str, Any]:
    """Screens by name: `[ui.columns.lots] open = […]` is of the screen `lots.open`."""
    said: dict[str, Any] = {}
    for name, wanted in columns.items():
        if isinstance(wanted, Mapping):
            said |= {f"{name}.{tab}": of_tab for tab, of_tab in wanted.items()}
        else:
            said[name] = wanted
    return said


def _table(kept: Any) -> dict[str, Any]:
    if not isinstance(kept, Mapping):
        return {}
    return {name: value for name, value in kept.items() if isinstance(name, str)}


def _list(kept: Any) -> Sequence[Any]:
    return kept if isinstance(kept, list | tuple) else ()


def _texts(kept: Any) -> Sequence[str]:
    return [each for each in _list(kept) if isinstance(each, str)]
