"""Letters over all that can be gone to; one of them goes there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.geometry import Offset
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from qm_tui.ui.left_once import LeftOnce
from qm_tui.ui.widgets.bar import Bar, words

LETTERS = "asdfghjklqwertyuiopzxcvbnm"
"""The first are under the fingers."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something to go to, and where it is on the screen."""

    at: Offset
    widget: Widget
    action: str | None = None
    """What a click there does; None gives the widget the keyboard."""


class JumpDialog(LeftOnce[None], ModalScreen[None]):
    """Lies over the screen it leads around in; any other key ends it."""

    DEFAULT_CSS = """
    JumpDialog {
        background: transparent;
        & > Static {
            width: 3; height: 1; position: absolute; text-align: center;
            color: $accent; text-style: bold reverse;
        }
        & > #jump-hint {
            dock: bottom; width: 100%; position: relative; background: $boost; color: $text-muted;
            text-style: none; padding: 0 1;
        }
    }
    """

    def __init__(self, targets: Sequence[Target]) -> None:
        super().__init__()
        self.targets: Mapping[str, Target] = dict(zip(LETTERS, targets, strict=False))

    @override
    def compose(self) -> ComposeResult:
        yield Static(
            words("jump to a letter; any other key stays here")
            if self.targets
            else words("there is nothing to jump to here"),
            id="jump-hint",
        )
        for letter, target in self.targets.items():
            label = Static(words(letter))
            label.styles.offset = target.at
            yield label

    def on_resize(self) -> None:
        """What letters stood on is elsewhere now."""
        if any(target.widget.screen.size != self.size for target in self.targets.values()):
            self.dismiss(None)

    async def on_key(self, event: events.Key) -> None:
        """Go where the letter is."""
        event.stop()
        event.prevent_default()
        target = self.targets.get((event.character or "").lower())
        self.dismiss(None)
        if target is None:
            return
        if target.action is None:
            target.widget.focus()
        else:
            # When this is gone: the action may lead to another screen.
            self.app.call_later(self.app.run_action, target.action, target.widget)


def targets_of(screen: Screen[object]) -> Sequence[Target]:
    """Everything on a screen that can have the keyboard, and what bars offer to a click."""
    found = [*_panes(screen), *_clickable(screen)]
    return sorted(found, key=lambda target: (target.at.y, target.at.x))


def _panes(screen: Screen[object]) -> Iterator[Target]:
    for widget in screen.focus_chain:
        region = widget.region.intersection(screen.region)
        if region.area:
            yield Target(region.offset, widget)


def _clickable(screen: Screen[object]) -> Iterable[Target]:
    """Crumbs and tabs; the keys at the foot have letters of their own."""
    for bar in screen.query(Bar):
        if bar.id == "hints" or not bar.region.area:
            continue
        for start, action in bar.actions():
            yield Target(bar.content_region.offset + Offset(start, 0), bar, action)
