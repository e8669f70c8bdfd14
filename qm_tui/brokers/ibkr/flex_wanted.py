"""What a Flex query should have ticked, and what cannot be shown where it has not.

Names of sections and fields as the statement writes them, and as the query's editor does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType


class Importance(IntEnum):
    """How much is missing without it."""

    NICE = 1
    """A page, or a column of one."""
    USEFUL = 2
    """A check of what is shown, or a part of it."""
    NEEDED = 3
    """What is shown is wrong or incomplete."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Fields of a section that serve one purpose."""

    names: tuple[str, ...]
    importance: Importance
    without: str
    """What is the matter without them; goes on from `without them`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A section."""

    label: str
    """What it is called where it is ticked."""
    importance: Importance
    without: str
    """What is the matter without it; goes on from `without it`."""
    fields: tuple[Fields, ...] = ()
    levels: Mapping[str, Fields] = field(default_factory=dict)
    """Level of detail that should be there → what its box is called, and so on."""


def _needed(names: str, without: str) -> Fields:
    return Fields(names=tuple(names.split()), importance=Importance.NEEDED, without=without)


def _useful(names: str, without: str) -> Fields:
    return Fields(names=tuple(names.split()), importance=Importance.USEFUL, without=without)


def _nice(names: str, without: str) -> Fields:
    return Fields(names=tuple(names.split()), importance=Importance.NICE, without=without)


def _box(label: str, importance: Importance, without: str) -> Fields:
    return Fields(names=(label,), importance=importance, without=without)


_WHAT = _needed("assetCategory symbol conid", "nobody can tell for certain what security is meant")
_DERIVATIVE = _needed(
    "multiplier strike expiry putCall underlyingSymbol",
    "options and futures cannot be told apart or valued",
)
_ABROAD = _useful("fxRateToBase", "amounts in other currencies have no value in the base currency")

