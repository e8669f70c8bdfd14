"""What the palette offers: all that can be done here, and every place one could want to be at."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.fuzzy import Matcher
from textual.types import IgnoreReturnCallbackType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import plain
from qm_tui.ui.saved_views import PLAIN
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.table_screen import TableScreen
from qm_tui.ui.session import Session

if TYPE_CHECKING:
    from qm_tui.ui.app import MonitorApp

_MOST = 50
"""Places that are offered for a text: more are found by typing on."""

_NAMED = 1000.0
"""The score of what is called as was typed: more than letters that are found here and there."""


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the palette."""

    title: str
    about: str
    run: IgnoreReturnCallbackType
    also: str = ""
    """What else it is found by: the number of an account that has a name."""


class MonitorCommands(Provider):
    """Actions come from the bindings, so that there is no second list of them to keep.

    They are few, and found by any letters they have in the order typed. Places may be thousands,
    and are found by what they begin with or contain, which takes no time.
    """

    @override
    async def startup(self) -> None:
        session = cast("MonitorApp", self.app).session
        self._commands = [*self._actions(), *self._themes()]
        await session.kept.read()
        self._commands += self._views()
        self._places: Sequence[Command] = ()
        # Of a store that cannot be read the screens say why; what can be done then is needed most.
        with suppress(StoreRefused):
            self._places = await self._read_places(session)

    @override
    async def discover(self) -> Hits:
        for command in (*self._commands, *self._places[:_MOST]):
            title, text = Content(command.title), command.title
            yield DiscoveryHit(title, command.run, text=text, help=escaped(command.about))

    @override
    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands:
            score = matcher.match(command.title)
            if score > 0:
                score += 2 * _NAMED * (query.casefold().strip() == command.title.casefold())
                title = highlighted(command.title, matcher)
                about = escaped(command.about)
                yield Hit(score, title, command.run, text=command.title, help=about)
        for score, command in found(self._places, query):
            title, about = Content(command.title), escaped(command.about)
            yield Hit(score, title, command.run, text=command.title, help=about)

    def _actions(self) -> Iterator[Command]:
        seen = set()
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            # Without an id are those that Textual's widgets bring along.
            wanted = enabled and binding.description and binding.id and not binding.system
            # Moving the cursor by way of the palette makes no sense.
            if (
                wanted
                and binding.action not in seen
                and not (binding.id or "").startswith("table.")
            ):
                seen.add(binding.action)
                run = partial(self.app.run_action, binding.action, default_namespace=node)
                key = self.app.get_key_display(binding)
                yield Command(binding.description, f"key {key}", run)

    def _themes(self) -> Iterator[Command]:
        for name in sorted(self.app.available_themes):
            about = "colors, until the monitor is left"
            yield Command(f"Theme {name}", about, partial(self._put_on, name))

    def _put_on(self, theme: str) -> None:
        self.app.theme = theme

    def _views(self) -> Iterator[Command]:
        screen: Any = self.screen
        if isinstance(screen, TableScreen):
            for name in (PLAIN, *screen.views.kept.named):
                run = partial(screen.views.choose, name)
                yield Command(f"View {plain(name)}", f"of {screen.view_name}", run)

    async def _read_places(self, session: Session) -> Sequence[Command]:
        # Queries bring SQLAlchemy: not before they are needed.
        from qm_tui.queries.accounts import accounts  # noqa: PLC0415
        from qm_tui.queries.positions import positions  # noqa: PLC0415

        reader = await session.reader()
        places = [
            self._place(
                session,
                account.nickname or account.account,
                f"account {account.account} at {account.broker}",
                Scope(account=account.account, broker=account.broker),
                also=account.account,
            )
            for account in await accounts(reader)
        ]
        held = {position.symbol: position.description for position in await positions(reader)}
        places += [
            self._place(
                session,
                symbol,
                f"{description}: positions in all accounts"
                if description
                else "positions in all accounts",
                Scope(symbol=symbol),
            )
            for symbol, description in sorted(held.items())
        ]
        return places

    def _place(
        self, session: Session, name: str, about: str, scope: Scope, also: str = ""
    ) -> Command:
        trail = self.screen.trail if isinstance(self.screen, Page) else ()

        def go() -> None:
            from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when chosen

            # Made when it is chosen: a screen can be shown only once.
            self.app.push_screen(PositionsScreen(session, (*trail, name), scope))

        return Command(plain(name), plain(about), go, plain(also))


def escaped(text: str) -> str:
    """A text from outside where the palette reads markup."""
    return text.replace("[", "\\[")


def highlighted(title: str, matcher: Matcher) -> Content:
    """A title with the letters that were typed; Textual's own way reads it as markup."""
    content = Content(title)
    _, offsets = matcher.fuzzy_search.match(matcher.query, title)
    for offset in offsets:
        if not title[offset].isspace():
            content = content.stylize(matcher.match_style, offset, offset + 1)
    return content


def found(places: Iterable[Command], query: str) -> Sequence[tuple[float, Command]]:
    """Places whose name, number or description has the text; the best first, with a score.

    Args:
        places: however many.
        query: in any case.
    """
    typed = query.casefold().strip()
    if not typed:
        return []
    scored = [(score, place) for place in places if (score := _score(place, typed)) > 0]
    scored.sort(key=lambda each: (-each[0], len(each[1].title), each[1].title))
    return scored[:_MOST]


def _score(place: Command, typed: str) -> float:
    names = (place.title.casefold(), place.also.casefold())
    if typed in names:
        return _NAMED
    if any(name.startswith(typed) for name in names):
        return _NAMED / 2
    if any(typed in name for name in names):
        return 1.0
    return 0.2 if typed in place.about.casefold() else 0.0
