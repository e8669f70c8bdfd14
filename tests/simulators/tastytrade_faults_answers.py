"""What can go wrong with the answer to one question, and with single rows."""

from typing import Any

from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_acts import ACTS, Act, changed, nan_inside, no_lists, row_changed
from tests.simulators.tastytrade_fault import Fault, Outcome
from tests.simulators.tastytrade_faults_access import acting, lasting
from tests.simulators.tastytrade_history import Row

POSITIONS = "/accounts/*/positions"
BALANCES = "/accounts/*/balances*"
HISTORY = "/accounts/*/transactions"
ACCOUNTS = "/customers/me/accounts"
_CLOSED = "Show positions as closed."
_MISSING = "Pass over in silence that it is missing."

_WAYS: tuple[tuple[str, str], ...] = (
    ("error", "answered with 500"),
    ("forbidden", "answered with 403"),
    ("not-found", "answered with 404"),
    ("unprocessable", "answered with 422"),
    ("html", "answered with a page and status 200"),
    ("empty", "answered with nothing and status 200"),
    ("no-content", "answered with status 204"),
    ("null", "answered with the word null"),
    ("list", "answered with a list instead of an object"),
    ("nothing", "answered with an empty object"),
    ("data-null", "answered with data that is null"),
    ("data-list", "answered with data that is a list"),
    ("items-missing", "answered with data without items"),
    ("items-null", "answered with items that are null"),
    ("items-object", "answered with items that are an object"),
    ("cut", "answered with JSON that breaks off"),
    ("not-json", "answered with what is no JSON"),
    ("not-utf8", "answered with bytes that are no UTF-8"),
    ("not-zipped", "said to be zipped and is not"),
    ("deep", "nested a hundred thousand times"),
    ("short", "shorter than it was said to be"),
    ("half-a-chunk", "broken off within a chunk"),
    ("reset-inside", "reset in the middle of the body"),
    ("stalled", "silent in the middle of the body"),
    ("trickle", "said a byte at a time"),
    ("endless", "without an end"),
    ("slow-headers", "nothing but headers, without an end"),
)


def _positions() -> list[Fault]:
    return [
        lasting(
            f"positions-{name}",
            f"The question for positions is {says}.",
            _CLOSED,
            Outcome.PART,
            POSITIONS,
            ACTS[name],
        )
        for name, says in _WAYS
    ]


def _others() -> list[Fault]:
    paths = (
        ("balances", BALANCES),
        ("history", HISTORY),
        ("snapshots", "/accounts/*/balance-snapshots"),
        ("net-liq", "/accounts/*/net-liq/history"),
        ("margin", "/margin/accounts/*/requirements"),
        ("trading-status", "/accounts/*/trading-status"),
        ("instruments", "/instruments/*"),
        ("quote-token", "/api-quote-tokens"),
    )
    quiet = {"quote-token": Outcome.QUIET}
    return [
        lasting(
            f"{name}-{way}",
            f"The question for {name.replace('-', ' ')} is {says}.",
            _MISSING,
            quiet.get(name, Outcome.PART),
            path,
            ACTS[way],
        )
        for name, path in paths
        for way, says in _WAYS
        if way in {"error", "not-found", "cut"}
    ]


def _row(
    name: str, says: str, never: str, outcome: Outcome, path: str, act: Act, *, always: bool = True
) -> Fault:
    return (lasting if always else acting)(name, says, never, outcome, path, act)


def _put(**new: Any) -> Act:
    """The first row with other fields; names have _ for -."""

    def apply(row: Row) -> None:
        row.update({name.replace("_", "-"): said for name, said in new.items()})

    return row_changed(apply)


def _lose(*names: str) -> Act:
    def apply(row: Row) -> None:
        for name in names:
            row.pop(name, None)

    return row_changed(apply)


