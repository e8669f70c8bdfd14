"""What can be wrong with rows: damaged on the wire, or holding what is no number."""

from collections.abc import Callable
from dataclasses import replace

from tests.simulators.tws_book import Book, Execution, Holding
from tests.simulators.tws_examples import BOND
from tests.simulators.tws_fault import Fault, Outcome
from tests.simulators.tws_faults import Damage, Faults, Spoil
from tests.simulators.tws_wire import UNSET, Field, Say

_Prepare = Callable[[Book], None]
_LOST = "Take the position whose row is damaged for closed, or lose the others."
_DAMAGES: tuple[tuple[str, Damage, Outcome, str], ...] = (
    ("field-missing", Damage.FIELD_MISSING, Outcome.INCOMPLETE, "lacks a field"),
    ("field-too-many", Damage.FIELD_TOO_MANY, Outcome.INCOMPLETE, "has a field too many"),
    ("not-a-number", Damage.NOT_A_NUMBER, Outcome.INCOMPLETE, 'has a quantity of "many"'),
    ("empty-quantity", Damage.EMPTY_NUMBER, Outcome.INCOMPLETE, "has an empty quantity"),
    ("nan-quantity", Damage.NAN, Outcome.INCOMPLETE, "has a quantity of NaN"),
    ("unset-quantity", Damage.UNSET, Outcome.INCOMPLETE, "has 1.8e308 for its quantity"),
    ("no-fields", Damage.NO_FIELDS, Outcome.INCOMPLETE, "has no fields but its number"),
    ("no-nul", Damage.NO_NUL, Outcome.INCOMPLETE, "has no NUL in it"),
    ("unknown-number", Damage.UNKNOWN_NUMBER, Outcome.INCOMPLETE, "has a number nobody knows"),
    ("text-number", Damage.TEXT_NUMBER, Outcome.INCOMPLETE, "has a word for its number"),
    ("zero-length", Damage.ZERO_LENGTH, Outcome.INCOMPLETE, "has a length of 0 and is empty"),
    ("length-too-short", Damage.LENGTH_TOO_SHORT, Outcome.LOST, "has a length that is too short"),
    ("length-too-long", Damage.LENGTH_TOO_LONG, Outcome.LOST, "has a length that is too long"),
    ("length-huge", Damage.LENGTH_HUGE, Outcome.INCOMPLETE, "has a length of a gigabyte"),
    ("twice", Damage.TWICE, Outcome.WHOLE, "arrives two times"),
)


def _position(name: str, damage: Damage, outcome: Outcome, words: str) -> Fault:
    return Fault(
        name=f"position-{name}",
        says=f"The second position {words}.",
        never="Count it twice." if damage is Damage.TWICE else _LOST,
        outcome=outcome,
        faults=Faults(spoil=(Spoil(say=Say.POSITION, damage=damage),)),
    )


def _row(name: str, says: str, never: str, *spoil: Spoil) -> Fault:
    faults = Faults(spoil=spoil)
    return Fault(name=name, says=says, never=never, outcome=Outcome.INCOMPLETE, faults=faults)


def _every_holding(**new: Field) -> _Prepare:
    def prepare(book: Book) -> None:
        for holding in list(book.held()):
            book.change(holding.key, **new)

    return prepare


def _every_value(value: Field, *tags: str) -> _Prepare:
    def prepare(book: Book) -> None:
        for account in book.accounts.values():
            for tag, currency in list(account.values):
                if tag in tags:
                    account.values[tag, currency] = value

    return prepare


def _every_execution(**new: Field) -> _Prepare:
    def prepare(book: Book) -> None:
        book.executions = [_changed(done, new) for done in book.executions]

    return prepare


def _changed(done: Execution, new: dict[str, Field]) -> Execution:
    return replace(done, **new)  # type: ignore[arg-type] # fields by name


def _with_bond(book: Book) -> None:
    for account in book.accounts:
        book.hold(Holding.of(account, BOND, "10", "985.0", "99.1"))


def _with_hostile_names(book: Book) -> None:
    for con_id, instrument in list(book.instruments.items()):
        name = "[red]\x1b[2J" + "x" * 10_000 + "[/red]"
        book.instruments[con_id] = replace(instrument, long_name=name, industry="[link=http://x]")


def _with_strange_account(book: Book) -> None:
    stranger = replace(book.holding("AAPL"), account="U7654321")
    book.holdings[stranger.key] = stranger


_AMOUNTS = ("NetLiquidation", "BuyingPower", "CashBalance", "TotalCashValue", "MaintMarginReq")
_NO_NUMBER = "Show it as a number, sum it, or call the position closed."

