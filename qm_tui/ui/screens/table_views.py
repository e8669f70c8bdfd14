"""The views of a table screen: how it begins, how it is kept, how another is chosen."""

from typing import TYPE_CHECKING, Any

from qm_tui.ui.saved_views import PLAIN, ScreenViews, View, configured, flat, views_from
from qm_tui.ui.widgets.arrangement import Arrangement

if TYPE_CHECKING:
    from qm_tui.ui.screens.table_screen import TableScreen


class TableViews:
    """Of all tables of one screen; means the one in front."""

    def __init__(self, screen: "TableScreen[Any]") -> None:
        self._screen = screen
        self._plain: dict[str, View] = {}
        """By the name of the table: how it was before the user did anything."""
        self._begun: set[str] = set()
        """Names of the tables that look as they were left, or will in a moment."""

    @property
    def name(self) -> str:
        """What is kept under `views.<name>`."""
        return self._screen.view_name

    @property
    def kept(self) -> ScreenViews:
        """What is kept of the table in front."""
        return views_from(self._screen.session.kept.get(f"views.{self.name}"))

    def prepare(self) -> None:
        """Arrange a table that has just been made as the configuration wants it."""
        screen, table = self._screen, self._screen.table
        wanted = flat(screen.session.context.columns).get(self.name)
        table.arrange_columns(configured(wanted, [column.key for column in table.columns]))

    def begin(self) -> None:
        """Look as the user has left it, at once or when that is known."""
        if self.name in self._begun:
            return
        self._begun.add(self.name)
        self._plain.setdefault(self.name, self.now())
        if self._screen.session.kept.is_read:
            self._show_kept()
        else:
            # Opening what keeps them takes a while; rows do not wait for it.
            self._screen.run_worker(self._read(self.name), group="views", exit_on_error=False)

    async def _read(self, name: str) -> None:
        await self._screen.session.first_rows.wait()
        kept = self._screen.session.kept
        try:
            await kept.read()
        finally:
            if not kept.is_read:
                # It is tried again when the screen is read again.
                self._begun.discard(name)
        if self.name == name:
            self._show_kept()

    def _show_kept(self) -> None:
        kept = self.kept
        if kept.chosen is not None:
            self.show(kept.named[kept.chosen])
        if kept.arrangement is not None:
            self._screen.table.arrange_columns(kept.arrangement)

    def now(self) -> View:
        """How the table in front is looked at."""
        screen = self._screen
        return View(
            arrangement=screen.table.arrangement,
            orders=screen.table.orders,
            filter=screen.filter.text,
            extra=screen.view_state(),
        )

    @property
    def plain(self) -> View:
        """How it was at first."""
        return self._plain.get(self.name, View())

    def show(self, view: View) -> None:
        """Look at it so."""
        screen, table = self._screen, self._screen.table
        table.arrange_columns(view.arrangement)
        if view.extra != screen.view_state():
            screen.restore_view_state(view.extra)
        # A column that is not there any more sorts nothing.
        there = {column.key for column in table.columns if column.sort_key is not None}
        orders = tuple(order for order in view.orders if order[0] in there)
        if orders != table.orders:
            table.order_by(orders)
        if view.filter != screen.filter.text:
            screen.show_filter(view.filter)

    # What the user decides

    async def arrange(self, arrangement: Arrangement) -> None:
        """Keep how columns are arranged."""
        kept = self.kept
        plain = arrangement == self.plain.arrangement and kept.chosen is None
        await self._keep(
            ScreenViews(
                named=kept.named, chosen=kept.chosen, arrangement=None if plain else arrangement
            )
        )

    async def choose(self, name: str) -> None:
        """Look at it as was saved under a name, now and the next time."""
        kept = self.kept
        self.show(self.plain if name == PLAIN else kept.named[name])
        chosen = None if name == PLAIN else name
        await self._keep(ScreenViews(named=kept.named, chosen=chosen))

    async def save(self, name: str) -> None:
        """Save how it is looked at now under a name."""
        await self._keep(self.kept.saved(name, self.now()))

    async def put(self, name: str, view: View) -> None:
        """Save a view that was deleted again."""
        await self._keep(self.kept.saved(name, view))

    async def delete(self, name: str) -> View:
        """Forget a view; returns it, so that it can be put back."""
        kept = self.kept
        view = kept.named[name]
        await self._keep(kept.without(name))
        return view

    async def _keep(self, views: ScreenViews) -> None:
        await self._screen.session.kept.keep(f"views.{self.name}", views.as_json())
