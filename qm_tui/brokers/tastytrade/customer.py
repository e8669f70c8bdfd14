"""Whose login it is: the accounts that it may look into."""

from collections.abc import Sequence

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.accounts import Account, account_of
from qm_tui.brokers.tastytrade.paging import listed
from qm_tui.brokers.tastytrade.reading import read_in_turns
from qm_tui.brokers.tastytrade.rows import Read
from qm_tui.domain.words import Section

_PATH = "/customers/me/accounts"


class Customer:
    """Asks for the accounts, and remembers them.

    Args:
        access: asks.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self.accounts: Sequence[Account] = ()
        self.is_fresh = False
        """They were asked for a moment ago: whoever wants them need not ask again."""
        self.read: Read[Account] = Read((), ())
        """What came of the answer."""

    @property
    def open(self) -> Sequence[Account]:
        """The accounts that are not closed."""
        return [account for account in self.accounts if not account.is_closed]

    async def ask(self) -> None:
        """Ask for the accounts.

        Raises:
            AskFailed: they did not come; those that are known stay.
            BrokerUnavailable, BrokerRefused: the access is lost.
        """
        what = "The accounts of this login"
        rows = listed(await self._access.ask(_PATH, what=what), what)
        self.read = await read_in_turns(
            Section.ACCOUNTS, enumerate(rows), lambda row, _: account_of(row)
        )
        distinct = {account.number: account for account in self.read.records}
        self.accounts = tuple(distinct.values())
        self.is_fresh = True
