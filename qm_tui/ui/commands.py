"""What the palette offers: all that can be done here, and every account and symbol."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType
from typing_extensions import override

from qm_tui.domain.selection import Scope
from qm_tui.ui.cell import plain
from qm_tui.ui.screens.page import Page
from qm_tui.ui.screens.positions import PositionsScreen
from qm_tui.ui.session import Session

if TYPE_CHECKING:
    from qm_tui.ui.app import MonitorApp


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the palette."""

    title: str
    about: str
    run: IgnoreReturnCallbackType


class MonitorCommands(Provider):
    """Actions come from the bindings, so that there is no second list of them to keep."""

    @override
    async def startup(self) -> None:
        self._commands = list(self._actions())
        session = cast("MonitorApp", self.app).session
        self._commands += await self._places(session)

    @override
    async def discover(self) -> Hits:
        for command in self._commands:
            yield DiscoveryHit(command.title, command.run, help=command.about)

    @override
    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for command in self._commands:
            score = matcher.match(command.title)
            if score > 0:
                title = matcher.highlight(command.title)
                yield Hit(score, title, command.run, text=command.title, help=command.about)

    def _actions(self) -> Iterator[Command]:
        seen = set()
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            wanted = enabled and binding.description and not binding.system
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

    async def _places(self, session: Session) -> list[Command]:
        # Queries bring SQLAlchemy: not before they are needed.
        from qm_tui.queries.accounts import accounts  # noqa: PLC0415
        from qm_tui.queries.positions import positions  # noqa: PLC0415

        reader = await session.reader()
        places = [
            self._place(
                session,
                account.nickname or account.account,
                f"account at {account.broker}",
                Scope(account=account.account, broker=account.broker),
            )
            for account in await accounts(reader)
        ]
        symbols = sorted({position.symbol for position in await positions(reader)})
        places += [
            self._place(session, symbol, "positions in all accounts", Scope(symbol=symbol))
            for symbol in symbols
        ]
        return places

    def _place(self, session: Session, name: str, about: str, scope: Scope) -> Command:
        trail = self.screen.trail if isinstance(self.screen, Page) else ()
        # Made when it is chosen: a screen can be shown only once.
        return Command(
            plain(name),
            plain(about),
            lambda: self.app.push_screen(PositionsScreen(session, (*trail, name), scope)),
        )
