"""The keys as the documents list them: made of the bindings."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import zip_longest

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import key_to_character

from qm_tui.ui.app_keys import KEYS as EVERYWHERE
from qm_tui.ui.screens.narrowed import NarrowedScreen
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.past import PastScreen
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.widgets.filter_bar import FilterBar
from qm_tui.ui.widgets.table_keys import KEYS as OF_TABLES

_SHARED = (Page, TableScreen, PastScreen, NarrowedScreen)
"""What these bring along is said once, and not on the page of each screen."""
_NAMES: Mapping[str, str] = {
    "down": "↓", "up": "↑", "left": "←", "right": "→", "pagedown": "PgDn", "pageup": "PgUp",
    "home": "Home", "end": "End", "enter": "Enter", "escape": "Esc", "space": "Space",
    "tab": "Tab", "backspace": "Backspace", "delete": "Del", "f1": "F1", "shift": "Shift",
    "ctrl": "Ctrl", "alt": "Alt", "comma": ",", "slash": "/",
    "plus": "+",
    "minus": "-",
}  # fmt: skip


def written(key: str) -> str:
    """Return how a key is written on a keyboard: `Ctrl+P` of `ctrl+p`."""
    *modifiers, last = key.strip().split("+")
    sign = _NAMES.get(last) or key_to_character(last) or last
    if modifiers and len(sign) == 1:
        sign = sign.upper()
    return "+".join([*(_NAMES[modifier] for modifier in modifiers), sign])


def all_written(binding: Binding) -> str:
    """Return all the keys of a binding, as code in Markdown."""
    keys = dict.fromkeys(written(key) for key in binding.key.split(","))
    return " ".join(f"`{key}`".replace("|", "\\|") for key in keys)


def own_keys(owner: type[DOMNode]) -> Sequence[Binding]:
    """Return what works on a page or in a dialog, and not on all others too."""
    by_key: dict[str, tuple[Binding, bool]] = {}
    for kind in reversed(owner.__mro__):
        shared = kind in _SHARED
        for binding in _bindings(kind):
            for key in binding.key.split(","):
                by_key.pop(key.strip(), None)
                by_key[key.strip()] = (binding, shared)
    # Where a subclass has given a key to something else, the former has it no more.
    keys: dict[str, list[str]] = {}
    kept: dict[str, Binding] = {}
    for key, (binding, shared) in by_key.items():
        if binding.id is not None and not shared:
            keys.setdefault(binding.id, []).append(key)
            kept[binding.id] = binding
    return [_with(kept[name], ",".join(of_it)) for name, of_it in keys.items()]


def _with(binding: Binding, key: str) -> Binding:
    return Binding(key, binding.action, binding.description, id=binding.id)


def _bindings(kind: type[object]) -> Iterator[Binding]:
    if kind.__module__.startswith("qm_tui.") and issubclass(kind, DOMNode):
        for each in kind.__dict__.get("BINDINGS", ()):
            if isinstance(each, Binding):
                yield each


def table(bindings: Iterable[Binding]) -> str:
    """Return keys as a table: what they are, what they do, and their name in `[keys]`."""
    lines = ["| keys | what they do | name in `[keys]` |", "|---|---|---|"]
    lines += [
        f"| {all_written(each)} | {each.description} | `{each.id}` |"
        for each in bindings
        if each.id
    ]
    return "\n".join(lines)


def side_by_side(bindings: Sequence[Binding]) -> str:
    """Return keys as a table with two of them on a line, without their names."""
    half = (len(bindings) + 1) // 2
    pairs = zip_longest(bindings[:half], bindings[half:])
    lines = ["| keys | | keys | |", "|---|---|---|---|"]
    lines += [f"| {_pair(left)} | {_pair(right)} |" for left, right in pairs]
    return "\n".join(lines)


def _pair(binding: Binding | None) -> str:
    return " | " if binding is None else f"{all_written(binding)} | {binding.description}"


def of_screens() -> str:
    """Return what works on one screen only, a line a screen."""
    lines = ["| on | keys |", "|---|---|"]
    for page, names in SCREENS.items():
        said = "; behind it: ".join(filter(None, map(_in_a_line, names)))
        lines.append(f"| [{page}](docs/{page}.md) | {said} |")
    return "\n".join(lines)


def _in_a_line(name: str) -> str:
    return ", ".join(f"{all_written(each)} {_lower(each)}" for each in bindings_of(name))


def _lower(binding: Binding) -> str:
    """What a key does, as it stands in a sentence; `P&L` stays."""
    said = binding.description
    return said if said[1:2] == "&" else said[:1].lower() + said[1:]


SCREENS: Mapping[str, Sequence[str]] = {
    "pulse": ("screens.pulse.PulseScreen",),
    "accounts": ("screens.accounts.AccountsScreen",),
    "positions": ("screens.positions.PositionsScreen", "screens.merged.MergedScreen"),
    "options": ("screens.options.OptionsScreen",),
    "lots": ("screens.lots.LotsScreen",),
    "discrepancies": (
        "screens.discrepancies.DiscrepanciesScreen",
        "screens.evidence.EvidenceScreen",
    ),
    "activity": ("screens.activity.ActivityScreen",),
    "syncs": ("screens.syncs.SyncsScreen", "screens.run.RunScreen"),
    "errors": ("screens.errors.ErrorsScreen", "screens.log.LogScreen"),
    "charts": ("screens.charts.ChartsScreen",),
    "raw-row": ("screens.raw_row.RawRowScreen",),
}
"""Page in docs/ → the screens it is about."""


def bindings_of(name: str) -> Sequence[Binding]:
    """Return the bindings of what is named."""
    match name:
        case "everywhere":
            return [*EVERYWHERE, *_bindings(Page)]
        case "rows":
            return [each for kind in _SHARED[1:] for each in _bindings(kind)]
        case "tables":
            return OF_TABLES
        case "filter":
            return list(_bindings(FilterBar))
        case _:
            module, _, owner = name.rpartition(".")
            return own_keys(getattr(import_module(f"qm_tui.ui.{module}"), owner))
