"""The instruments of one connection: the same ones that the other brokers' records name."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qm_tui.brokers.tastytrade.answers import Row
from qm_tui.brokers.tastytrade.details import (
    DELIVERABLES,
    OF_DELIVERY,
    detail_of,
    product_multiplier,
)
from qm_tui.brokers.tastytrade.shapes import SYMBOL, Detail, Kind, kind_of, shaped, word_of
from qm_tui.brokers.tastytrade.symbols import (
    PRODUCTS,
    parse_future_option,
    product_of,
    streamed_future,
    streamed_future_option,
    streamed_option,
    streamed_pair,
)
from qm_tui.brokers.tastytrade.values import needed_text, text
from qm_tui.domain.instruments import (
    Crypto,
    Derivative,
    Equity,
    EquityOption,
    Future,
    FutureOption,
    Instrument,
    OtherInstrument,
    parse_osi,
)
from qm_tui.domain.records import InstrumentInfo

_Key = tuple[str, str | None, str | None, Decimal | None]
"""Symbol, kind, underlying and multiplier in the words of a row."""
_STREAMER = "streamer-symbol"
_DETAILS_AT = "details-at"
_ON_FUTURES = frozenset({Kind.FUTURE, Kind.FUTURE_OPTION})
_IN_ORDER: tuple[type[Instrument], ...] = (
    Equity, EquityOption, Future, FutureOption, OtherInstrument, Crypto,
)  # fmt: skip
"""What one of our symbols means first, where several kinds bear it."""


@dataclass(slots=True)
class _Named:
    """An instrument under the broker's symbol, and what was told of it."""

    kind: Kind
    said: str | None = None
    """The broker's word for its kind."""
    detail: Detail = field(default_factory=Detail)
    streamer: str | None = None
    """As the broker says."""
    latest: Instrument | None = None
    keys: list[_Key] = field(default_factory=list)
    """The words it was made for."""
    described: bool = False


