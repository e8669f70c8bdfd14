"""Text from outside, made fit for a sentence."""

from pathlib import Path

_LONGEST_QUOTE = 80
_LONGEST_PATH = 1_000


def quoted(text: str, longest: int = _LONGEST_QUOTE) -> str:
    """Make text from outside fit for a message: one line, no control characters, not long."""
    known = text[: max(_LONGEST_PATH, longest)]
    whole = " ".join("".join(c if c.isprintable() else " " for c in known).split())
    return whole if len(whole) <= longest else whole[: longest - 1] + "…"


def quoted_path(path: Path) -> str:
    """Name a file by where it is: whole, for half a path finds nothing."""
    return quoted(str(path), _LONGEST_PATH)
