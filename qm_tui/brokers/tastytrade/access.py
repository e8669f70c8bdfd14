"""The connection to Tastytrade: opened with secrets, asked as long as it is open, and closed."""

import asyncio
import datetime as dt
import re
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable, Secrets
from qm_tui.brokers.tastytrade import words
from qm_tui.brokers.tastytrade.address import Addresses
from qm_tui.brokers.tastytrade.answers import Answer, AskFailed
from qm_tui.brokers.tastytrade.library import certificates, library
from qm_tui.brokers.tastytrade.login import Login
from qm_tui.brokers.tastytrade.questions import Query, Question, Questions
from qm_tui.brokers.tastytrade.settings import Asking
from qm_tui.brokers.tastytrade.tokens import Tokens
from qm_tui.brokers.tastytrade.values import new_york_day

Params = Query
_PATH = re.compile(r"(?:/(?!\.+(?:/|$))[A-Za-z0-9._~%-]+)+", re.ASCII)
_FAREWELL = 2.0


class Access:
    """Asks and reads; there is nothing here that could change anything at the broker.

    Args:
        name: the connection's.
        addresses: whom to ask.
        secrets: hands out `client_secret` and `refresh_token`.
        now: the time.
        settings: how patiently.
    """

    def __init__(
        self,
        *,
        name: str,
        addresses: Addresses,
        secrets: Secrets,
        now: Callable[[], dt.datetime],
        settings: Asking,
    ) -> None:
        self.addresses = addresses
        self._name = name
        self._secrets = secrets
        self._now = now
        self._settings = settings
        self._at_once = asyncio.Semaphore(settings.at_once)
        self._questions: Questions | None = None
        self._closed = False
        self._under_way: set[asyncio.Timeout] = set()
        self._none_under_way = asyncio.Event()

    @property
    def settings(self) -> Asking:
        """How patiently is asked."""
        return self._settings

    @property
    def latency(self) -> dt.timedelta | None:
        """From a question to the first byte of its answer; of the last one."""
        questions = self._questions
        return (questions.latency or questions.tokens.latency) if questions else None

    def today(self) -> dt.date:
        """Return the day in New York: ours or the broker's, whatever is earlier.

        What a clock that is ahead takes for asked would never be asked for again.
        """
        ours = new_york_day(self._now())
        there = self._questions.sent_at if self._questions else None
        return ours if there is None else min(ours, new_york_day(there))

    async def open(self) -> None:
        """Fetch the secrets and a first token; does nothing when that is done.

        Raises:
            BrokerRefused: the secrets are not accepted, or there are none.
            BrokerUnavailable: nobody answers as he should.
        """
        async with self._while_open():
            if self._questions is None:
                # A second of loading and reading certificates, during which keys are answered.
                await asyncio.to_thread(_load)
                hidden = await self._secret("client_secret"), await self._secret("refresh_token")
                login = await asyncio.to_thread(Login, self.addresses, *hidden, self._settings)
                tokens = Tokens(self._name, login, self._now, hidden)
                self._questions = Questions(self._name, login, tokens, self._now, self._settings)
            await self._questions.tokens.get()

    async def token(self) -> str:
        """Return an access token that is good for a while.

        Raises:
            BrokerRefused, BrokerUnavailable: there is none.
        """
        async with self._while_open():
            return await self._opened().tokens.get()

    async def renew(self) -> str:
        """Return another access token: the one before was not accepted.

        Raises:
            BrokerRefused, BrokerUnavailable: there is none.
        """
        async with self._while_open():
            tokens = self._opened().tokens
            return await tokens.another(tokens.current)

    async def ask(self, path: str, params: Params | None = None, *, what: str) -> Answer:
        """Ask for something and return the whole answer; asks again what may pass.

        Args:
            path: from the base URL on.
            params: of the query; several values of one name as a list.
            what: is asked for, for sentences: “Positions of 5WX…001”.

        Raises:
            AskFailed: this one cannot be answered (now); others may be.
            BrokerUnavailable: nobody answers, or wants to be asked.
            BrokerRefused: the login is not accepted.
        """
        if not _PATH.fullmatch(path):
            raise AskFailed(f"{what}: there is no such question.")
        question = Question(path=path, params=params, what=what)
        async with self._while_open(), self._at_once:
            return await self._opened().answer(question)

    async def close(self) -> None:
        """Let go of the connection; what is under way fails. May be called twice."""
        self._closed = True
        questions, self._questions = self._questions, None
        self._none_under_way.clear()
        for scope in self._under_way:
            if not scope.expired():
                scope.reschedule(asyncio.get_running_loop().time())
        if self._under_way:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._none_under_way.wait(), _FAREWELL)
        if questions is not None:
            await questions.login.client.aclose()

    # --- being open --------------------------------------------------------------------------

    async def _secret(self, name: str) -> str:
        secret = (await self._secrets(name)).strip()
        if not secret:
            # In the place of an empty one the client library would look into the environment.
            raise BrokerRefused(words.missing(self._name, name))
        return secret

    def _opened(self) -> Questions:
        if self._questions is None:
            raise BrokerUnavailable(words.closed(self._name))
        return self._questions

    @asynccontextmanager
    async def _while_open(self) -> AsyncIterator[None]:
        """Do something that ends, in words, when the connection is closed meanwhile."""
        if self._closed:
            raise BrokerUnavailable(words.closed(self._name))
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._under_way.add(scope)
                try:
                    yield
                finally:
                    self._under_way.discard(scope)
                    if not self._under_way:
                        self._none_under_way.set()
        except TimeoutError:
            if not scope.expired():
                raise
            raise BrokerUnavailable(words.closed(self._name)) from None


def _load() -> None:
    """Load what takes its time.

    Raises:
        BrokerRefused: this computer's settings are in the way.
    """
    library()
    try:
        certificates()
    except (OSError, ssl.SSLError):
        raise BrokerRefused(
            "The certificates that this computer's environment names (SSL_CERT_FILE, SSL_CERT_DIR) "
            "cannot be read. Correct or unset them."
        ) from None