class Instruments:
    """Names each instrument once; what is learned of one holds from then on."""

    def __init__(self) -> None:
        self._made: dict[_Key, Instrument] = {}
        self._named: dict[str, _Named] = {}
        """By the broker's symbol."""
        self._words: dict[tuple[type[Instrument], str], str] = {}
        """Our symbol to the broker's."""
        self._streamed: dict[str, str] = {}
        """The feed's symbol to the broker's."""
        self._products: dict[str, Decimal] = {}
        """Multipliers of futures, and of the options on them, as the broker says."""
        self._delivered: dict[str, Mapping[str, str]] = {}
        """What the options of a root deliver, where that is unusual."""

    # --- what a row names ----------------------------------------------------------------------

    def of(
        self,
        symbol: str,
        instrument_type: str | None,
        *,
        underlying: str | None = None,
        multiplier: Decimal | None = None,
    ) -> Instrument:
        """Return the instrument a row names: the same object for the same words.

        Args:
            symbol: as the broker writes it.
            instrument_type: the broker's word; None where the row has none.
            underlying: the broker's symbol of it, where the row has one.
            multiplier: where the row states one.
        """
        key = (symbol, instrument_type, underlying, multiplier)
        found = self._made.get(key)
        return self._make(key) if found is None else found

    def _make(self, key: _Key) -> Instrument:
        symbol, instrument_type, underlying, multiplier = key
        word = word_of(symbol)
        known = self._named.get(word) if instrument_type is None else None
        named = known or self._name(word, kind_of(symbol, instrument_type))
        # Of an option on a future some rows say 1, which is none of their multipliers.
        says = named.kind is not Kind.FUTURE_OPTION or multiplier != 1
        if multiplier is not None and multiplier > 0 and says:
            self._state(word, named, multiplier)
        if underlying and named.detail.underlying is None:
            named.detail = replace(named.detail, underlying=underlying)
        named.said = instrument_type or named.said
        found = shaped(word, named.kind, self._completed(word, named), named.said)
        if named.latest is not None and named.latest == found:
            found = named.latest
        named.latest = self._made[key] = found
        named.keys.append(key)
        self._words[type(found), found.symbol] = word
        if isinstance(found, FutureOption) and found.underlying_symbol:
            self.of(f"/{found.underlying_symbol}", Kind.FUTURE.value)
        return found

    def _name(self, word: str, kind: Kind) -> _Named:
        named = self._named.get(word)
        if named is None:
            named = self._named[word] = _Named(kind)
        elif not named.described and named.kind is not kind:
            named.kind, named.detail = kind, Detail()
            self._forget(named)
        return named

    def _state(self, word: str, named: _Named, multiplier: Decimal) -> None:
        """Take over a multiplier that the broker states."""
        product = product_of(word) if named.kind is Kind.FUTURE else None
        if product is not None and product not in self._products:
            self._products[product] = multiplier
            self._forget_product(product)
        if named.detail.multiplier != multiplier or not named.detail.is_stated:
            named.detail = replace(named.detail, multiplier=multiplier, is_stated=True)
            self._forget(named)

    def _completed(self, word: str, named: _Named) -> Detail:
        """Add what is known of the product or the root to what is known of the instrument."""
        detail = named.detail
        if named.kind in _ON_FUTURES and detail.multiplier is None:
            product = _product(word)
            told, usual = self._products.get(product), PRODUCTS.get(product)
            if told is not None:
                return replace(detail, multiplier=told, is_stated=True)
            if usual is not None:
                return replace(detail, multiplier=usual.multiplier)
        if named.kind is Kind.EQUITY_OPTION and self._delivered:
            delivered = self._delivered.get(_root(word, named.kind) or "")
            if delivered is not None:
                kept = {k: said for k, said in detail.kept.items() if k not in OF_DELIVERY}
                return replace(detail, kept={**kept, **delivered})
        return detail

    # --- what is told of instruments -----------------------------------------------------------

    def learn(self, row: Row, at: str | None = None) -> InstrumentInfo:
        """Keep what the broker says when asked for an instrument; it holds from here on.

        Args:
            row: of an instrument endpoint.
            at: when it was asked (ISO), to be kept with what it said.

        Raises:
            BadRow: it names no instrument, or a field of it cannot be read.
        """
        symbol, said = needed_text(row, "symbol"), text(row, "instrument-type")
        kind = kind_of(symbol, said, is_index=row.get("is-index") is True)
        detail = detail_of(row, kind)
        word = word_of(symbol)
        named = self._name(word, kind)
        before, named.kind, named.described = named.detail, kind, True
        named.detail = replace(
            detail,
            expiry=detail.expiry or before.expiry,
            underlying=detail.underlying or before.underlying,
            multiplier=detail.multiplier or before.multiplier,
            is_stated=detail.is_stated or before.is_stated,
            kept=detail.kept if at is None else {**detail.kept, _DETAILS_AT: at},
        )
        if detail.multiplier is not None:
            self._state(word, named, detail.multiplier)
        self._stream(word, named, text(row, _STREAMER))
        self._forget(named)
        return InstrumentInfo(account="", instrument=self.of(symbol, said))

    def learn_product(self, row: Row) -> tuple[InstrumentInfo, ...]:
        """Keep the multiplier of a kind of future: it holds for contracts that are long gone, too.

        Returns:
            What was named before and has another multiplier now.

        Raises:
            BadRow: it names no product, or its multiplier cannot be read.
        """
        code, multiplier = product_multiplier(row)
        if self._products.get(code) == multiplier:
            return ()
        self._products[code] = multiplier
        self._forget_product(code)
        return self._anew(
            word
            for word, named in self._named.items()
            if named.kind in _ON_FUTURES and _product(word) == code
        )

    def learn_root(self, root: str, delivered: Mapping[str, str]) -> tuple[InstrumentInfo, ...]:
        """Keep what the options of a root deliver; return those of them that are known, anew."""
        self._delivered[root] = delivered
        words = [word for word, named in self._named.items() if _root(word, named.kind) == root]
        for word in words:
            self._forget(self._named[word])
        return self._anew(words)

    def _anew(self, words: Iterable[str]) -> tuple[InstrumentInfo, ...]:
        """Return those of some instruments of which something else is known now."""
        found = []
        for word in list(words):
            before = self._named[word].latest
            now = self.of(word, None)
            if before is not None and now != before:
                found.append(InstrumentInfo(account="", instrument=now))
        return tuple(found)

    def note(
        self, symbol: str, *, streamer: str | None = None, expiry: dt.date | None = None
    ) -> None:
        """Keep what a position says of its instrument beside its names."""
        word = word_of(symbol)
        named = self._named.get(word)
        if named is None:
            return
        self._stream(word, named, streamer)
        may_expire = named.kind in {Kind.FUTURE, Kind.OTHER}
        if expiry is not None and may_expire and named.detail.expiry is None:
            named.detail = replace(named.detail, expiry=expiry)
            self._forget(named)

    def remember(self, held: Iterable[Instrument]) -> None:
        """Take over what was learned at another time of what is held."""
        for instrument in held:
            kept = instrument.broker_specific or {}
            word = kept.get(SYMBOL) or _usual_word(instrument)
            if word is None:
                continue
            named = self._name(word, kind_of(word, kept.get("instrument-type")))
            if instrument.multiplier_stated and named.detail.multiplier is None:
                self._state(word, named, instrument.multiplier)
            if isinstance(instrument, Derivative) and named.detail.expiry is None:
                named.detail = replace(named.detail, expiry=instrument.expiry)
            named.described |= _DETAILS_AT in kept
            self._stream(word, named, kept.get(_STREAMER))
            self._forget(named)

    def is_described(self, symbol: str) -> bool:
        """Tell whether the broker was asked for an instrument, this time or another."""
        named = self._named.get(word_of(symbol))
        return named is not None and named.described

    def delivers(self, option: Instrument) -> bool:
        """Tell whether it is known what an adjusted option delivers."""
        return DELIVERABLES in (option.broker_specific or {}) or (
            _root(option.symbol, Kind.EQUITY_OPTION) in self._delivered
        )

    @property
    def lacks_products(self) -> bool:
        """Whether a future was named, or an option on one, whose multiplier nobody stated."""
        return any(
            named.kind in _ON_FUTURES
            and named.detail.multiplier is None
            and _product(word) not in self._products
            for word, named in self._named.items()
        )

    def underlying(self, option: Derivative) -> Instrument | None:
        """Return what an option is on; None where that is not said."""
        symbol = option.underlying_symbol
        if symbol is None:
            return None
        if isinstance(option, FutureOption):
            return self.of(f"/{symbol}", Kind.FUTURE.value)
        return self.of(self._words.get((Equity, symbol), word_of(symbol)), Kind.EQUITY.value)

    # --- the feed of prices --------------------------------------------------------------------

    def streamer(self, symbol: str | Instrument) -> str | None:
        """Return what the feed of prices calls an instrument; None while that is not known.

        Args:
            symbol: the instrument, or its symbol in the broker's writing or in ours.
        """
        word = self.written(symbol)
        if word is None:
            return None
        named = self._named.get(word)
        if named is None:
            return _usual_streamer(word, kind_of(word, None), None)
        if named.streamer is not None:
            return named.streamer
        usual = _usual_streamer(word, named.kind, named.detail.expiry)
        if usual is not None:
            self._streamed.setdefault(usual, word)
        return usual

    def by_streamer(self, name: str) -> Instrument | None:
        """Return the instrument that the feed calls so; None where it was never named here."""
        word = self._streamed.get(name)
        if word is None:
            return None
        named = self._named[word]
        # Without words it was made for it is to be made anew.
        return named.latest if named.latest and named.keys else self.of(word, None)

    def written(self, symbol: str | Instrument) -> str | None:
        """Return the broker's symbol of an instrument."""
        if isinstance(symbol, Instrument):
            known = self._words.get((type(symbol), symbol.symbol))
            return known or (symbol.broker_specific or {}).get(SYMBOL) or _usual_word(symbol)
        word = word_of(symbol)
        if word in self._named:
            return word
        ours = (self._words.get((kind, symbol)) for kind in _IN_ORDER)
        return next((known for known in ours if known is not None), word)

    def _stream(self, word: str, named: _Named, streamer: str | None) -> None:
        if streamer:
            named.streamer = streamer
            self._streamed[streamer] = word

    # --- what has to be made anew --------------------------------------------------------------

    def _forget(self, named: _Named) -> None:
        for key in named.keys:
            self._made.pop(key, None)
        named.keys.clear()

    def _forget_product(self, product: str) -> None:
        for word, named in self._named.items():
            if named.kind in _ON_FUTURES and _product(word) == product:
                self._forget(named)


