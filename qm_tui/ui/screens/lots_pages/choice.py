"""Whose lots are shown: reckoned by whom, in which view, and under which method."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.content import Content

from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.ui.format import Format
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import DerivedState

_VIEWS = {
    View.TAXPAYER: "taxpayer's view",
    View.ECONOMIC: "economic view",
    View.BROKER: "broker's view",
}
_CYCLE = (View.TAXPAYER, View.ECONOMIC, View.BROKER)
METHODS = {
    "f": LotMethod.FIFO,
    "l": LotMethod.LIFO,
    "h": LotMethod.HIFO,
    "o": LotMethod.LOFO,
    "v": LotMethod.AVERAGE,
}
"""Letter → method; what is named lot by lot is no method for all sales."""
METHOD_WORDS = {
    LotMethod.FIFO: "oldest first",
    LotMethod.LIFO: "newest first",
    LotMethod.HIFO: "highest cost first",
    LotMethod.LOFO: "lowest cost first",
    LotMethod.AVERAGE: "average cost, funds only",
    LotMethod.SPECIFIC: "the lots that are named",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the user wants to see."""

    derived: bool = True
    """Reckoned from the facts; else as the brokers reported."""
    view: View = View.TAXPAYER
    method: LotMethod | None = None
    """As if every sale had used it; None: as it was."""

    def next_view(self) -> "Choice":
        """The same in another view: those of the brokers have one only."""
        place = _CYCLE.index(self.view)
        return replace(self, derived=True, view=_CYCLE[(place + 1) % len(_CYCLE)])

    def other_source(self) -> "Choice":
        """Derived instead of reported, or the other way round."""
        return Choice(derived=not self.derived, view=self.view)

    def as_json(self) -> dict[str, Any]:
        """What JSON can hold; `restored` reads it."""
        method = None if self.method is None else self.method.value
        return {"derived": self.derived, "view": self.view.value, "method": method}

    def restored(self, kept: Mapping[str, Any]) -> "Choice":
        """The same as far as nothing else was kept, or nothing that there is."""
        derived, method = kept.get("derived", self.derived), kept.get("method", self.method)
        return Choice(
            derived=derived if isinstance(derived, bool) else self.derived,
            view=next((one for one in View if one.value == kept.get("view")), self.view),
            method=next((one for one in METHODS.values() if one.value == method), None),
        )


def choice_in_words(choice: Choice, *, applies: bool) -> Content:
    """Say it in a line.

    Args:
        choice: What is shown.
        applies: Whether the method makes a difference to the page that is shown.
    """
    if not choice.derived:
        return words("as the brokers reported", "bold $accent")
    view = words(_VIEWS[choice.view])
    if choice.method is None:
        own = words("accounts' own methods", "$text-muted")
        parts = [words("derived", "bold $accent"), view, own]
    elif applies:
        # So short that a narrow terminal does not cut the method.
        supposed = f"what if every sale had used {choice.method.upper()}"
        parts = [view, words(supposed, "bold $warning")]
    else:
        parts = [view, words(f"as it was: {choice.method.upper()} is for lots and gains")]
    return words("  ·  ", "$text-muted").join(parts)


def state_in_words(state: "DerivedState | None", form: Format) -> Content:
    """Say whether what is shown follows from all facts there are."""
    if state is None:
        return Content()
    if state.waiting:
        return words(f"being derived: {form.number(state.waiting)} to do…", "$text-warning")
    if not state.derived:
        return words("nothing derived yet", "$text-warning")
    return words("lots follow all facts", "$text-muted")
