"""The screens that have a key of their own: each is made when it is first shown."""

from collections.abc import Callable, Mapping

from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session


def _pulse(session: Session) -> Page:
    from qm_tui.ui.screens.pulse import PulseScreen  # noqa: PLC0415 - when first shown

    return PulseScreen(session, ("Pulse",))


def _accounts(session: Session) -> Page:
    from qm_tui.ui.screens.accounts import AccountsScreen  # noqa: PLC0415 - when first shown

    return AccountsScreen(session, ("Accounts",))


def _positions(session: Session) -> Page:
    from qm_tui.ui.screens.positions import PositionsScreen  # noqa: PLC0415 - when first shown

    return PositionsScreen(session, ("Positions",))


def _options(session: Session) -> Page:
    from qm_tui.ui.screens.options import OptionsScreen  # noqa: PLC0415 - when first shown

    return OptionsScreen(session, ("Options",))


def _lots(session: Session) -> Page:
    from qm_tui.ui.screens.lots import LotsScreen  # noqa: PLC0415 - when first shown

    return LotsScreen(session, ("Lots",))


def _discrepancies(session: Session) -> Page:
    from qm_tui.ui.screens.discrepancies import DiscrepanciesScreen  # noqa: PLC0415 - the same

    return DiscrepanciesScreen(session, ("Discrepancies",))


def _activity(session: Session) -> Page:
    from qm_tui.ui.screens.activity import ActivityScreen  # noqa: PLC0415 - when first shown

    return ActivityScreen(session, ("Activity",))


def _syncs(session: Session) -> Page:
    from qm_tui.ui.screens.syncs import SyncsScreen  # noqa: PLC0415 - when first shown

    return SyncsScreen(session, ("Syncs",))


def _errors(session: Session) -> Page:
    from qm_tui.ui.screens.errors import ErrorsScreen  # noqa: PLC0415 - when first shown

    return ErrorsScreen(session, ("Errors",))


MODES: Mapping[str, Callable[[Session], Page]] = {
    "pulse": _pulse,
    "accounts": _accounts,
    "positions": _positions,
    "options": _options,
    "lots": _lots,
    "discrepancies": _discrepancies,
    "activity": _activity,
    "syncs": _syncs,
    "errors": _errors,
}
