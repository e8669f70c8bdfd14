"""Which symbols of DXLink are followed for what is held, and whose holdings each of them marks."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from qm_tui.brokers.tastytrade.dxlink import Subscription
from qm_tui.brokers.tastytrade.holdings import Holdings, Place
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.domain.instruments import Derivative, EquityOption, FutureOption, Instrument

_PRICES = ("Quote", "Trade", "Summary")
_OPTIONS = (EquityOption, FutureOption)


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """What is asked of DXLink."""

    wanted: Mapping[str, Instrument] = field(default_factory=dict)
    """Instruments by DXLink's symbol."""
    subscriptions: Set[Subscription] = frozenset()
    places: Mapping[str, Sequence[Place]] = field(default_factory=dict)
    """Where they are held."""
    names: Mapping[Place, str] = field(default_factory=dict)
    """DXLink's symbols of what is held."""
    underlyings: Mapping[str, str] = field(default_factory=dict)
    """DXLink's symbol of an option → that of what it is on."""
    unnamed: bool = False
    """Whether of some instrument it is not known (yet) what it is called there."""


def followed(holdings: Holdings, instruments: Instruments) -> Followed:
    """Return what to follow: everything held, and what the options among that are on."""
    wanted: dict[str, Instrument] = {}
    subscriptions: set[Subscription] = set()
    places: dict[str, list[Place]] = {}
    names: dict[Place, str] = {}
    underlyings: dict[str, str] = {}
    unnamed = False
    for place, position in holdings.all():
        instrument = position.instrument
        name = instruments.streamer(instrument)
        if name is None:
            unnamed = True
            continue
        wanted[name] = instrument
        places.setdefault(name, []).append(place)
        names[place] = name
        subscriptions.update((kind, name) for kind in _PRICES)
        if not isinstance(instrument, _OPTIONS):
            continue
        subscriptions.add(("Greeks", name))
        underlying = _underlying(instrument, instruments)
        if underlying is None:
            unnamed = True
        else:
            wanted.setdefault(*underlying)
            underlyings[name] = underlying[0]
            subscriptions.update((kind, underlying[0]) for kind in _PRICES)
    return Followed(
        wanted=wanted, subscriptions=subscriptions, places=places, names=names,
        underlyings=underlyings, unnamed=unnamed,
    )  # fmt: skip


def _underlying(option: Derivative, instruments: Instruments) -> tuple[str, Instrument] | None:
    """Return what an option is on, with its name at DXLink; None while that is not known."""
    symbol = option.underlying_symbol
    if not symbol:
        return None
    if isinstance(option, FutureOption):
        underlying = instruments.of(f"/{symbol.removeprefix('/')}", "Future")
    else:
        underlying = instruments.of(symbol, "Equity")
    name = instruments.streamer(underlying)
    return None if name is None else (name, underlying)
