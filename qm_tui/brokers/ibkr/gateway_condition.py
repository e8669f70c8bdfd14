"""What the gateway's messages say of the connection: reached or not, fresh or old, delayed."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from qm_tui.brokers.ibkr import gateway_words as words
from qm_tui.brokers.ibkr.gateway_words import Effect, Meaning, Tells

_MOST_NOTICES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that holds for accounts for a while."""

    meaning: Meaning
    message: str
    at: dt.datetime


class Condition:
    """How a connection is, as told by its messages."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._sure_of_it = False
        """`away` lasts until the gateway says that it is over."""
        self.says: str | None = None
        """The newest sentence about the connection."""
        self.away: str | None = None
        """Why nothing can be trusted to be of now."""
        self.last_words: str | None = None
        """What would explain that the connection ends now."""
        self.farms: set[str] = set()
        """Market data farms that are not reached."""
        self.delayed = False
        """Prices come late."""
        self.forgotten = False
        """The gateway has dropped what was subscribed."""
        self.interrupted = False
        """It was away since everything was asked for last."""
        self.resync = False
        """Something may have been missed."""
        self.heard: dict[str, Heard] = {}
        """By what they say."""

    @property
    def fresh(self) -> bool:
        """Whether what is pushed can be trusted to be of now."""
        return self.away is None and not self.farms

    def take(self, request: int, code: int, message: str) -> None:
        """Take in a message."""
        found = words.meaning(code, message, request)
        self._take(found, message)
        match found.tells:
            case Tells.LINK:
                self.says = found.says
                if self.away is not None or found.effect is Effect.ENDING:
                    self.last_words = found.says
            case Tells.ACCOUNT if found.says in self.heard or len(self.heard) < _MOST_NOTICES:
                self.heard[found.says] = Heard(meaning=found, message=message, at=self._now())
            case _:
                pass

    def _take(self, found: Meaning, message: str) -> None:
        match found.effect:
            case Effect.AWAY:
                self.away, self._sure_of_it, self.interrupted = found.says, True, True
            case Effect.SERVER_AWAY:
                self.away, self.interrupted = found.says, True
            case Effect.BACK | Effect.BACK_EMPTY:
                self._back(forgotten=found.effect is Effect.BACK_EMPTY)
                self.farms.clear()
            case Effect.FARM_AWAY:
                self.farms.add(words.farm(message))
            case Effect.FARM_BACK:
                self._farm_back(words.farm(message), found.says)
            case Effect.DELAYED:
                self.delayed = True
            case Effect.RESUBSCRIBE:
                self.resync = True
            case _:
                pass

    def _farm_back(self, farm: str, says: str) -> None:
        # After 2110 nothing else may say that the server is reached again.
        reached = self.away is not None and not self._sure_of_it
        if reached:
            self._back(forgotten=False)
        if reached or farm in self.farms:
            self.says = says
        self.farms.discard(farm)

    def _back(self, *, forgotten: bool) -> None:
        self.resync = self.interrupted = True
        self.away, self._sure_of_it = None, False
        self.last_words = None
        self.forgotten = self.forgotten or forgotten
