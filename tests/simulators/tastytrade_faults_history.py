"""What can go wrong with a history that is read page by page."""

import datetime as dt
from typing import Any

from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_acts import ACTS, as_if, changed, ignoring, without
from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_fault import Fault, Outcome, once
from tests.simulators.tastytrade_faults_access import lasting
from tests.simulators.tastytrade_faults_answers import HISTORY
from tests.simulators.tastytrade_rows import moment, transaction, unsigned

_ROWS = "7"
"""Of a page, so that the example has many."""
SMALL = as_if(per_page=_ROWS)
"""Pages of seven rows, whatever was asked for."""
_LOSE = "Lose a row, or count one twice."
_ENDLESS = "Ask without an end."


def add_row(book: Book, *, days_ago: int = 0) -> None:
    """A transaction more; one of some days ago comes late."""
    at = book.now - dt.timedelta(days=days_ago)
    account = book.only
    row = transaction(
        book.next_id(),
        account.number,
        "Money Movement",
        "Credit Interest",
        at,
        f"INTEREST OF {at:%H:%M}",
        "1.25",
    )
    account.rows.append(row)


def add_early_row(book: Book) -> None:
    """A transaction is booked late, on the first day of the history."""
    first = min(row["executed-at"] for row in book.only.rows)
    days = (book.now - dt.datetime.fromisoformat(first)).days
    add_row(book, days_ago=days)


def remove_early_row(book: Book) -> None:
    """A dividend early in the history is gone."""
    rows = book.only.rows
    rows.remove(next(row for row in rows if row["transaction-sub-type"] == "Dividend"))


def restate_fee(book: Book) -> None:
    """The newest fee that was estimated is another."""
    row = next(row for row in reversed(book.only.rows) if "clearing-fees" in row)
    row |= unsigned("clearing-fees", "-0.99") | {"is-estimated-fee": False}
    row["updated-at"] = moment(book.now)


def _pagination(**new: Any) -> Any:
    def apply(payload: Any) -> None:
        payload["pagination"] |= {name.replace("_", "-"): said for name, said in new.items()}

    return changed(apply)


def _shifting(change: Any) -> Any:
    def apply(double: TastytradeDouble) -> None:
        double.act(HISTORY, SMALL, as_if(change, per_page=_ROWS))
        double.always[HISTORY] = SMALL

    return apply


def _breaking(double: TastytradeDouble) -> None:
    double.act(HISTORY, SMALL)
    double.always[HISTORY] = ACTS["error"]


def _cutting(double: TastytradeDouble) -> None:
    double.act(HISTORY, SMALL)
    double.always[HISTORY] = ACTS["cut"]


def _unauthorized(double: TastytradeDouble) -> None:
    double.act(HISTORY, SMALL, ACTS["unauthorized"])
    double.always[HISTORY] = SMALL


def _small_limit(double: TastytradeDouble) -> None:
    double.rest.most_rows = 250


HISTORY_FAULTS: tuple[Fault, ...] = (
    lasting(
        "history-small-pages",
        "A page has seven rows, however many were asked for.",
        "Take the first page for all of it.",
        Outcome.WHOLE,
        HISTORY,
        SMALL,
    ),
    Fault(
        name="history-page-refused",
        says="Pages of more than 250 rows are refused with 400.",
        never="Give up the history.",
        outcome=Outcome.WHOLE,
        apply=_small_limit,
    ),
    lasting(
        "history-no-pagination",
        "The pages do not say that they are pages.",
        "Take the first page for all of it without looking.",
        Outcome.WHOLE,
        HISTORY,
        without("pagination"),
    ),
    lasting(
        "history-same-page",
        "Whatever page is asked for, the first one comes.",
        _ENDLESS,
        Outcome.WHOLE,
        HISTORY,
        ignoring("page-offset"),
    ),
    lasting(
        "history-same-small-page",
        "Whatever page is asked for, the first seven rows come.",
        _ENDLESS,
        Outcome.PART,
        HISTORY,
        as_if(per_page=_ROWS, page_offset="0"),
    ),
    lasting(
        "history-no-dates",
        "Whatever days are asked for, all of them come.",
        "Read all of it once for each window.",
        Outcome.WHOLE,
        HISTORY,
        ignoring("start-date", "end-date", "start-at", "end-at"),
    ),
    lasting(
        "history-descending",
        "The newest row comes first, whatever order is asked for.",
        "Take a window for read that was not.",
        Outcome.WHOLE,
        HISTORY,
        ignoring("sort"),
    ),
    lasting(
        "history-endless-pages",
        "Each page says that there are a million more.",
        _ENDLESS,
        Outcome.WHOLE,
        HISTORY,
        _pagination(total_pages=1_000_000, total_items=250_000_000),
    ),
    lasting(
        "history-no-total",
        "The pages do not say how many there are.",
        "Take the first page for all of it without looking.",
        Outcome.WHOLE,
        HISTORY,
        _pagination(total_pages=None, total_items=None),
    ),
    lasting(
        "history-total-word",
        "The number of pages is a word.",
        "End with a TypeError.",
        Outcome.WHOLE,
        HISTORY,
        _pagination(total_pages="many", total_items="plenty"),
    ),
    Fault(
        name="history-row-inserted",
        says="A late row comes in at the front while the pages are read.",
        never=_LOSE,
        outcome=Outcome.WHOLE,
        apply=_shifting(add_early_row),
    ),
    Fault(
        name="history-row-removed",
        says="A row at the front goes away while the pages are read.",
        never="Lose the row that moved up over the edge of a page.",
        outcome=Outcome.WHOLE,
        apply=_shifting(remove_early_row),
    ),
    Fault(
        name="history-row-added",
        says="A row of today comes while the pages are read.",
        never=_LOSE,
        outcome=Outcome.WHOLE,
        apply=_shifting(add_row),
    ),
    Fault(
        name="history-breaks-inside",
        says="After the first page every further one is answered with 500.",
        never="Lose what came, or call the rest read.",
        outcome=Outcome.PART,
        apply=_breaking,
    ),
    Fault(
        name="history-cut-inside",
        says="After the first page every further one is cut off.",
        never="Lose what came, or call the rest read.",
        outcome=Outcome.PART,
        apply=_cutting,
    ),
    Fault(
        name="history-unauthorized-inside",
        says="The second page is answered with 401.",
        never="Lose the first, or give up.",
        outcome=Outcome.WHOLE,
        apply=_unauthorized,
    ),
    Fault(
        name="history-late-row",
        says="A row of three days ago is booked after it was read.",
        never="Miss it: the next sync looks back.",
        outcome=Outcome.RECOVERS,
        happen=once(lambda double: add_row(double.book, days_ago=3)),
    ),
    Fault(
        name="history-fee-restated",
        says="A fee that was estimated is another, in a row that was read.",
        never="Count the row twice, or keep the old fee.",
        outcome=Outcome.RECOVERS,
        happen=once(lambda double: restate_fee(double.book)),
    ),
)
