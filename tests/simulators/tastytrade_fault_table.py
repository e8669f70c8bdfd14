"""Every fault there is, by name: what the program is tried against, here and from outside."""

from collections.abc import Mapping

from tests.simulators.tastytrade_fault import Fault, Outcome
from tests.simulators.tastytrade_faults_access import ACCESS
from tests.simulators.tastytrade_faults_answers import ANSWERS
from tests.simulators.tastytrade_faults_history import HISTORY_FAULTS
from tests.simulators.tastytrade_faults_streams import STREAMS

__all__ = ["ALWAYS", "FAULTS", "Fault", "Outcome"]

ALWAYS = (
    "No row is lost that was stored before, none is invented, none is closed that the broker did "
    "not say was closed; nothing is asked for but to read, and for tokens; no token is in a log; "
    "the program stays up and answers its keys."
)
"""What must hold under every fault, and after it."""

FAULTS: Mapping[str, Fault] = {
    fault.name: fault for fault in (*ACCESS, *ANSWERS, *HISTORY_FAULTS, *STREAMS)
}