ROWS: tuple[Fault, ...] = (
    *(_position(*row) for row in _DAMAGES),
    Fault(
        name="position-bad-utf8",
        says="The trading class of the second position is no UTF-8.",
        never=_LOST,
        outcome=Outcome.WHOLE,
        faults=Faults(spoil=(Spoil(say=Say.POSITION, damage=Damage.BAD_UTF8, where=-3),)),
    ),
    _row(
        "every-position-damaged",
        "Every position lacks a field.",
        _LOST,
        Spoil(say=Say.POSITION, damage=Damage.FIELD_MISSING, nth=None),
    ),
    _row(
        "portfolio-field-missing",
        "The second portfolio row lacks a field.",
        _LOST,
        Spoil(say=Say.PORTFOLIO, damage=Damage.FIELD_MISSING),
    ),
    _row(
        "portfolio-empty-price",
        "The second portfolio row has an empty price.",
        _LOST,
        Spoil(say=Say.PORTFOLIO, damage=Damage.EMPTY_NUMBER, where=-6),
    ),
    _row(
        "portfolio-not-a-number",
        'The second portfolio row has a quantity of "many".',
        _LOST,
        Spoil(say=Say.PORTFOLIO, damage=Damage.NOT_A_NUMBER, where=-7),
    ),
    _row(
        "every-row-damaged",
        "Every portfolio row and every position has a field too many.",
        _LOST,
        Spoil(say=Say.PORTFOLIO, damage=Damage.FIELD_TOO_MANY, nth=None),
        Spoil(say=Say.POSITION, damage=Damage.FIELD_TOO_MANY, nth=None),
    ),
    _row(
        "execution-field-missing",
        "The second fill lacks a field.",
        "Lose the first fill, or invent one.",
        Spoil(say=Say.EXECUTION, damage=Damage.FIELD_MISSING),
    ),
    _row(
        "execution-time-damaged",
        "The time of the second fill is no time.",
        "Lose the first fill, or give the second a time.",
        Spoil(say=Say.EXECUTION, damage=Damage.NOT_A_NUMBER, where=15),
    ),
    _row(
        "value-field-missing",
        "The second account value lacks a field.",
        "Put the value in the wrong account.",
        Spoil(say=Say.ACCOUNT_VALUE, damage=Damage.FIELD_MISSING),
        Spoil(say=Say.ACCOUNT_VALUE_MULTI, damage=Damage.FIELD_MISSING),
    ),
    Fault(
        name="unset-realized",
        says="The realized gain of every portfolio row is 1.8e308: nothing was traded today.",
        never=_NO_NUMBER,
        outcome=Outcome.WHOLE,
        prepare=_every_holding(realized=UNSET, daily=UNSET),
    ),
    Fault(
        name="unset-marks",
        says="The price, value and gain of every portfolio row are 1.8e308.",
        never=_NO_NUMBER,
        outcome=Outcome.WHOLE,
        prepare=_every_holding(mark=UNSET, value=UNSET, unrealized=UNSET),
    ),
    Fault(
        name="nan-marks",
        says="The price, value and gain of every portfolio row are NaN.",
        never=_NO_NUMBER,
        outcome=Outcome.WHOLE,
        prepare=_every_holding(mark="NaN", value="NaN", unrealized="NaN"),
    ),
    Fault(
        name="infinite-marks",
        says="The price and value of every portfolio row are infinite.",
        never=_NO_NUMBER,
        outcome=Outcome.WHOLE,
        prepare=_every_holding(mark="inf", value="-inf", unrealized="inf"),
    ),
    Fault(
        name="unset-cost",
        says="The average cost of every position is 1.8e308.",
        never=_NO_NUMBER,
        outcome=Outcome.WHOLE,
        prepare=_every_holding(average_cost=UNSET),
    ),
    *(
        Fault(
            name=f"{name}-values",
            says=f"The amounts of every account are {words}.",
            never="Show it as a number, or as zero.",
            outcome=Outcome.WHOLE,
            prepare=_every_value(value, *_AMOUNTS),
        )
        for name, value, words in (
            ("unset", UNSET, "1.8e308"),
            ("nan", "NaN", "NaN"),
            ("empty", "", "empty"),
            ("worded", "n/a [b]", "words with markup"),
        )
    ),
    Fault(
        name="account-not-ready",
        says="The account is not ready (AccountReady is false, as after a restart): positions and "
        "portfolio come to their ends without a row.",
        never="Take the positions that are stored for closed: the gateway says it is not ready.",
        outcome=Outcome.INCOMPLETE,
        faults=Faults(no_positions=True, no_portfolio=True),
        prepare=_every_value("false", "AccountReady"),
    ),
    Fault(
        name="unset-commission",
        says="The commission of every fill is 1.8e308.",
        never="Book it, or call the fill free of charge.",
        outcome=Outcome.WHOLE,
        prepare=_every_execution(commission=UNSET),
    ),
    Fault(
        name="commission-missing",
        says="No fill has its commission yet.",
        never="Call the fill free of charge.",
        outcome=Outcome.WHOLE,
        prepare=_every_execution(commission_known=False),
    ),
    Fault(
        name="time-without-zone",
        says="The times of fills carry no zone.",
        never="Read them in the zone of the machine.",
        outcome=Outcome.WHOLE,
        prepare=_every_execution(time="20260302  10:31:05"),
    ),
    Fault(
        name="bond-details-lost",
        says="A bond whose coupon has a fraction: the client library loses its details.",
        never="Drop the position, or hold back the others.",
        outcome=Outcome.INCOMPLETE,
        prepare=_with_bond,
    ),
    Fault(
        name="hostile-names",
        says="Names of instruments hold markup, control characters and 10,000 letters.",
        never="Obey the markup, clear the screen, or grow the line.",
        outcome=Outcome.WHOLE,
        prepare=_with_hostile_names,
    ),
    Fault(
        name="position-of-strange-account",
        says="A position belongs to an account that is not among those of the login.",
        never="Put it into another account.",
        outcome=Outcome.WHOLE,
        prepare=_with_strange_account,
    ),
)
