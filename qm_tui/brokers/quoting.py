"""Text from outside, made fit for a sentence."""

_LONGEST_QUOTE = 80


def quoted(text: str) -> str:
    """Make text from outside fit for a message: one line, no control characters, not long."""
    whole = " ".join("".join(c if c.isprintable() else " " for c in text[:1000]).split())
    return whole if len(whole) <= _LONGEST_QUOTE else whole[: _LONGEST_QUOTE - 1] + "…"