def _product(word: str) -> str:
    parts = parse_future_option(word)
    return product_of(parts.future if parts is not None else word) or ""


def _root(word: str, kind: Kind) -> str | None:
    parts = parse_osi(word) if kind is Kind.EQUITY_OPTION else None
    return None if parts is None else parts.root


def _usual_word(instrument: Instrument) -> str | None:
    """Return how the broker writes an instrument that does not say so itself."""
    match instrument:
        case Equity() | EquityOption():
            return word_of(instrument.symbol)
        case Future():
            return f"/{instrument.symbol}"
        case Crypto():
            return f"{instrument.symbol}/{instrument.currency or 'USD'}"
        case _:
            return None


def _usual_streamer(word: str, kind: Kind, expiry: dt.date | None) -> str | None:
    match kind:
        case Kind.EQUITY | Kind.INDEX:
            return word
        case Kind.EQUITY_OPTION:
            parts = parse_osi(word)
            return streamed_option(parts) if parts is not None else None
        case Kind.CRYPTO:
            return streamed_pair(word)
        case Kind.FUTURE | Kind.FUTURE_OPTION:
            product = PRODUCTS.get(_product(word))
            feed = product.feed if product is not None else None
            option = parse_future_option(word)
            if option is not None:
                return streamed_future_option(option, feed)
            return streamed_future(word, expiry, feed)
        case _:
            return None
