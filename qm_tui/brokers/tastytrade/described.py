"""What to ask of instruments, as plain data, and what the answers say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from qm_tui.brokers.tastytrade.answers import BadRow, Item, Row
from qm_tui.brokers.tastytrade.details import DELIVERABLES, delivered_of
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.rows import refusal, row_of
from qm_tui.brokers.tastytrade.values import text
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.instruments import (
    Crypto,
    Equity,
    EquityOption,
    Future,
    FutureOption,
    Instrument,
    parse_osi,
)
from qm_tui.domain.records import InstrumentInfo
from qm_tui.domain.words import Section

_AT_ONCE = 50
"""Symbols in one question: the address of a request must not be too long."""
_LISTS: Mapping[type[Instrument], tuple[str, str]] = {
    Equity: ("/instruments/equities", "Details of stocks"),
    EquityOption: ("/instruments/equity-options", "Details of options"),
    Future: ("/instruments/futures", "Details of futures"),
    FutureOption: ("/instruments/future-options", "Details of options on futures"),
    Crypto: ("/instruments/cryptocurrencies", "Details of digital assets"),
}
_PRODUCTS = "/instruments/future-products"
_CHAINS = "/option-chains"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One request."""

    path: str
    params: Mapping[str, Sequence[str]]
    what: str
    """For sentences: `Details of options`."""

    def one_by_one(self) -> Sequence["Question"]:
        """Return the same question for each symbol by itself.

        Some programs that a user may grant access are refused lists and allowed single instruments.
        """
        symbols = self.params.get("symbol[]", ())
        return [
            replace(self, path=f"{self.path}/{quote(symbol, safe='')}", params={})
            for symbol in symbols
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What an answer said."""

    infos: tuple[InstrumentInfo, ...] = ()
    refused: tuple[RefusedRow, ...] = ()


# --- what to ask -------------------------------------------------------------------------------


def questions(held: Iterable[Instrument], instruments: Instruments) -> Sequence[Question]:
    """Return what to ask about what is held, and what the options among that are on.

    What was described before, this time or another, is not asked for again.
    """
    found: list[Question] = []
    for kind, symbols in _wanted(held, instruments).items():
        path, what = _LISTS[kind]
        found += [
            Question(path=path, params={"symbol[]": symbols[first : first + _AT_ONCE]}, what=what)
            for first in range(0, len(symbols), _AT_ONCE)
        ]
    if instruments.lacks_products:
        found.append(products())
    return found


def products() -> Question:
    """Return the question for all kinds of futures: what a contract is a multiple of."""
    return Question(path=_PRODUCTS, params={}, what="Kinds of futures")


def adjusted(held: Iterable[Instrument], instruments: Instruments) -> Sequence[Question]:
    """Return what to ask about adjusted options that do not say themselves what they deliver."""
    chains: dict[str, None] = {}
    for option in held:
        if not isinstance(option, EquityOption) or option.underlying_symbol is None:
            continue
        parts = parse_osi(option.symbol)
        if parts is None or not parts.root[-1:].isdigit() or instruments.delivers(option):
            continue
        chains[instruments.written(option.underlying_symbol) or option.underlying_symbol] = None
    return [
        Question(
            path=f"{_CHAINS}/{quote(symbol, safe='')}/compact",
            params={},
            what=f"What the adjusted options on {symbol} deliver",
        )
        for symbol in chains
    ]


def _wanted(
    held: Iterable[Instrument], instruments: Instruments
) -> Mapping[type[Instrument], Sequence[str]]:
    wanted: dict[type[Instrument], dict[str, None]] = {kind: {} for kind in _LISTS}
    for instrument in held:
        for one in (instrument, _underlying(instrument, instruments)):
            word = None if one is None else instruments.written(one)
            if one is None or word is None or instruments.is_described(word):
                continue
            # An index is listed among the equities.
            kind = type(one) if type(one) in _LISTS else None
            if kind is None and one is not instrument:
                kind = Equity
            if kind is not None:
                wanted[kind][word] = None
    return {kind: tuple(words) for kind, words in wanted.items() if words}


def _underlying(instrument: Instrument, instruments: Instruments) -> Instrument | None:
    if not isinstance(instrument, (EquityOption, FutureOption)):
        return None
    return instruments.underlying(instrument)


# --- what was answered -------------------------------------------------------------------------


def answered(
    question: Question, items: Sequence[Item], instruments: Instruments, at: str | None = None
) -> Described:
    """Take over what an answer says of instruments.

    Args:
        question: that was asked.
        items: the rows of the answer; of a question for one instrument the answer itself.
        instruments: learn it.
        at: when it was asked (ISO).
    """
    infos: dict[str, InstrumentInfo] = {}
    refused: list[RefusedRow] = []
    for place, item in enumerate(items):
        try:
            for info in _taken(question, row_of(item.value), instruments, at):
                infos[info.instrument.symbol] = info
        except BadRow as error:
            refused.append(refusal(Section.INSTRUMENTS, place, item.value, error))
    return Described(infos=tuple(infos.values()), refused=tuple(refused))


def _taken(
    question: Question, row: Row, instruments: Instruments, at: str | None
) -> Iterable[InstrumentInfo]:
    if question.path == _PRODUCTS:
        return instruments.learn_product(row)
    if question.path.startswith(_CHAINS):
        root = text(row, "root-symbol")
        if root is None or DELIVERABLES not in row:
            return ()
        return instruments.learn_root(root, delivered_of(row))
    return (instruments.learn(row, at),)
