"""The broker's REST answers, from the book: each endpoint by the form of its path."""

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from tests.simulators.tastytrade_book import AccountBook, Book, encoded
from tests.simulators.tastytrade_history import Query, Row
from tests.simulators.tastytrade_wire import Asked, Reply, refused, told

MOST_ROWS = 2000
"""Of a page; more are refused."""
_PAGE = 250


class Invalid(Exception):  # noqa: N818 - an answer, not a failure
    """A parameter is not as it should be."""

    def __init__(self, domain: str) -> None:
        super().__init__(domain)
        self.domain = domain


class NotThere(Exception):  # noqa: N818 - an answer, not a failure
    """There is no such thing."""


class Rest:
    """Answers what is asked of the book; knows nothing of tokens.

    Args:
        book: What there is.
        quote_token: What /api-quote-tokens says.
    """

    def __init__(self, book: Book, quote_token: Callable[[], Row]) -> None:
        self.book = book
        self.most_rows = MOST_ROWS
        self._quote_token = quote_token

    def answer(self, asked: Asked) -> Reply:
        """Answer a read."""
        if asked.method != "GET":
            return refused(405, "method_not_allowed", "This double only tells.")
        for pattern, make in _ENDPOINTS:
            if found := re.fullmatch(pattern, asked.path):
                words = {name: unquote(text) for name, text in found.groupdict().items()}
                return self._made(make, asked, words)
        return refused(404, "not_found", "There is no such path")

    def _made(self, make: "_Make", asked: Asked, words: Mapping[str, str]) -> Reply:
        try:
            return make(self, asked, words)
        except Invalid as error:
            wrong = {"domain": error.domain, "reason": "does not have a valid value"}
            message = "Request validation failed"
            return refused(400, "validation_error", message, errors=[wrong])
        except NotThere:
            return refused(404, "record_not_found", "Couldn't find record")

    # --- of accounts -----------------------------------------------------------------------------

    def account(self, words: Mapping[str, str]) -> AccountBook:
        """The account that is asked for."""
        try:
            return self.book.accounts[words["account"]]
        except KeyError:
            raise NotThere from None

    def accounts(self, asked: Asked, _words: Mapping[str, str]) -> Reply:
        items = [
            {"account": account.info, "authority-level": account.authority}
            for account in self.book.accounts.values()
        ]
        return listed(asked, items)

    def one_account(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        return whole(asked, self.account(words).info)

    def customer(self, asked: Asked, _words: Mapping[str, str]) -> Reply:
        return whole(asked, {"id": "me", "first-name": "Ada", "last-name": "Example"})

    def balance(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        return whole(asked, self.account(words).balance)

    def trading_status(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        return whole(asked, self.account(words).trading_status)

    def margin(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        return whole(asked, self.account(words).margin)

    def positions(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        closed = asked.params.get("include-closed-positions") == "true"
        marks = asked.params.get("include-marks") == "true"
        rows = [
            row
            for row in self.account(words).positions
            if (closed or row.get("quantity-direction") != "Zero") and _is_asked_for(row, asked)
        ]
        return listed(asked, [self._marked(row) if marks else row for row in rows])

    def _marked(self, row: Row) -> Row:
        """A position with its mark, where the market is in something."""
        price = self.book.mark(row["symbol"])
        if price is None or "mark-price" in row:
            return row
        return row | {"mark": str(price), "mark-price": str(price)}

    def transactions(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        history = self.account(words).history
        try:
            query = Query.of(asked.lists)
        except ValueError:
            raise Invalid("start-date") from None
        page, rows = self._page(asked)
        texts, total = history.page(query, page * rows, rows)
        return paged(asked, texts, total, page, rows)

    def transaction(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        for row in self.account(words).rows:
            if str(row["id"]) == words["number"]:
                return whole(asked, row)
        raise NotThere

    def total_fees(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        self.account(words)
        return whole(asked, {"total-fees": "0.0", "total-fees-effect": "None"})

    def snapshots(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        first, last = asked.params.get("start-date"), asked.params.get("end-date")
        one, part = asked.params.get("snapshot-date"), asked.params.get("time-of-day", "EOD")
        rows = [
            row
            for row in self.account(words).snapshots
            if (not first or row["snapshot-date"] >= first)
            and (not last or row["snapshot-date"] <= last)
            and (not one or row["snapshot-date"] == one)
            and row.get("time-of-day", "EOD") == part
        ]
        page, size = self._page(asked)
        return paged(asked, encoded(rows[page * size :][:size]), len(rows), page, size)

    def net_liq(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        back, start = asked.params.get("time-back"), asked.params.get("start-time")
        if not back and not start:
            raise Invalid("time-back")
        if back and back not in _BACK:
            raise Invalid("time-back")
        rows = self.account(words).net_liq
        if start:
            since = dt.datetime.fromisoformat(start)
        else:
            since = self.book.now - dt.timedelta(days=_BACK[back or "all"])
        chosen = [row for row in rows if dt.datetime.fromisoformat(row["time"]) >= since]
        return told({"data": {"items": chosen}})

    def orders(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        rows = self.account(words).orders
        page, size = self._page(asked)
        return paged(asked, encoded(rows[page * size :][:size]), len(rows), page, size)

    def live_orders(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        return listed(asked, self.account(words).orders)

    def _page(self, asked: Asked) -> tuple[int, int]:
        """The page that is asked for and its rows."""
        try:
            page = int(asked.params.get("page-offset", 0))
            rows = int(asked.params.get("per-page", _PAGE))
        except ValueError:
            raise Invalid("per-page") from None
        if not 1 <= rows <= self.most_rows:
            raise Invalid("per-page")
        if page < 0:
            raise Invalid("page-offset")
        return page, rows

    # --- of instruments and prices ---------------------------------------------------------------

    def instruments(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        known = self.book.instruments.get(words["kind"], {})
        wanted = asked.lists.get("symbol[]")
        rows = [row for symbol, row in known.items() if wanted is None or symbol in wanted]
        page, size = self._page(asked)
        return paged(asked, encoded(rows[page * size :][:size]), len(rows), page, size)

    def instrument(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        known = self.book.instruments.get(words["kind"], {})
        symbol = words["symbol"]
        for word in (symbol, f"/{symbol}"):
            if word in known:
                return whole(asked, known[word])
        raise NotThere

    def chain(self, asked: Asked, words: Mapping[str, str]) -> Reply:
        """The options on something, each root by itself; only what the book knows of is there."""
        roots: dict[str, list[Row]] = {}
        for row in self.book.instruments.get("equity-options", {}).values():
            if row["underlying-symbol"] == words["symbol"]:
                roots.setdefault(row["root-symbol"], []).append(row)
        if not roots:
            raise NotThere
        return listed(asked, [self._root(root, rows) for root, rows in roots.items()])

    def _root(self, root: str, rows: Sequence[Row]) -> Row:
        said = {
            "underlying-symbol": rows[0]["underlying-symbol"],
            "root-symbol": root,
            "option-chain-type": rows[0]["option-chain-type"],
            "settlement-type": "PM",
            "shares-per-contract": rows[0]["shares-per-contract"],
            "expiration-type": "Regular",
            "symbols": [row["symbol"] for row in rows],
            "streamer-symbols": [row["streamer-symbol"] for row in rows],
        }
        return said | {"deliverables": self.book.deliverables.get(root, [])}

    def quote_tokens(self, asked: Asked, _words: Mapping[str, str]) -> Reply:
        return whole(asked, self._quote_token())


_BACK = {"1d": 1, "1w": 7, "1m": 31, "3m": 92, "6m": 183, "1y": 366, "all": 36_500}

_Make = Callable[[Rest, Asked, Mapping[str, str]], Reply]
_ACCOUNT = "/accounts/(?P<account>[^/]+)"
_ENDPOINTS: Sequence[tuple[str, _Make]] = (
    ("/customers/me", Rest.customer),
    ("/customers/me/accounts", Rest.accounts),
    ("/customers/me/accounts/(?P<account>[^/]+)", Rest.one_account),
    (f"{_ACCOUNT}/balances(/[A-Z]+)?", Rest.balance),
    (f"{_ACCOUNT}/positions", Rest.positions),
    (f"{_ACCOUNT}/transactions", Rest.transactions),
    (f"{_ACCOUNT}/transactions/total-fees", Rest.total_fees),
    (f"{_ACCOUNT}/transactions/(?P<number>[0-9]+)", Rest.transaction),
    (f"{_ACCOUNT}/balance-snapshots", Rest.snapshots),
    (f"{_ACCOUNT}/net-liq/history", Rest.net_liq),
    (f"{_ACCOUNT}/trading-status", Rest.trading_status),
    (f"{_ACCOUNT}/orders", Rest.orders),
    (f"{_ACCOUNT}/orders/live", Rest.live_orders),
    (f"/margin{_ACCOUNT}/requirements", Rest.margin),
    ("/instruments/(?P<kind>[a-z-]+)", Rest.instruments),
    ("/instruments/(?P<kind>[a-z-]+)/(?P<symbol>[^/]+)", Rest.instrument),
    ("/option-chains/(?P<symbol>[^/]+)/compact", Rest.chain),
    ("/api-quote-tokens", Rest.quote_tokens),
)


def _is_asked_for(row: Row, asked: Asked) -> bool:
    return all(
        row.get(name) in asked.lists[said]
        for said, name in (
            ("symbol", "symbol"),
            ("instrument-type", "instrument-type"),
            ("underlying-symbol[]", "underlying-symbol"),
        )
        if said in asked.lists
    )


def whole(asked: Asked, data: Any) -> Reply:
    """Answer with one object."""
    return told({"data": data, "context": asked.path})


def listed(asked: Asked, items: Sequence[Any]) -> Reply:
    """Answer with a list that has no pages."""
    return told({"data": {"items": list(items)}, "context": asked.path})


def paged(asked: Asked, texts: Sequence[bytes], total: int, page: int, rows: int) -> Reply:
    """Answer with a page of a list."""
    place = {
        "per-page": rows,
        "page-offset": page,
        "item-offset": page * rows,
        "total-items": total,
        "total-pages": -(-total // rows),
        "current-item-count": len(texts),
        "previous-link": None,
        "next-link": None,
        "paging-link-template": None,
    }
    tail = {"api-version": "v1", "context": asked.path, "pagination": place}
    body = b"".join(
        (b'{"data":{"items":[', b",".join(texts), b"]},", json.dumps(tail).encode()[1:])
    )
    return Reply(body=body)
