"""What is pasted stays one text, whatever it holds and in whatever pieces it comes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.events import Key, Paste

from qm_tui.ui.quick_escape import take_quick_escapes

BEGINS, ENDS = "\x1b[200~", "\x1b[201~"


def told(octets: str, size: int) -> list[str]:
    """What is read, of characters that come so many at once: keys, and what was pasted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(linux_driver, "XTermParser", XTermParser)
        take_quick_escapes(())
        parser: XTermParser = vars(linux_driver)["XTermParser"]()
    pieces = [octets[start : start + size] for start in range(0, len(octets), size)]
    events = [event for piece in [*pieces, ""] for event in parser.feed(piece)]
    return [
        event.text if isinstance(event, Paste) else f"<{event.key}>"
        for event in events
        if isinstance(event, Key | Paste)
    ]


@pytest.mark.parametrize("size", [1, 5, 4096])
def test_a_colored_line_is_pasted_as_text_and_presses_no_key(size: int) -> None:
    line = "\x1b[31mAAPL\x1b[0m q and more than thirty-two characters behind it" * 9
    read = told(f"/{BEGINS}{line}{ENDS}j", size)
    assert read == ["<slash>", line.replace("\x1b", ""), "<j>"]


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(st.sampled_from("\x1b[201~aq"), min_size=1, max_size=60),
    size=st.integers(1, 9),
)
def test_what_is_pasted_presses_no_key_in_whatever_pieces_it_comes(text: str, size: int) -> None:
    read = told(f"{BEGINS}{text.replace(ENDS, '')}x{ENDS}k", size)
    assert read[-1] == "<k>"
    assert [each for each in read if each.startswith("<")] == ["<k>"]
