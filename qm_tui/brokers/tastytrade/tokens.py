"""The access token: renewed in time, once for all who need it, and never asked for in a loop.

Whoever asks with secrets that are not valid is locked out for hours, with everybody behind the
same address. So a refusal is final for a connection, and a failure is shared by all who wait.
"""

import asyncio
import datetime as dt
from collections.abc import Callable

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.tastytrade import words
from qm_tui.brokers.tastytrade.download import BrokenError, Reply, retry_after
from qm_tui.brokers.tastytrade.login import Grant, Login

_EARLY = 60.0
"""Seconds before its end from which on a token is no longer used."""
_AT_LEAST = 30.0
"""Seconds for which a token is used, however short its life is said to be: not one a request."""
_REST = dt.timedelta(minutes=15)
_PASSING = frozenset({408, 425})


class Tokens:
    """Of one connection.

    Args:
        name: the connection's.
        login: asks for a token.
        now: the time.
        cleaned_of: the secrets, which no message may repeat.
    """

    def __init__(
        self,
        name: str,
        login: Login,
        now: Callable[[], dt.datetime],
        cleaned_of: tuple[str, ...],
    ) -> None:
        self.latency: dt.timedelta | None = None
        """Of the last answer."""
        self._name = name
        self._login = login
        self._now = now
        self._cleaned_of = cleaned_of
        self._lock = asyncio.Lock()
        self._grant: Grant | None = None
        self._good_until = 0.0
        """By the loop's clock: the one on the wall may jump."""
        self._refusal: str | None = None
        self._failure: BrokerUnavailable | None = None
        self._rest_until = 0.0

    async def get(self) -> str:
        """Return a token that is good for a while.

        Raises:
            BrokerRefused, BrokerUnavailable: there is none.
        """
        if self._grant is not None and asyncio.get_running_loop().time() < self._good_until:
            return self._grant.token
        return await self.another(self._grant.token if self._grant else None)

    async def another(self, than: str | None) -> str:
        """Return a token other than one that is no longer good; ask for it where there is none.

        Raises:
            BrokerRefused, BrokerUnavailable: there is none.
        """
        failure = self._failure
        async with self._lock:
            if self._grant is not None and self._grant.token != than:
                return self._grant.token
            if self._refusal is not None:
                raise BrokerRefused(self._refusal)
            resting = asyncio.get_running_loop().time() < self._rest_until
            if self._failure is not None and (resting or self._failure is not failure):
                raise BrokerUnavailable(str(self._failure), not_before=self._failure.not_before)
            return await self._renewed()

    @property
    def current(self) -> str | None:
        """The latest one, good or not."""
        return self._grant.token if self._grant else None

    def cleaned_of(self) -> tuple[str, ...]:
        """Return what no message may repeat."""
        return (*self._cleaned_of, self._grant.token) if self._grant else self._cleaned_of

    async def _renewed(self) -> str:
        try:
            try:
                reply, grant = await self._login.grant()
            except BrokenError as error:
                say = words.out_of_order if error.unreachable else words.no_token
                raise BrokerUnavailable(say(str(error))) from None
            if grant is None:
                raise self._no(reply)
        except BrokerRefused as error:
            self._refusal = str(error)
            raise
        except BrokerUnavailable as error:
            self._failure = error
            raise
        self._grant, self.latency = grant, reply.latency
        life = max(grant.life - _EARLY, _AT_LEAST)
        self._good_until = asyncio.get_running_loop().time() + life
        return grant.token

    def _no(self, reply: Reply) -> BrokerRefused | BrokerUnavailable:
        """Say what an answer without a token means."""
        status = reply.status
        said = words.complaint(reply.body, self.cleaned_of())
        if status < 500 and (status in {400, 401, 403} or words.is_dead(reply.body)):
            return BrokerRefused(words.refused(self._name, status, said))
        wish = retry_after(reply.headers, self._now())
        rest = None if wish is None else dt.timedelta(seconds=wish)
        if status == 429:
            rest = max(rest or _REST, _REST)
        elif 400 <= status < 500 and status not in _PASSING:
            return BrokerRefused(
                words.no_service(self._name, self._login.where.base_url, status, said)
            )
        if rest is not None:
            self._rest_until = asyncio.get_running_loop().time() + rest.total_seconds()
        clause = (
            "it answers without a token" if reply.is_success
            else f"the login is out of order {words.with_status(status, said)}"
        )  # fmt: skip
        if status == 429:
            clause = f"it is asked too often {words.with_status(status, said)}"
        return BrokerUnavailable(
            words.no_token(clause), not_before=None if rest is None else self._now() + rest
        )
