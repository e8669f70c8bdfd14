"""Whether anything is other than when both sides were compared last."""

from typing import NamedTuple

from sqlalchemy import Connection

_STATE = (
    "SELECT (SELECT coalesce(max(id), 0) FROM sync_runs), "
    "(SELECT count(finished_at) FROM sync_runs), "
    "(SELECT coalesce(max(id), 0) FROM observation_sets), "
    "(SELECT count(*) FROM dirty_marks), "
    "(SELECT coalesce(max(id), 0) FROM accounts), "
    "generation, derivations, saves FROM booking_state"
)


class State(NamedTuple):
    """How far the store is: equal as long as both sides say the same."""

    run: int
    finished: int
    observed: int
    waiting: int
    accounts: int
    generation: int
    derivations: int
    saves: int


def state(connection: Connection) -> State:
    """Return how far the store is."""
    return State(*connection.exec_driver_sql(_STATE).one())


def facts(connection: Connection) -> int:
    """Return roughly how many facts there are to compare: trades, and positions as often told."""
    return int(
        connection.exec_driver_sql(
            "SELECT (SELECT coalesce(max(id), 0) FROM trades) "
            "+ (SELECT coalesce(max(id), 0) FROM positions) / 10"
        ).scalar_one()
    )
