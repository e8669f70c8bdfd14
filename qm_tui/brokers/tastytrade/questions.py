"""One question to Tastytrade: asked with a token, asked again where that may help, and read."""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.tastytrade import words
from qm_tui.brokers.tastytrade.answers import Answer, AskFailed
from qm_tui.brokers.tastytrade.decoding import Decoded, GarbledError, decoded
from qm_tui.brokers.tastytrade.download import BrokenError, Reply, fetched, retry_after
from qm_tui.brokers.tastytrade.login import Login
from qm_tui.brokers.tastytrade.settings import Asking
from qm_tui.brokers.tastytrade.tokens import Tokens

Query = Mapping[str, str | int | Sequence[str]]
"""What stands behind the question mark; several values of one name as a list."""

_LOG = logging.getLogger(__name__)
_PASSING = frozenset({408, 425})
_SOON = 256 * 1024
"""Bytes that are decoded at once; the screen would feel more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked for."""

    path: str
    params: Query | None
    what: str
    """For sentences: “Positions of 5WX…001”."""


class _TroubleError(Exception):
    """What was asked may be asked again: a clause, and when at the earliest (seconds)."""

    def __init__(self, says: str, *, status: int | None = None, wish: float = 0.0) -> None:
        super().__init__(says)
        self.status = status
        self.wish = wish


class Questions:
    """Of one connection; some of them may be under way at the same time.

    Args:
        name: the connection's.
        login: with whose client is asked.
        tokens: which are shown.
        now: the time.
        settings: how patiently.
    """

    def __init__(
        self,
        name: str,
        login: Login,
        tokens: Tokens,
        now: Callable[[], dt.datetime],
        settings: Asking,
    ) -> None:
        self.latency: dt.timedelta | None = None
        """From a question to the first byte of its answer; of the last one."""
        self.sent_at: dt.datetime | None = None
        """The time on the broker's clock, when it last said."""
        self.login = login
        self.tokens = tokens
        self._name = name
        self._now = now
        self._settings = settings
        self._quiet_until = 0.0
        """By the loop's clock: the broker asked all of us to wait."""

    async def answer(self, question: Question) -> Answer:
        """Return the whole answer to a question.

        Raises:
            AskFailed: this one cannot be answered (now); others may be.
            BrokerUnavailable: nobody answers, or wants to be asked.
            BrokerRefused: the login is not accepted.
        """
        tokens = self.tokens
        renewed = False
        tries = 0
        clock = asyncio.get_running_loop().time
        while True:
            await self._quiet(question)
            token = await tokens.get()
            asked_at, began = self._now(), clock()
            try:
                reply = await self._reply(question, token)
                if reply.status == 401 and not renewed:
                    renewed = True
                    await tokens.another(token)
                    continue
                found = await self._read(question, reply)
            except _TroubleError as trouble:
                # What trickled for as long as an answer may take does so again.
                is_slow = clock() - began >= self._settings.whole
                tries = self._settings.tries if is_slow else tries + 1
                await self._pause(question, trouble, tries)
                continue
            return Answer(
                path=question.path, body=found.body, data=found.data, items=found.items,
                pagination=found.pagination, asked_at=asked_at, latency=reply.latency,
            )  # fmt: skip

    async def _reply(self, question: Question, token: str) -> Reply:
        """Ask once."""
        client = self.login.client
        request = client.build_request(
            "GET", question.path, params=_query(question.params),
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip
        try:
            reply = await fetched(client, request, self._settings)
        except BrokenError as error:
            if error.unreachable:
                raise BrokerUnavailable(words.out_of_order(str(error))) from None
            if not error.passing:
                raise AskFailed(words.failed(question.what, str(error))) from None
            raise _TroubleError(str(error)) from None
        self.latency = reply.latency
        self.sent_at = reply.sent_at or self.sent_at
        return reply

    async def _read(self, question: Question, reply: Reply) -> Decoded:
        """Read what came."""
        if not reply.is_success:
            raise self._no(question, reply)
        try:
            if len(reply.body) <= _SOON:
                return decoded(reply.body)
            return await asyncio.to_thread(decoded, reply.body)
        except GarbledError as error:
            host = self.login.where.host
            raise _TroubleError(f"{host} answers with {error}", status=reply.status) from None

    def _no(self, question: Question, reply: Reply) -> Exception:
        """Say what an answer means that is an error."""
        status = reply.status
        said = words.complaint(reply.body, self.tokens.cleaned_of())
        if status == 401:
            return BrokerRefused(words.refused_token(self._name, said))
        wish = retry_after(reply.headers, self._now())
        if status == 429:
            return _TroubleError(said, status=status, wish=self._left_alone(wish))
        if status >= 500 or status in _PASSING:
            clause = f"{self.login.where.host} is out of order {words.with_status(status, said)}"
            return _TroubleError(clause, status=status, wish=wish or 0.0)
        return AskFailed(words.denied(question.what, status, said), status=status)

    def _left_alone(self, wish: float | None) -> float:
        """Let all questions wait for as long as the broker wants to be left alone."""
        seconds = self._settings.rest if wish is None else wish
        until = asyncio.get_running_loop().time() + seconds
        self._quiet_until = max(self._quiet_until, until)
        return seconds

    async def _pause(self, question: Question, trouble: _TroubleError, tries: int) -> None:
        """Wait before a question is asked again.

        Raises:
            AskFailed, BrokerUnavailable: it has been asked often enough.
        """
        settings = self._settings
        if tries < settings.tries and trouble.wish <= settings.patience:
            _LOG.info("asking again (%s)", trouble.status or "no whole answer")
            pause = settings.pauses[min(tries, len(settings.pauses)) - 1]
            await asyncio.sleep(max(pause, trouble.wish))
            return
        if trouble.status == 429:
            until = self._now() + dt.timedelta(seconds=max(trouble.wish, settings.rest))
            said = words.too_often(question.what, str(trouble))
            raise BrokerUnavailable(said, not_before=until)
        says = words.failed(question.what, str(trouble))
        raise AskFailed(says, status=trouble.status, passing=True)

    async def _quiet(self, question: Question) -> None:
        """Wait while the broker wants to be left alone by all of us.

        Raises:
            BrokerUnavailable: that takes too long.
        """
        seconds = self._quiet_until - asyncio.get_running_loop().time()
        if seconds > self._settings.patience:
            until = self._now() + dt.timedelta(seconds=seconds)
            raise BrokerUnavailable(words.too_often(question.what, ""), not_before=until)
        await asyncio.sleep(max(0.0, seconds))


def _query(params: Query | None) -> "dict[str, str | int | list[str]] | None":
    if params is None:
        return None
    return {
        name: value if isinstance(value, str | int) else list(value)
        for name, value in params.items()
    }
