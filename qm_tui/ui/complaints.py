"""What the configuration asks of the screen that there is not: said once, at the start."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NoReturn

from textual.theme import BUILTIN_THEMES

from qm_tui.ui.cell import plain
from qm_tui.ui.context import Context
from qm_tui.ui.key_names import is_key, names_of
from qm_tui.ui.session import Session
from qm_tui.ui.themes import THEMES

FORMER_IDS = {"show.imports": "show.syncs"}
"""Ids of keys that were given another name: what a configuration says of them still holds."""

_ADVICE = "Correct it (qm-tui doctor says in which file), and begin again."

_NO_TIME = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def complain(session: Session, themes: Collection[str]) -> str | None:
    """Put what is not known among what fails; return what is said of it in passing.

    Args:
        session: with the configuration.
        themes: the names of those there are.
    """
    found = list(complaints(session, themes))
    for complaint in found:
        about = complaint[: complaint.find("]") + 1]
        what = f"{about} in the configuration".lstrip()
        session.troubles.note(f"setting {complaint}", what, complaint, advice=_ADVICE)
    if len(found) > 1:
        return f"{session.format.count(len(found), 'setting')} cannot be followed; E says which."
    return f"{found[0].split('; ')[0].rstrip('.')}; E says more." if found else None


def complaints(session: Session, themes: Collection[str]) -> Iterable[str]:
    """Tell what is not known, or stands in the way of something else.

    Args:
        session: with the configuration.
        themes: the names of those there are.
    """
    context = session.context
    if context.theme is not None and context.theme not in themes:
        names = ", ".join(sorted(themes))
        yield f"[ui] theme: there is no {plain(context.theme)!r}; there are {names}."
    if context.keys:
        # Late: it loads every screen and dialog.
        from qm_tui.ui.key_ids import clashes, key_ids  # noqa: PLC0415

        for name in sorted(context.keys.keys() - key_ids() - FORMER_IDS.keys()):
            yield f"[keys] {plain(name)} is no id of a key; ? shows the keys with their ids."
        yield from _about_keys(context.keys)
        yield from clashes(keymap_of(context.keys))
    yield from _about_columns(session)


def complaints_before(
    *, theme: str | None, keys: Mapping[str, str], columns: Mapping[str, Any]
) -> Iterable[str]:
    """Tell the same of a configuration whose monitor is not open."""

    async def open_nothing() -> NoReturn:
        raise NotImplementedError

    # Only of settings: what reads the store, or asks for the time, is never begun.
    context = Context(
        open_reader=open_nothing, open_importer=open_nothing, now=lambda: _NO_TIME, zone=dt.UTC,
        version="", theme=theme, keys=keys, columns=columns,
    )  # fmt: skip
    return complaints(Session(context), {*BUILTIN_THEMES, *(each.name for each in THEMES)})


def _about_keys(keys: Mapping[str, str]) -> Iterable[str]:
    """Tell of names that no key has: who asks for one of these would press it in vain."""
    kept = keymap_of(keys).keys()
    for name, written in sorted(keys.items()):
        wrong = [plain(each) for each in names_of(written) if not is_key(each)]
        stays = "" if FORMER_IDS.get(name, name) in kept else " Its own key stays."
        if wrong or stays:
            which = f"there is no key {', '.join(wrong)}" if wrong else "no key is named"
            yield f"[keys] {plain(name)}: {which}; names are like ctrl+x, f5 or ?.{stays}"


def _about_columns(session: Session) -> Iterable[str]:
    from qm_tui.ui.saved_views import flat  # noqa: PLC0415 - where something is configured

    wanted = flat(session.context.columns)
    if not wanted:
        return
    known = _columns(session)
    for screen, keys in wanted.items():
        where = f"[ui.columns] {plain(screen)}"
        if screen not in known:
            yield f"{where}: there is no such table; there are {', '.join(sorted(known))}."
        elif not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
            yield f'{where}: a list of columns was expected, such as ["symbol", "quantity"].'
        elif unknown := [plain(key) for key in keys if key not in known[screen]]:
            names = ", ".join(known[screen])
            yield f"{where}: there is no {', '.join(unknown)}; there are {names}."


def _columns(session: Session) -> Mapping[str, list[str]]:
    """The columns of every table; the screens made for this are never shown."""
    from qm_tui.ui.modes import MODES  # noqa: PLC0415 - where something is configured
    from qm_tui.ui.screens.exposure import ExposureScreen  # noqa: PLC0415
    from qm_tui.ui.screens.merged import MergedScreen  # noqa: PLC0415
    from qm_tui.ui.screens.table_screen import TableScreen  # noqa: PLC0415

    pages = [make(session) for make in MODES.values()]
    pages += [MergedScreen(session, ("",)), ExposureScreen(session, ("",))]
    return {
        name: [column.key for column in columns]
        for page in pages
        if isinstance(page, TableScreen)
        for name, columns in page.all_columns()
    }


def keymap_of(keys: Mapping[str, str]) -> dict[str, str]:
    """The keys of a configuration, under the names that ids and keys have today.

    What no key is called by is left out, and with it an id that would have none.
    """
    given = {
        FORMER_IDS.get(name, name): ",".join(filter(is_key, names_of(written)))
        for name, written in keys.items()
    }
    return {name: written for name, written in given.items() if written}
