"""What the user's configuration said when it was last taken over."""

from decimal import Decimal

from sqlalchemy import Connection, select

from qm_tui.domain.booking.policy import CallAsReplacement, PreSale
from qm_tui.domain.settings import AccountSettings, TaxSettings
from qm_tui.domain.words import TaxTreatment
from qm_tui.store.schema.accounts import account_settings as table
from qm_tui.store.schema.booking import booking_state


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


def tax_settings(connection: Connection) -> TaxSettings:
    """Return what was said of taxes; the defaults where nothing was."""
    said = connection.scalar(select(booking_state.c.tax_settings)) or {}
    return TaxSettings(
        section_1256=dict(said.get("section_1256", {})),
        call_as_replacement=CallAsReplacement(
            said.get("call_as_replacement", CallAsReplacement.FLAG)
        ),
        pre_sale=PreSale(said.get("pre_sale", PreSale.STILL_HELD)),
        identical=tuple(tuple(group) for group in said.get("identical", ())),
        spin_offs={
            symbol: Decimal(fraction) for symbol, fraction in said.get("spin_offs", {}).items()
        },
    )
