"""The files a half-typed path or a pattern means."""

import asyncio
import glob
import os
from dataclasses import dataclass
from pathlib import Path

_MOST = 500
"""Names that are listed; a folder with more is narrowed by typing."""
_SIGNS = frozenset("*?[")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder whose name begins as typed, or that the pattern matches."""

    path: Path
    typed: str
    """What the user would have had to type for it."""
    is_folder: bool
    size: int | None
    """In bytes; None for a folder."""

    @property
    def name(self) -> str:
        """As listed; a folder ends in a slash."""
        return self.path.name + ("/" if self.is_folder else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What was found."""

    entries: tuple[Entry, ...] = ()
    files: tuple[Path, ...] = ()
    """What would be imported: the file that was typed in full, or all that the pattern matches."""
    completion: str | None = None
    """What was typed, and as much more as is the same in all entries."""
    folder: str | None = None
    """What was typed, with a slash at its end, if that is a folder."""


async def list_matching(typed: str) -> Listing:
    """Look in a thread: a folder on a network may be slow."""
    return await asyncio.to_thread(_listing, typed.strip())


def _listing(typed: str) -> Listing:
    if not _may_be_a_name(typed):
        return Listing()
    home = typed.partition("/")[0] if typed.startswith("~") else ""
    # Not Path's: it would drop a trailing slash, and with it the difference to be completed.
    where = os.path.expanduser(home)  # noqa: PTH111
    meant = where + typed[len(home) :]
    if _SIGNS & set(meant) and not os.path.exists(meant):  # noqa: PTH110 - as below
        paths = sorted(glob.glob(meant))[:_MOST]  # noqa: PTH207 - the pattern may be absolute
        entries = tuple(_entry(path, path) for path in paths)
        return Listing(entries=entries, files=tuple(e.path for e in entries if not e.is_folder))
    entries = tuple(_entry(path, home + path[len(where) :]) for path in _beginning_with(meant))
    # Character by character: half a name is a completion too.
    common = os.path.commonprefix([entry.typed for entry in entries])  # noqa: RUF071
    return Listing(
        entries=entries,
        # Path's would raise where somebody may not look, and at what is too long to be a name.
        files=(Path(meant),) if typed and os.path.isfile(meant) else (),  # noqa: PTH113
        completion=common if len(common) > len(typed) else None,
        folder=f"{typed.rstrip('/')}/" if typed and os.path.isdir(meant) else None,  # noqa: PTH112
    )


def _may_be_a_name(typed: str) -> bool:
    """Tell whether the system would look for it at all: what is pasted may be anything."""
    try:
        return b"\0" not in os.fsencode(typed)
    except UnicodeEncodeError:
        return False


def _beginning_with(path: str) -> list[str]:
    folder, prefix = os.path.split(path)
    try:
        names = sorted(os.listdir(folder or "."), key=str.casefold)  # noqa: PTH208
    except OSError:
        return []
    hidden = prefix.startswith(".")
    shown = [n for n in names if n.startswith(prefix) and (hidden or not n.startswith("."))]
    # Joined by hand: what was typed must stay the beginning, also "./x".
    head = path[: len(path) - len(prefix)]
    return [head + name for name in shown[:_MOST]]


def _entry(path: str, typed: str) -> Entry:
    found = Path(path)
    is_folder = os.path.isdir(path)  # noqa: PTH112 - as above
    try:
        size = None if is_folder else found.stat().st_size
    except OSError:
        size = None  # It is gone meanwhile, or a link to nowhere.
    name = typed + ("/" if is_folder else "")
    return Entry(path=found, typed=name, is_folder=is_folder, size=size)
