"""What queries return rows of, by its name."""

from dataclasses import is_dataclass

from qm_tui.queries import (
    account_views,
    activity_views,
    discrepancy_views,
    lot_views,
    position_views,
    sync_views,
)

_MODULES = (
    account_views, activity_views, discrepancy_views, lot_views, position_views, sync_views,
)  # fmt: skip
VIEWS: dict[str, type] = {
    name: each
    for module in _MODULES
    for name, each in vars(module).items()
    if isinstance(each, type) and is_dataclass(each)
}
