"""What a sync prints while it goes on, on a terminal and elsewhere, and the status it comes to."""

import asyncio
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from typing_extensions import override

from qm_tui.cli.environment import Environment
from qm_tui.cli.sync import Told
from qm_tui.cli.telling import refusals
from qm_tui.config import Config
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.events import (
    DerivingFailed,
    SectionCounts,
    SectionDone,
    SyncFailed,
    SyncFinished,
    SyncProgress,
    SyncStarted,
    SyncWaits,
)
from qm_tui.domain.words import Section
from tests.conftest import NOW

FIVE = SectionCounts(received=5, added=5)
WHOLE = SyncFinished(source="ib", run=1, sections={Section.POSITIONS: FIVE}, accounts=["U1"])
ROW = RefusedRow(section="x", document_row=1, field="y", text="z", reason="it is no number")


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (ROW, "row 1 of x, y = 'z': it is no number"),
        (replace(ROW, text='{"y":"z"}'), 'row 1 of x, y: it is no number, in \'{"y":"z"}\''),
        (replace(ROW, field="", text="null"), "row 1 of x: it is no number, in 'null'"),
    ],
)
def test_a_refused_row_is_told_by_its_field_where_that_is_known(row: RefusedRow, says: str) -> None:
    assert list(refusals(replace(WHOLE, refused=(row,)))) == [f"  refused: {says}"]


class Terminal(io.StringIO):
    def __init__(self) -> None:
        super().__init__()
        self.counted = asyncio.Event()

    @override
    def write(self, text: str) -> int:
        if "11 s" in text:
            self.counted.set()
        return super().write(text)

    @override
    def isatty(self) -> bool:
        return True


def told(err: io.StringIO | None = None, now: Callable[[], dt.datetime] = lambda: NOW) -> Told:
    return Told(
        Environment(
            config=Config(path=Path("c"), exists=False, store=Path("s")),
            store_path=Path("s"),
            now=now,
            out=io.StringIO(),
            err=err or io.StringIO(),
        )
    )


def done(section: Section, counts: SectionCounts = FIVE, error: str | None = None) -> SectionDone:
    return SectionDone(source="ib", run=1, section=section, counts=counts, error=error)


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ([WHOLE], 0),
        ([SyncFinished(source="ib", run=None, sections={}, already_known=True)], 0),
        ([SyncFailed(source="ib", reason="It is away.")], 1),
        ([SyncFailed(source="ib", reason="Somebody has it.", leased=True)], 3),
        ([WHOLE, SyncFailed(source="tasty", reason="It is away.")], 3),
        ([done(Section.POSITIONS), SyncFailed(source="ib", reason="It is away.")], 3),
        (
            [
                done(Section.POSITIONS, SectionCounts(), "nothing came"),
                SyncFailed(source="ib", reason="It is away."),
            ],
            1,
        ),
        ([SyncFinished(source="ib", run=1, sections={}, incomplete={Section.CASH: "no"})], 1),
        (
            [
                SyncFinished(
                    source="ib",
                    run=1,
                    sections={Section.CASH: FIVE},
                    incomplete={Section.CASH: "no"},
                )
            ],
            3,
        ),
        ([SyncFinished(source="ib", run=1, sections={Section.CASH: FIVE}, refused=[ROW])], 3),
        ([WHOLE, DerivingFailed(reason="It died.")], 3),
    ],
)
def test_the_status_says_whether_all_some_or_nothing_was_done(
    events: list[SectionDone | SyncFinished | SyncFailed], status: int
) -> None:
    heard = told()
    for event in events:
        heard.hear(event)
    assert heard.status() == status


def test_a_section_of_many_pages_is_one_line() -> None:
    err = io.StringIO()
    heard = told(err)
    for event in (
        SyncStarted(source="ib"),
        done(Section.INSTRUMENTS),
        done(Section.INSTRUMENTS),
        done(Section.POSITIONS, error="The second one could not be read."),
        WHOLE,
    ):
        heard.hear(event)

    assert [" ".join(line.split()) for line in err.getvalue().splitlines()] == [
        "ib: instruments 10 received 10 added 0 changed 0 unchanged",
        "ib: positions 5 received 5 added 0 changed 0 unchanged",
        "ib: positions is not whole: The second one could not be read.",
        "ib: 5 rows for U1: 5 added, 0 changed, 0 unchanged.",
    ]


def test_what_a_broker_says_is_harmless_and_short() -> None:
    err = io.StringIO()
    told(err).hear(SyncFailed(source="ib", reason="\x1b[31m" + "long" * 5000))

    assert err.getvalue().rstrip("\n").isprintable()
    assert len(err.getvalue()) < 1100


def test_elsewhere_than_on_a_terminal_a_wait_is_said_once() -> None:
    err = io.StringIO()
    heard = told(err)
    for seconds in (5, 4, 3):
        until = NOW + dt.timedelta(seconds=seconds)
        heard.hear(SyncWaits(source="ib-flex", says="The statement is being made.", until=until))

    assert err.getvalue() == "ib-flex: The statement is being made. 5 s\n"


async def test_on_a_terminal_a_wait_counts_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qm_tui.cli.sync._SECOND", 0.001)
    err = Terminal()
    clock = [NOW]
    heard = told(err, lambda: clock[0])
    until = NOW + dt.timedelta(seconds=12)
    async with heard.counting_down():
        heard.hear(SyncWaits(source="ib-flex", says="The statement is being made.", until=until))
        clock[0] += dt.timedelta(seconds=1)
        await asyncio.wait_for(err.counted.wait(), 5)
        heard.hear(SyncProgress(source="ib-flex", done_bytes=500_000, total_bytes=0, rows=0))
        heard.hear(WHOLE)

    assert "\r\x1b[Kib-flex: The statement is being made. 12 s" in err.getvalue()
    assert "\r\x1b[Kib-flex: The statement is being made. 11 s" in err.getvalue()
    assert "\r\x1b[Kib-flex: 0.5 MB, 0 rows" in err.getvalue()
    assert "\r\x1b[Kib: 5 rows for U1: 5 added, 0 changed, 0 unchanged.\n" in err.getvalue()
