import asyncio
from collections.abc import Callable, Sequence

from textual.pilot import Pilot
from typing_extensions import override

from qm_tui.ui.widgets.paged_source import PagedSource
from qm_tui.ui.widgets.record_table import RecordTable
from tests.ui.widgets.table_app import Holding, TableApp, a_holding, holdings

SIZE = (60, 12)
PAGE = 50


class Shelf:
    """Rows in order of their id; every kind of answer waits while its gate is closed."""

    def __init__(self, rows: Sequence[Holding]) -> None:
        self.rows = rows
        self.asked: list[str] = []
        self.pages_open, self.anchors_open = asyncio.Event(), asyncio.Event()
        self.pages_open.set()
        self.anchors_open.set()

    async def count(self) -> int:
        return len(self.rows)

    async def anchors(self, size: int) -> Sequence[int]:
        await self.anchors_open.wait()
        return [row.id for row in self.rows[size - 1 :: size]]

    async def page(self, anchor: int | None, size: int) -> Sequence[Holding]:
        self.asked.append(f"after {anchor}")
        await self.pages_open.wait()
        return [row for row in self.rows if anchor is None or row.id > anchor][:size]

    async def last_page(self, size: int) -> Sequence[Holding]:
        self.asked.append(f"last {size}")
        await self.pages_open.wait()
        return self.rows[-size:]

    def anchor(self, row: Holding) -> int:
        return row.id


class PagedApp(TableApp):
    def __init__(self, shelf: Shelf) -> None:
        super().__init__()
        self.paged = self.over(shelf)

    def over(self, shelf: Shelf) -> PagedSource[Holding, int]:
        return PagedSource(
            shelf, key=lambda holding: holding.id, spawn=self.run_worker, page_size=PAGE
        )

    @override
    def on_mount(self) -> None:
        super().on_mount()
        self.table.show(self.paged)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await pilot.pause()


def cursor_id(app: TableApp) -> int | None:
    row = app.table.cursor_row
    return None if row is None else row.id


async def test_rows_that_are_not_loaded_are_placeholders_until_they_arrive() -> None:
    shelf = Shelf(holdings(1000))
    app = PagedApp(shelf)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 1000)
        shelf.pages_open.clear()
        await pilot.press("end")
        assert app.table.cursor_row is None
        assert app.texts()[-1].split() == ["▸", "·", "·", "·", "·"]
        assert {strip.cell_length for strip in app.lines()} == {app.table.size.width}
        await pilot.press("enter", "space")
        assert not any(isinstance(said, RecordTable.Chosen) for said in app.said)
        shelf.pages_open.set()
        await until(pilot, lambda: cursor_id(app) == 999)
        assert "SYM999" in app.texts()[-1]
        announced = [said.row.id for said in app.said if isinstance(said, RecordTable.Highlighted)]
        assert announced == [0, 999]


async def test_the_table_says_that_it_is_loading_before_anything_is_known() -> None:
    shelf = Shelf(holdings(3))
    shelf.pages_open.clear()
    app = PagedApp(shelf)
    async with app.run_test(size=SIZE) as pilot:
        assert app.texts()[1].strip() == "Loading…"
        shelf.rows = []
        shelf.pages_open.set()
        await until(pilot, lambda: app.texts()[1].strip() == "Nothing here.")


async def test_both_ends_and_the_way_between_work_before_the_anchors_are_known() -> None:
    shelf = Shelf(holdings(1000))
    shelf.anchors_open.clear()
    app = PagedApp(shelf)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 1000)
        await pilot.press("end")
        await until(pilot, lambda: cursor_id(app) == 999)
        await pilot.press(*["pageup"] * 8)
        await until(pilot, lambda: cursor_id(app) == 999 - 88)
        await pilot.press("home")
        for page in range(1, 12):
            await pilot.press("pagedown")
            await until(pilot, lambda page=page: cursor_id(app) == page * 11)  # type: ignore[misc]


async def test_the_middle_waits_for_the_anchors() -> None:
    shelf = Shelf(holdings(1000))
    shelf.anchors_open.clear()
    app = PagedApp(shelf)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 1000)
        app.table.move_cursor(500)
        await pilot.pause()
        assert cursor_id(app) is None
        shelf.anchors_open.set()
        await until(pilot, lambda: cursor_id(app) == 500)


async def test_fast_scrolling_leaves_no_queue_behind() -> None:
    shelf = Shelf(holdings(10_000))
    app = PagedApp(shelf)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 10_000 and len(shelf.asked) == 1)
        shelf.pages_open.clear()
        for index in range(1000, 9000, 200):
            app.table.move_cursor(index)
        shelf.pages_open.set()
        await until(pilot, lambda: cursor_id(app) == 8800)
        assert len(shelf.asked) <= 4


async def test_a_stale_answer_is_dropped() -> None:
    slow, quick = Shelf(holdings(100)), Shelf([a_holding(n, note="new") for n in range(30)])
    app = PagedApp(slow)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 100)
        slow.pages_open.clear()
        app.paged.reload()
        app.paged.reload(quick)
        await until(pilot, lambda: len(app.paged) == 30)
        slow.pages_open.set()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert len(app.paged) == 30
        assert "new" in app.texts()[1]


async def test_former_rows_stay_until_the_reloaded_ones_are_here() -> None:
    shelf = Shelf(holdings(1000))
    app = PagedApp(shelf)
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 1000)
        app.table.move_cursor(500)
        await until(pilot, lambda: cursor_id(app) == 500)
        shelf.pages_open.clear()
        shelf.rows = [a_holding(number, note="new") for number in range(10, 1000)]
        app.paged.reload()
        await pilot.pause()
        assert cursor_id(app) == 500
        assert "new" not in app.texts()[1]
        shelf.pages_open.set()
        await until(pilot, lambda: "new" in app.texts()[1])
        assert cursor_id(app) == 500
        assert app.table.cursor_index == 490
        assert 490 in app.table.visible_rows


async def test_another_source_takes_over_when_its_first_rows_are_here() -> None:
    app = PagedApp(Shelf(holdings(100)))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 100)
        other = Shelf([a_holding(number, note="other") for number in range(70)])
        other.pages_open.clear()
        source = app.over(other)
        app.table.show(source)
        await pilot.pause()
        assert "SYM000" in app.texts()[1]
        other.pages_open.set()
        await until(pilot, lambda: app.table.source is source)
        assert "other" in app.texts()[1]


async def test_sorting_a_paged_source_asks_its_owner_and_goes_to_the_top() -> None:
    app = PagedApp(Shelf(holdings(1000)))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 1000)
        await pilot.press("end")
        app.table.sort_by("gain")
        await pilot.pause()
        assert isinstance(app.said[-1], RecordTable.SortRequested)
        assert app.table.cursor_index == 0


async def test_few_pages_are_kept() -> None:
    app = PagedApp(Shelf(holdings(5000)))
    async with app.run_test(size=SIZE) as pilot:
        await until(pilot, lambda: len(app.paged) == 5000)
        for index in range(0, 5000, 250):
            app.table.move_cursor(index)
            await until(pilot, lambda index=index: cursor_id(app) == index)  # type: ignore[misc]
        assert len(app.paged._book._pages) <= 6
