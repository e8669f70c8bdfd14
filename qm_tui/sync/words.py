"""What is said of syncs that did not go as they should."""

from qm_tui.store.leases import Leased

CANCELLED = "Cancelled. What had been stored stays."
NOT_DERIVED = "It broke down by a mistake in this program; the log says more, please report it."
WAITS_FOR_STORE = "Waits for the store: another program writes to it."
ENDED = "The program was closed. What had been stored stays."


def leased_elsewhere(name: str, leased: Leased) -> str:
    """Say who syncs a connection, and since when."""
    who, _, kind = leased.holder.partition(" ")
    pid, _, host = who.partition("@")
    program = {"monitor": "An open monitor", "sync": "Another sync"}.get(kind, "Another program")
    return (
        f"{program} (process {pid} on {host}) has {name} since {leased.since:%Y-%m-%d %H:%M} UTC. "
        "It is left to it; close that program to sync from here."
    )


def unforeseen(name: str) -> str:
    """Say that the mistake is ours."""
    return (
        f"The sync of {name} broke down by a mistake in this program. What had been stored stays; "
        "the log says more, please report it."
    )
