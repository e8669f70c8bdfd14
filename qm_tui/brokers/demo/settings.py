"""What kind of demo it is: which seed, how large, how lively, how fast its clock runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSettings:
    """The choices of one demo; the same choices and the same present make the same book."""

    seed: int = 7
    instruments: int = 0
    """So many are held at least; beyond the usual ones they are invented by number."""
    ticks_per_second: float = 5.0
    """So often prices are pushed, by the clock on the wall."""
    moving: float = 0.3
    """The share of instruments that move at a tick."""
    speed: float = 1.0
    """Seconds of the demo in one second on the wall."""
    drops: bool = True
    """Whether one of the brokers is away now and then."""
    first_drop: float = 40.0
    """Seconds of the demo from its beginning until a broker is away for the first time."""
    away: float = 15.0
    """Seconds of the demo that it is away."""
    late: float = 6.0
    """Seconds of the demo that one section comes after the others."""