WANTED: Mapping[str, Wanted] = MappingProxyType(
    {
        "Trades": Wanted(
            label="Trades",
            importance=Importance.NEEDED,
            without="there are no trades, and no lots and gains can be derived",
            levels={
                "EXECUTION": _box(
                    "Execution",
                    Importance.NEEDED,
                    "no single fills are known and no lots can be derived from them",
                ),
                "CLOSED_LOT": _box(
                    "Closed Lots",
                    Importance.USEFUL,
                    "realized gains cannot be compared lot by lot with the broker's",
                ),
            },
            fields=(
                _WHAT,
                _needed("quantity tradePrice", "no lots can be derived"),
                _needed("currency", "no amount can be added to another"),
                _needed("dateTime", "the trades of a day have no order, and lots may be wrong"),
                _needed("transactionID", "a trade is not recognized when it is reported again"),
                _needed(
                    "ibExecID", "fills that TWS reported on the day itself may stand there twice"
                ),
                _needed("ibCommission ibCommissionCurrency", "cost and gains lack the commissions"),
                _needed(
                    "notes transactionType",
                    "cancellations, exercises and assignments look like ordinary trades",
                ),
                _DERIVATIVE,
                _useful("tradeDate settleDateTarget", "trades at night may get the wrong day"),
                _useful("taxes proceeds netCash", "the cash of a trade cannot be checked"),
                _useful(
                    "openCloseIndicator buySell cost fifoPnlRealized",
                    "gains cannot be compared with the broker's",
                ),
                _useful("levelOfDetail", "sums of trades may be taken for trades"),
                _ABROAD,
                _nice("isin cusip", "securities held elsewhere too are not recognized"),
                _nice("tradeID ibOrderID", "fills of one order are not shown together"),
            ),
        ),
        "OpenPositions": Wanted(
            label="Open Positions",
            importance=Importance.NEEDED,
            without="nothing tells whether the trades add up to what is held",
            levels={
                "SUMMARY": _box(
                    "Summary", Importance.USEFUL, "positions have to be added up from lots"
                ),
                "LOT": _box(
                    "Lot", Importance.USEFUL, "open lots cannot be compared with the broker's"
                ),
            },
            fields=(
                _WHAT,
                _needed("position", "nothing tells how much is held"),
                _needed("currency reportDate", "positions have no currency or no day"),
                _DERIVATIVE,
                _useful("costBasisMoney", "the cost basis cannot be compared with the broker's"),
                _useful("markPrice positionValue fifoPnlUnrealized", "market values are not known"),
                _useful(
                    "openDateTime holdingPeriodDateTime originatingTransactionID",
                    "the broker's lots cannot be matched with ours",
                ),
                _ABROAD,
                _nice("costBasisPrice openPrice side", "average and opening prices are missing"),
            ),
        ),
        "CashTransactions": Wanted(
            label="Cash Transactions",
            importance=Importance.NEEDED,
            without="dividends, interest, fees, taxes, deposits and withdrawals are not known",
            levels={
                "DETAIL": _box(
                    "Detail", Importance.NEEDED, "single movements of cash are not known"
                ),
            },
            fields=(
                _needed("type amount currency dateTime", "movements of cash cannot be told"),
                _needed("transactionID", "a movement is not recognized when it is reported again"),
                _useful("symbol conid", "dividends cannot be assigned to what paid them"),
                _useful("settleDate reportDate", "movements may get the wrong day"),
                _useful("description", "movements are not explained"),
                _ABROAD,
                _nice("actionID exDate", "dividends are not joined with their announcement"),
            ),
        ),
        "CorporateActions": Wanted(
            label="Corporate Actions",
            importance=Importance.NEEDED,
            without="splits, mergers and spin-offs are not known, and lots are wrong after one",
            levels={
                "DETAIL": _box(
                    "Detail", Importance.NEEDED, "single corporate actions are not known"
                ),
            },
            fields=(
                _WHAT,
                _needed(
                    "type actionDescription dateTime quantity", "what a company did cannot be told"
                ),
                _needed("transactionID", "an action is not recognized when it is reported again"),
                _useful("proceeds value actionID", "cash and the legs of one action are not known"),
            ),
        ),
        "Transfers": Wanted(
            label="Transfers",
            importance=Importance.NEEDED,
            without="what came from or went to another account is not known, and lots are wrong",
            fields=(
                _WHAT,
                _needed("direction quantity date", "what moved cannot be told"),
                _needed("transactionID", "a transfer is not recognized when it is reported again"),
                _useful("type company account", "the two sides of a transfer are not joined"),
                _useful("positionAmount cashTransfer", "the value that moved is not known"),
            ),
        ),
        "OptionEAE": Wanted(
            label="Option Exercises, Assignments and Expirations",
            importance=Importance.NEEDED,
            without="how options ended, and what stock that delivered, has to be guessed",
            fields=(
                _WHAT,
                _DERIVATIVE,
                _needed("transactionType date quantity", "how options ended cannot be told"),
                _useful("tradeID", "an event is not joined with the trade it made"),
            ),
        ),
        "CashReport": Wanted(
            label="Cash Report",
            importance=Importance.NEEDED,
            without="there are no cash balances, and cash cannot be reconciled",
            fields=(
                _needed("currency endingCash", "there are no cash balances"),
                _useful(
                    "startingCash endingSettledCash",
                    "cash cannot be followed through the period, or told from unsettled cash",
                ),
            ),
        ),
        "AccountInformation": Wanted(
            label="Account Information",
            importance=Importance.USEFUL,
            without="base currency, kind and name of the account are not known",
            fields=(
                _useful("currency", "the base currency is not known"),
                _useful(
                    "accountType customerType", "a retirement account is taken for a taxable one"
                ),
                _nice("name acctAlias dateOpened", "the account has no name and no beginning"),
            ),
        ),
        "SecuritiesInfo": Wanted(
            label="Financial Instrument Information",
            importance=Importance.USEFUL,
            without="securities that changed their name are not recognized",
            fields=(
                _useful("conid isin cusip multiplier", "securities have fewer marks to tell them"),
            ),
        ),
        "EquitySummaryInBase": Wanted(
            label="Net Asset Value (NAV) in Base",
            importance=Importance.USEFUL,
            without="there is no history of the account's value",
            fields=(_useful("reportDate total", "there is no history of the account's value"),),
        ),
        "ConversionRates": Wanted(
            label="Currency Rates (in General Configuration)",
            importance=Importance.USEFUL,
            without="amounts in other currencies cannot be converted at the day's rate",
        ),
        "InterestAccruals": Wanted(
            label="Interest Accruals",
            importance=Importance.USEFUL,
            without="margin interest that accrues is not known",
            fields=(_useful("currency interestAccrued endingAccrualBalance", "it cannot be told"),),
        ),
        "TierInterestDetails": Wanted(
            label="Tier Interest Details",
            importance=Importance.NICE,
            without="on what amount and at what rate interest was paid is not known",
        ),
        "OpenDividendAccruals": Wanted(
            label="Open Dividend Accruals",
            importance=Importance.NICE,
            without="dividends that are due are not known",
        ),
        "ChangeInDividendAccruals": Wanted(
            label="Change in Dividend Accruals",
            importance=Importance.NICE,
            without="how dividends came due is not known",
        ),
        "ChangeInNAV": Wanted(
            label="Change in NAV",
            importance=Importance.NICE,
            without="what changed the account's value is not known",
        ),
        "StmtFunds": Wanted(
            label="Statement of Funds",
            importance=Importance.NICE,
            without="cash cannot be checked line by line",
        ),
    }
)
"""Section → what is wanted of it, the most important first."""

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "accountType": "Account Type", "acctAlias": "Account Alias", "actionID": "Action ID",
        "assetCategory": "Asset Class", "buySell": "Buy/Sell", "conid": "Conid",
        "cost": "Cost Basis",
        "costBasisMoney": "Cost Basis Money", "cusip": "CUSIP", "date": "Date",
        "dateTime": "Date/Time", "fifoPnlRealized": "Realized P/L",
        "fifoPnlUnrealized": "Unrealized P/L", "fxRateToBase": "FX Rate To Base",
        "ibCommission": "IB Commission", "ibCommissionCurrency": "IB Commission Currency",
        "ibExecID": "IB Execution ID", "ibOrderID": "IB Order ID", "isin": "ISIN",
        "levelOfDetail": "Level of Detail", "notes": "Notes/Codes",
        "openCloseIndicator": "Open/Close Indicator",
        "originatingTransactionID": "Originating Transaction ID", "position": "Quantity",
        "putCall": "Put/Call", "tradeID": "Trade ID", "transactionID": "Transaction ID",
    }
)  # fmt: skip
"""Field → what it is called where it is ticked, when that is not its words one by one."""
