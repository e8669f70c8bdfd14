"""Esc and a key close behind it are two keys, not Alt with the second; in a paste it is none."""

import sys
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from typing_extensions import override

from qm_tui.ui.pasted import Pasted

if TYPE_CHECKING:
    from textual._xterm_parser import XTermParser
    from textual.events import Key
    from textual.message import Message

_ESC = "\x1b"
_INTRODUCERS = frozenset("[O")
"""What follows them on a slow line may be the rest of an arrow; Esc was not pressed."""


def take_quick_escapes(alt: Collection[str]) -> None:
    """Have Textual read Esc and a key as that, where Alt with the key means nothing.

    A terminal sends the same for both. Who presses Esc and then `2` sooner than within a tenth of
    a second, or over a line that brings both at once, would have pressed neither.

    Args:
        alt: keys with Alt that mean something, such as `alt+x`.
    """
    if sys.platform != "win32":
        from textual.drivers import linux_driver  # noqa: PLC0415 - there is none on Windows

        vars(linux_driver)["XTermParser"] = _parser(frozenset(alt))


def _parser(meant: frozenset[str]) -> "type[XTermParser]":
    from textual._ansi_sequences import ANSI_SEQUENCES_KEYS  # noqa: PLC0415 - as above
    from textual._xterm_parser import XTermParser  # noqa: PLC0415
    from textual.events import Key  # noqa: PLC0415

    pasted = Pasted()

    class _Apart(XTermParser):
        @override
        def feed(self, data: str) -> "Iterable[Message]":
            read = pasted.without_escapes(data)
            # Nothing at all would be the end of what the terminal tells.
            return super().feed(read) if read or not data else ()

        @override
        def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> "Iterable[Key]":
            if isinstance(ANSI_SEQUENCES_KEYS.get(sequence), str) and sequence[0] == _ESC:
                # `™` is what Option and 2 write on a Mac, and nothing here asks for it.
                return
            keys = list(super()._sequence_to_key_events(sequence, alt))
            if alt and sequence not in _INTRODUCERS and not meant.intersection(k.key for k in keys):
                yield Key("escape", _ESC)
                keys = list(super()._sequence_to_key_events(sequence))
            yield from keys

    return _Apart
