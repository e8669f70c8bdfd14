"""What the user's configuration said of the accounts when it was last taken over."""

from sqlalchemy import Connection, select

from qm_tui.domain.settings import AccountSettings
from qm_tui.domain.words import TaxTreatment
from qm_tui.store.schema.accounts import account_settings as table


def account_settings(connection: Connection) -> tuple[AccountSettings, ...]:
    """Return the settings in the order of the configuration."""
    rows = connection.execute(select(table).order_by(table.c.id))
    return tuple(
        AccountSettings(
            number=row.number,
            nickname=row.nickname,
            tax_treatment=row.tax_treatment and TaxTreatment(row.tax_treatment),
            taxpayer=row.taxpayer,
            lot_method=row.lot_method,
        )
        for row in rows
    )
