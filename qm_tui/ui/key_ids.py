"""The ids by which keys can be given others in the configuration, and which would be in the way."""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module

from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import ModalScreen

import qm_tui.ui
from qm_tui.ui.app import MonitorApp
from qm_tui.ui.screens.page import Page
from qm_tui.ui.widgets.record_table import RecordTable

Keys = Mapping[str, frozenset[str]]
"""Key → the ids that it is given to."""


def key_ids() -> frozenset[str]:
    """Return the ids of all keys, on whichever screen they work."""
    return frozenset(
        binding.id for owner in _owners() for binding in _own(owner) if binding.id is not None
    )


def clashes(keymap: Mapping[str, str]) -> Iterable[str]:
    """Tell which keys would be given to several things in one place.

    Args:
        keymap: Id → keys, as the configuration has it. What is so without it is meant to be.
    """
    found: dict[tuple[str, frozenset[str]], None] = {}
    for place in _places():
        before, after = _keys(place, {}), _keys(place, keymap)
        for key, ids in after.items():
            if len(ids) > 1 and ids & keymap.keys() and ids != before.get(key):
                found[key, ids] = None
    for key, ids in sorted(found, key=lambda each: (each[0], sorted(each[1]))):
        yield f"[keys] {key} is given to {' and '.join(sorted(ids))}: only one of them will work."


def _keys(owners: Iterable[type[DOMNode]], keymap: Mapping[str, str]) -> Keys:
    keys: dict[str, set[str]] = {}
    for owner in owners:
        # A screen's own key takes the place of one that all screens have, and so it is meant.
        of_owner: dict[str, set[str]] = {}
        remapped: dict[str, set[str]] = {}
        for base in reversed(owner.__mro__):
            own: dict[str, set[str]] = {}
            for binding in _own(base):
                if binding.id is None:
                    continue
                given = keymap.get(binding.id)
                into = own if given is None else remapped
                for key in (given or binding.key).split(","):
                    into.setdefault(key.strip(), set()).add(binding.id)
            of_owner |= own
        for each in (of_owner, remapped):
            for key, ids in each.items():
                keys.setdefault(key, set()).update(ids)
    return {key: frozenset(ids) for key, ids in keys.items()}


def _places() -> Iterator[tuple[type[DOMNode], ...]]:
    """What works at the same time: a page, its table and the program; or a dialog."""
    for owner in _owners():
        if issubclass(owner, Page):
            yield MonitorApp, owner, RecordTable
        elif issubclass(owner, ModalScreen):
            yield (owner,)


def _owners() -> Iterable[type[DOMNode]]:
    """Everything of ours that has keys; what is not loaded yet is."""
    for module in pkgutil.walk_packages(qm_tui.ui.__path__, "qm_tui.ui."):
        import_module(module.name)
    return [each for each in _below(DOMNode) if each.__module__.startswith("qm_tui.")]


def _below(kind: type[DOMNode]) -> Iterator[type[DOMNode]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def _own(owner: type[object]) -> Iterator[Binding]:
    """The keys that a class adds, one by one."""
    if owner.__module__.startswith("qm_tui.") and issubclass(owner, DOMNode):
        for each in owner.__dict__.get("BINDINGS", ()):
            if isinstance(each, Binding):
                yield each