def _in_place_of_the_first(value: Any) -> Act:
    def apply(payload: Any) -> None:
        payload["data"]["items"][:1] = [value] if payload["data"]["items"] else []

    return changed(apply)


def _twice(payload: Any) -> None:
    payload["data"]["items"] += payload["data"]["items"][:1]


def _and_nothing(payload: Any) -> None:
    items = payload["data"]["items"]
    closed = {"symbol": "GONE", "underlying-symbol": "GONE", "instrument-type": "Equity"}
    items.append(items[0] | closed | {"quantity": 0, "quantity-direction": "Zero"})


def _no_accounts(payload: Any) -> None:
    payload["data"]["items"] = []


def _fewer_accounts(payload: Any) -> None:
    del payload["data"]["items"][1:]


def _number_of(row: Row) -> None:
    row["account"]["account-number"] = None


def _funding(row: Row) -> None:
    row["account"]["funding-date"] = "2021-03-82680"


_LOSE = "Lose the other rows."

ROWS: tuple[Fault, ...] = (
    _row("position-without-price", "One position has no close-price.", _LOSE, Outcome.WHOLE,
         POSITIONS, _lose("close-price", "mark", "mark-price")),
    _row("position-quantity-word", "The quantity of one position is a word.", _LOSE, Outcome.ROWS,
         POSITIONS, _put(quantity="many")),
    _row("position-quantity-null", "The quantity of one position is null.", _LOSE, Outcome.ROWS,
         POSITIONS, _put(quantity=None)),
    _row("position-quantity-nan", "The quantity of one position is the bare word NaN.", _LOSE,
         Outcome.ROWS, POSITIONS, nan_inside("quantity")),
    _row("position-no-direction", "One position does not say whether it is long or short.",
         "Take it for long.", Outcome.ROWS, POSITIONS, _lose("quantity-direction")),
    _row("position-strange-direction", "The direction of one position is a word nobody knows.",
         "Take it for long.", Outcome.ROWS, POSITIONS, _put(quantity_direction="Sideways")),
    _row("position-unknown-type", "One position is of a type nobody knows.",
         "Leave it out.", Outcome.WHOLE, POSITIONS, _put(instrument_type="Tulip Bulb")),
    _row("position-no-symbol", "One position has no symbol.", _LOSE, Outcome.ROWS, POSITIONS,
         _lose("symbol")),
    _row("position-null", "One position is null.", _LOSE, Outcome.ROWS, POSITIONS,
         _in_place_of_the_first(None)),
    _row("position-text", "One position is a text.", _LOSE, Outcome.ROWS, POSITIONS,
         _in_place_of_the_first("SPY")),
    _row("position-foreign", "One position is of another account.", "Count it.", Outcome.ROWS,
         POSITIONS, _put(account_number="5WX99999")),
    _row("position-markup", "The symbol of one position is markup and control characters.",
         "Let it through to the terminal.", Outcome.WHOLE, POSITIONS,
         _put(symbol="[red]A[/]\x1b[2J\x00", underlying_symbol="[red]A[/]")),
    _row("position-huge-number", "The quantity of one position has 400 digits.", _LOSE,
         Outcome.ROWS, POSITIONS, _put(quantity="9" * 400)),
    _row("position-of-nothing", "A position that was closed today comes with quantity 0.",
         "Show it as held.", Outcome.WHOLE, POSITIONS, changed(_and_nothing)),
    _row("position-new-field", "Each position has a field nobody knows.", "Refuse it.",
         Outcome.WHOLE, POSITIONS, _put(brand_new_field={"deep": [1, 2]})),
    _row("position-bad-moment", "The moment of one position is a word.", _LOSE, Outcome.WHOLE,
         POSITIONS, _put(updated_at="yesterday", created_at=None)),
    _row("transaction-id-missing", "One transaction has no id.", _LOSE, Outcome.ROWS, HISTORY,
         _lose("id")),
    _row("transaction-value-word", "The value of one transaction is a word.", _LOSE, Outcome.ROWS,
         HISTORY, _put(value="lots", net_value="lots")),
    _row("transaction-no-moment", "One transaction does not say when.", _LOSE, Outcome.ROWS,
         HISTORY, _lose("executed-at", "transaction-date")),
    _row("transaction-absurd-day", "One transaction is of the year 0001.", _LOSE, Outcome.ROWS,
         HISTORY, _put(executed_at="0001-01-01T00:00:00.000+00:00", transaction_date="0001-01-01")),
    _row("transaction-unknown-type", "One transaction is of a type nobody knows.", "Drop it.",
         Outcome.WHOLE, HISTORY, _put(transaction_type="Gift", transaction_sub_type="Wrapped")),
    _row("transaction-null", "One transaction is null.", _LOSE, Outcome.ROWS, HISTORY,
         _in_place_of_the_first(None)),
    _row("transaction-twice", "One transaction comes twice in a page.", "Count it twice.",
         Outcome.WHOLE, HISTORY, changed(_twice)),
    _row("transaction-foreign", "One transaction is of another account.", "Count it.",
         Outcome.ROWS, HISTORY, _put(account_number="5WX99999")),
    _row("transaction-long-words", "The description of one transaction has 100,000 characters.",
         _LOSE, Outcome.WHOLE, HISTORY, _put(description="long " * 20_000)),
    _row("transaction-markup", "The description of one transaction is markup.",
         "Let it through to the terminal.", Outcome.WHOLE, HISTORY,
         _put(description="[bold]x[/bold]\x1b]0;own\x07")),
    _row("accounts-none", "There is no account at all.", "Take stored accounts for closed.",
         Outcome.WHOLE, ACCOUNTS, changed(_no_accounts)),
    _row("accounts-fewer", "All accounts but the first are missing.",
         "Take their positions for closed.", Outcome.WHOLE, ACCOUNTS, changed(_fewer_accounts)),
    _row("accounts-number-null", "The number of the first account is null.",
         "Lose the other accounts.", Outcome.ROWS, ACCOUNTS, row_changed(_number_of)),
    _row("accounts-bad-day", "The funding date of the first account is no day.",
         "Lose the account.", Outcome.WHOLE, ACCOUNTS, row_changed(_funding)),
    lasting("accounts-error", "The question for accounts is answered with 500.",
            "Take stored accounts for closed.", Outcome.UNAVAILABLE, ACCOUNTS, ACTS["error"]),
    lasting("accounts-cut", "The answer with the accounts breaks off.",
            "Take stored accounts for closed.", Outcome.UNAVAILABLE, ACCOUNTS, ACTS["cut"]),
)  # fmt: skip


def _one_account(double: TastytradeDouble) -> None:
    number = next(reversed(double.book.accounts))
    double.always[f"/accounts/{number}/*"] = ACTS["error"]
    double.always[f"/margin/accounts/{number}/*"] = ACTS["error"]


ANSWERS: tuple[Fault, ...] = (
    *_positions(),
    *_others(),
    *ROWS,
    Fault(
        name="one-account-fails",
        says="Whatever is asked of the last account is answered with 500.",
        never="Give up the other accounts.",
        outcome=Outcome.PART,
        apply=_one_account,
    ),
    lasting(
        "instruments-no-lists",
        "Lists of instruments are refused with 403; one at a time is allowed.",
        _MISSING,
        Outcome.WHOLE,
        "/instruments/*",
        no_lists,
    ),
    acting(
        "positions-error-once",
        "The first question for positions is answered with 500.",
        _CLOSED,
        Outcome.WHOLE,
        POSITIONS,
        ACTS["error"],
    ),
    acting(
        "positions-reset-inside-once",
        "The first answer with positions is reset in its middle.",
        _CLOSED,
        Outcome.WHOLE,
        POSITIONS,
        ACTS["reset-inside"],
    ),
)
