"""Questions that were not answered in a row: when there are too many, nobody answers."""

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.tastytrade.answers import AskFailed
from qm_tui.domain.words import Section

_IN_A_ROW = 3
_SECTIONS = 2


class Failures:
    """Counts failures that may pass, from the last answer on.

    One section may be out of order by itself, for all accounts; with two of them it is the broker.
    """

    def __init__(self) -> None:
        self._failed: list[tuple[Section, AskFailed]] = []
        self.lost: BrokerUnavailable | BrokerRefused | None = None
        """Why there will be no more answers."""

    def answered(self) -> None:
        """Note that a question was answered, if only by a refusal."""
        self._failed.clear()

    def add(self, section: Section, failure: AskFailed) -> None:
        """Note a failure."""
        if failure.passing:
            self._failed.append((section, failure))
        else:
            self.answered()

    def check(self) -> None:
        """Raise when it is of no use to go on, after what came was told.

        Raises:
            BrokerUnavailable, BrokerRefused: the access is lost, or nobody answers.
        """
        if self.lost is not None:
            raise self.lost
        sections = {section for section, _ in self._failed}
        if len(self._failed) >= _IN_A_ROW and len(sections) >= _SECTIONS:
            raise BrokerUnavailable(str(self._failed[-1][1]))
