"""How often, and for how long, a step of a Flex request may fail before it is left for later."""

import asyncio
import datetime as dt

from qm_tui.brokers.client import BrokerUnavailable
from qm_tui.brokers.ibkr.flex_asking import Asking, FaultError
from qm_tui.brokers.ibkr.flex_errors import Reaction, sentence
from qm_tui.brokers.ibkr.flex_http import BrokenError

MAKING = "Interactive Brokers is making the statement"

LEFT_ALONE = dt.timedelta(minutes=10)
"""After too many requests; who goes on asking has his token locked."""


class Patience:
    """How often, and how long, one step may fail."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self._broken = 0
        self._busy = 0
        self._crowded = 0
        self._polls = 0

    def after_broken(self, broken: BrokenError) -> tuple[float, str]:
        """Return for how long to wait, and why.

        Raises:
            BrokerUnavailable: it failed too often.
        """
        settings = self._asking.settings
        self._broken += 1
        wait = settings.retry_wait * 2 ** (self._broken - 1)
        if broken.retry_after is not None:
            wait = max(wait, broken.retry_after)
        says = f"The Flex service is not available: {broken}"
        if wait > settings.longest_retry_after:
            until = self._asking.now() + dt.timedelta(seconds=min(wait, 86_400 * 30))
            raise BrokerUnavailable(
                f"{says}. It wants to be left alone until {until:%Y-%m-%d %H:%M} UTC; "
                f"`qm-tui sync {self._asking.name}` asks again.",
                not_before=until,
            )
        if self._broken >= settings.tries:
            raise BrokerUnavailable(
                f"{says}; it was tried {self._broken} times. Check this computer's network; "
                f"the open monitor asks again by itself, `qm-tui sync {self._asking.name}` at once."
            )
        return wait, says

    def after_fault(self, refused: FaultError, *, making: bool) -> tuple[float, str]:
        """Return for how long to wait, and why.

        Args:
            refused: what the service said.
            making: it is asked for a statement that it makes, which may take its time.

        Raises:
            BrokerUnavailable: patience is at its end.
            FaultError: it will not work.
        """
        settings = self._asking.settings
        found = refused.fault
        says = f"Interactive Brokers says that {found.meaning}"
        match found.reaction:
            case Reaction.POLL if making:
                self._polls += 1
                wait = min(settings.poll_first * 2 ** min(self._polls, 20), settings.poll_most)
                if self._loop.time() + wait - self._since <= settings.poll_limit:
                    return wait, "Interactive Brokers is still making the statement"
            case Reaction.RETRY | Reaction.POLL:
                self._busy += 1
                most = settings.busy_tries_making if making else settings.busy_tries
                if self._busy <= most:
                    wait = settings.busy_wait * 2 ** (self._busy - 1)
                    return min(wait, settings.poll_most), says
            case Reaction.SLOW_DOWN:
                self._crowded += 1
                if self._crowded <= settings.crowded_tries:
                    return settings.crowded_wait, says
            case Reaction.START_OVER:
                pass
            case Reaction.NOTHING | Reaction.REFUSE:
                raise refused
        crowded = found.reaction is Reaction.SLOW_DOWN
        raise BrokerUnavailable(
            sentence(found, refused.code, self._asking.name),
            not_before=self._asking.now() + LEFT_ALONE if crowded else None,
        )
