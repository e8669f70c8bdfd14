"""How much of what there is to keep as margin is required to be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.queries.account_views import AccountView
from qm_tui.queries.pulse_views import Margin, MarginUse

_LEVELS = (
    (Decimal("0.50"), Margin.COMFORTABLE),
    (Decimal("0.75"), Margin.WATCHFUL),
    (Decimal("0.90"), Margin.HIGH),
)
_ZERO = Decimal(0)


def margin_uses(
    views: Sequence[AccountView], rates: Mapping[tuple[str, str], Decimal | None]
) -> tuple[MarginUse, tuple[MarginUse, ...]]:
    """Return the margin of all accounts together in the base currency, and that of each."""
    each = [
        use
        for view in views
        if (use := margin_use(
            view.account, view.nickname or view.account, view.margin_used, view.margin_available
        )).used is not None
    ]  # fmt: skip
    used: list[Decimal] = []
    free: list[Decimal] = []
    missing: list[str] = []
    for view in views:
        factor = rates[view.broker, view.account]
        if factor is None or view.margin_used is None:
            if view.positions or view.margin_used:
                missing.append(view.account)
            continue
        used.append(view.margin_used * factor)
        if view.margin_available is not None:
            free.append(view.margin_available * factor)
    whole = margin_use(
        None,
        "All accounts",
        sum(used, _ZERO) if used else None,
        sum(free, _ZERO) if free and len(free) == len(used) else None,
    )
    return replace(whole, missing=tuple(missing)), tuple(
        sorted(each, key=lambda use: -(use.share or _ZERO))
    )


def margin_use(
    account: str | None, name: str, used: Decimal | None, available: Decimal | None
) -> MarginUse:
    """Return the share that is used, and how close that is to a margin call."""
    share = None
    if used is not None and available is not None:
        there_is = used + available
        share = used / there_is if there_is > 0 else (Decimal(1) if used else _ZERO)
    return MarginUse(
        account=account, name=name, used=used, available=available, share=share,
        level=None if share is None else level_of(share),
    )  # fmt: skip


def level_of(share: Decimal) -> Margin:
    """Return how close a share is to a margin call."""
    if share <= 0:
        return Margin.UNUSED
    return next((level for below, level in _LEVELS if share < below), Margin.CRITICAL)
