"""What can go wrong before the first number arrives."""

from tests.simulators.tws_fault import Fault, Outcome
from tests.simulators.tws_faults import Faults, Greeting

_HANG = "Wait for ever, or take the accounts for empty."
_FOREVER = 10**6
"""Seconds that are longer than any client waits."""

CONNECTING: tuple[Fault, ...] = (
    Fault(
        name="port-refuses",
        says="Nothing listens on the port: the gateway is not running.",
        never="Show positions as closed, or try again without a pause.",
        outcome=Outcome.REFUSED,
        faults=Faults(listening=False),
    ),
    Fault(
        name="no-answer",
        says="The gateway accepts the connection and never says a word.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.SILENCE),
    ),
    Fault(
        name="slow-greeting",
        says="The gateway answers the greeting after a second.",
        never="Give up at once.",
        outcome=Outcome.WHOLE,
        faults=Faults(greeting_after=1.0),
    ),
    Fault(
        name="greeting-too-late",
        says="The gateway answers the greeting long after anybody waits for it.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(greeting_after=_FOREVER),
    ),
    Fault(
        name="closed-at-once",
        says="The connection is accepted and closed at once.",
        never="Claim that the client id is in use: nobody said so.",
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.FIN),
    ),
    Fault(
        name="reset-at-once",
        says="The connection is accepted and reset at once.",
        never="Claim that the client id is in use: nobody said so.",
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.RST),
    ),
    Fault(
        name="garbage-greeting",
        says="The greeting is answered with bytes that mean nothing.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.GARBAGE),
    ),
    Fault(
        name="three-field-greeting",
        says="The answer to the greeting has a field too many.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.THREE_FIELDS),
    ),
    Fault(
        name="other-program",
        says="Something that speaks HTTP listens on the port.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.HTTP),
    ),
    Fault(
        name="old-version",
        says="The gateway is older than anything the client can speak to.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(greeting=Greeting.OLD_VERSION),
    ),
    Fault(
        name="no-next-valid-id",
        says="The gateway lets the client in and never says the next valid id.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(no_next_valid_id=True),
    ),
    Fault(
        name="no-managed-accounts",
        says="The gateway never says which accounts there are.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(no_managed_accounts=True),
    ),
    Fault(
        name="empty-managed-accounts",
        says="The gateway says there is no account at all.",
        never="Take accounts that are stored for closed.",
        outcome=Outcome.REFUSED,
        faults=Faults(managed_accounts=""),
    ),
    Fault(
        name="client-id-used",
        says="The first client id that is tried is in use (326).",
        never="Stop there: the next id works.",
        outcome=Outcome.WHOLE,
        faults=Faults(used_ids=1),
    ),
    Fault(
        name="three-client-ids-used",
        says="The first three client ids that are tried are in use (326).",
        never="Stop there: the fourth works.",
        outcome=Outcome.WHOLE,
        faults=Faults(used_ids=3),
    ),
    Fault(
        name="every-client-id-used",
        says="Every client id is in use (326).",
        never="Try ids without a pause and without end.",
        outcome=Outcome.REFUSED,
        faults=Faults(used_ids=_FOREVER),
    ),
    Fault(
        name="closes-with-502",
        says="The gateway says that it cannot connect (502) and closes.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(close_with=502),
    ),
    Fault(
        name="closes-with-504",
        says="The gateway says that it is not connected (504) and closes.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(close_with=504),
    ),
    Fault(
        name="closes-with-507",
        says="The gateway says the message has a bad length (507) and closes.",
        never=_HANG,
        outcome=Outcome.REFUSED,
        faults=Faults(close_with=507),
    ),
    Fault(
        name="offline-at-login",
        says="The gateway is up but has no connection to IB: 1100 and 2110, and no data.",
        never="Call it connected and show an empty book.",
        outcome=Outcome.REFUSED,
        faults=Faults(offline=True),
    ),
    Fault(
        name="first-try-fails",
        says="The first connection is reset, the second is good.",
        never="Stay away after the first.",
        outcome=Outcome.RECOVERS,
        faults=Faults(greeting=Greeting.RST, first_sessions=1),
    ),
    Fault(
        name="one-byte-at-a-time",
        says="Every frame arrives in pieces of one byte.",
        never="Lose or damage a row.",
        outcome=Outcome.WHOLE,
        faults=Faults(bytes_at_a_time=1),
    ),
    Fault(
        name="pieces-of-three-bytes",
        says="Frames arrive in pieces that cut through their lengths.",
        never="Lose or damage a row.",
        outcome=Outcome.WHOLE,
        faults=Faults(bytes_at_a_time=3),
    ),
    Fault(
        name="read-only-api",
        says='"Read-Only API" is ticked: whatever has to do with orders is refused (321).',
        never="Need it, or complain about it.",
        outcome=Outcome.WHOLE,
        faults=Faults(read_only=True),
    ),
)
