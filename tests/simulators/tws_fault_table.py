"""Every fault there is, by name: what the program is tried against, here and from outside."""

from collections.abc import Mapping

from tests.simulators.tws_fault import Fault, Outcome
from tests.simulators.tws_faults_answers import ANSWERS
from tests.simulators.tws_faults_connecting import CONNECTING
from tests.simulators.tws_faults_events import EVENTS
from tests.simulators.tws_faults_prices import PRICES
from tests.simulators.tws_faults_rows import ROWS

__all__ = ["ALWAYS", "FAULTS", "Fault", "Outcome"]

ALWAYS = (
    "No row is lost that was stored before, none is invented, none is closed that the gateway did "
    "not say was closed; no order message is sent; the program stays up and answers its keys."
)
"""What must hold under every fault, and after it."""

FAULTS: Mapping[str, Fault] = {
    fault.name: fault for fault in (*CONNECTING, *ANSWERS, *ROWS, *PRICES, *EVENTS)
}
