"""What is pasted is text, also where it holds what a terminal would obey."""

_BEGINS, _ENDS, _ESC = "\x1b[200~", "\x1b[201~", "\x1b"


class Pasted:
    """Takes Esc out of what is pasted, piece by piece as it comes.

    Textual takes one within it for the beginning of a key, and what follows for keys that are
    pressed: who pastes a colored line into a filter would sort, mark and quit instead.
    """

    def __init__(self) -> None:
        self._is_within = False
        self._before = ""
        """The last that came, which could be the beginning of the mark of a paste."""
        self._held = ""
        """What could be the beginning of the mark of its end."""

    def without_escapes(self, told: str) -> str:
        """Return what the terminal tells, as long as it is; what is held back comes with the next.

        Args:
            told: characters in the order in which they come.
        """
        parts = []
        read = told
        while read:
            part, read = self._within(read) if self._is_within else self._outside(read)
            parts.append(part)
        return "".join(parts)

    def _outside(self, read: str) -> tuple[str, str]:
        whole = self._before + read
        end = whole.find(_BEGINS) + len(_BEGINS) - len(self._before)
        self._is_within = _BEGINS in whole
        self._before = "" if self._is_within else whole[1 - len(_BEGINS) :]
        return (read[:end], read[end:]) if self._is_within else (read, "")

    def _within(self, read: str) -> tuple[str, str]:
        text, end, rest = (self._held + read).partition(_ENDS)
        self._is_within = not end
        self._held = "" if end else _beginning(text)
        return text.removesuffix(self._held).replace(_ESC, "") + end, rest


def _beginning(text: str) -> str:
    """The end of a text, where that could go on as the mark of the end."""
    lengths = range(len(_ENDS) - 1, 0, -1)
    return next((_ENDS[:n] for n in lengths if text.endswith(_ENDS[:n])), "")
