"""The latest of what brokers say: never older than it was, never more than is held."""

import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from qm_tui.domain.batches import Batch, Holds
from qm_tui.domain.live import LiveBook, names_of
from qm_tui.domain.records import Position
from qm_tui.domain.words import Section
from tests.builders import a_balance, a_position, an_equity

NOW = dt.datetime(2024, 3, 15, 20, 0, tzinfo=dt.UTC)
SYMBOLS = ("AAPL", "MSFT", "SPY", "TSLA")


def held(symbol: str, quantity: int = 10, account: str = "U1", minute: int = 0) -> Position:
    stock = an_equity(symbol, conid=str(1000 + SYMBOLS.index(symbol)))
    as_of = NOW + dt.timedelta(minutes=minute)
    return a_position(account=account, instrument=stock, quantity=Decimal(quantity), as_of=as_of)


def answer(*positions: Position, whole: bool = True, account: str = "U1", minute: int = 0) -> Batch:
    as_of = NOW + dt.timedelta(minutes=minute)
    holds = (Holds(account=account, section=Section.POSITIONS, as_of=as_of),) if whole else ()
    return Batch(section=Section.POSITIONS, records=positions, holds=holds)


def symbols_of(book: LiveBook) -> set[str]:
    return {position.instrument.symbol for position in book.held()}


def test_what_a_whole_answer_does_not_name_is_gone() -> None:
    book = LiveBook()
    book.take(answer(held("AAPL"), held("MSFT")))

    change = book.take(answer(held("MSFT", minute=1), minute=1))

    assert symbols_of(book) == {"MSFT"}
    assert ("U1", names_of(held("AAPL").instrument)[0]) in change.holdings
    assert book.position("U1", names_of(held("AAPL").instrument)) is None


def test_what_an_answer_in_part_does_not_name_stays() -> None:
    book = LiveBook()
    book.take(answer(held("AAPL"), held("MSFT")))

    book.take(answer(held("MSFT", minute=1), whole=False, minute=1))

    assert symbols_of(book) == {"AAPL", "MSFT"}


def test_a_whole_answer_of_one_account_says_nothing_of_another() -> None:
    book = LiveBook()
    book.take(answer(held("AAPL", account="U2"), account="U2"))

    book.take(answer(held("MSFT", minute=1), minute=1))

    assert symbols_of(book) == {"AAPL", "MSFT"}


def test_an_answer_in_pages_is_whole_with_its_last_one() -> None:
    book = LiveBook()
    book.take(answer(held("TSLA"), held("AAPL")))

    book.take(answer(held("AAPL", minute=1), whole=False, minute=1))
    book.take(answer(held("MSFT", minute=1), minute=1))

    assert symbols_of(book) == {"AAPL", "MSFT"}


def test_what_was_pushed_after_the_moment_of_an_answer_stays() -> None:
    book = LiveBook()
    book.apply([held("SPY", minute=2)])

    book.take(answer(held("MSFT", minute=1), minute=1))

    assert symbols_of(book) == {"MSFT", "SPY"}


def test_a_quantity_of_nought_is_a_closed_position() -> None:
    book = LiveBook()
    book.apply([held("AAPL"), held("MSFT")])

    book.apply([held("AAPL", 0)])

    assert symbols_of(book) == {"MSFT"}


def test_account_values_are_kept_by_tag_and_currency() -> None:
    book = LiveBook()

    change = book.apply([a_balance(account="U1", tag="TotalCashBalance", value=Decimal(5))])

    assert change.accounts == {"U1"}
    assert [balance.value for balance in book.balances("U1")] == [Decimal(5)]


def test_an_account_value_that_a_whole_answer_does_not_name_is_gone() -> None:
    book = LiveBook()
    euros = a_balance(account="U1", tag="TotalCashBalance", currency="EUR", as_of=NOW)
    later = NOW + dt.timedelta(minutes=1)
    dollars = a_balance(account="U1", tag="TotalCashBalance", currency="USD", as_of=later)
    others = a_balance(account="U2", tag="TotalCashBalance", currency="EUR", as_of=NOW)
    book.apply([euros, others])

    holds = Holds(account="U1", section=Section.BALANCES, as_of=later)
    change = book.take(Batch(section=Section.BALANCES, records=(dollars,), holds=(holds,)))

    assert book.balances("U1") == (dollars,)
    assert book.balances("U2") == (others,)
    assert change.accounts == {"U1"}


def test_what_was_pushed_while_an_answer_was_made_is_not_overwritten_by_it() -> None:
    book = LiveBook()
    book.apply([held("AAPL", 50, minute=1)])

    book.take(answer(held("AAPL", 100), whole=False))

    assert [one.quantity for one in book.held()] == [Decimal(50)]


answers = st.lists(
    st.tuples(st.booleans(), st.dictionaries(st.sampled_from(SYMBOLS), st.integers(0, 3))),
    max_size=8,
)


@given(answers)
def test_it_holds_what_was_named_last_and_was_not_closed_since(
    given_answers: list[tuple[bool, dict[str, int]]],
) -> None:
    book = LiveBook()
    expected: dict[str, int] = {}
    for minute, (whole, quantities) in enumerate(given_answers):
        named = [held(*pair, minute=minute) for pair in quantities.items()]
        book.take(answer(*named, whole=whole, minute=minute))
        expected = quantities if whole else expected | quantities

    assert {one.instrument.symbol: int(one.quantity) for one in book.held()} == {
        symbol: quantity for symbol, quantity in expected.items() if quantity
    }
