"""The names Interactive Brokers is known to use in Flex statements; anything else is a novelty.

Sections and attributes as of the public ibflex library, version 1.1, and of public samples.
"""

from collections.abc import Mapping
from types import MappingProxyType


def words(text: str) -> frozenset[str]:
    """Return the words of a text, to tell what is among them."""
    return frozenset(text.split())


SECTIONS = words(
    """
    AccountInformation ChangeInNAV CashReport MTDYTDPerformanceSummary
    MTMPerformanceSummaryInBase EquitySummaryInBase FIFOPerformanceSummaryInBase
    FdicInsuredDepositsByBank StmtFunds ChangeInPositionValues OpenPositions
    NetStockPositionSummary ComplexPositions FxPositions Trades HKIPOSubscriptionActivity
    TradeConfirms TransactionTaxes OptionEAE PendingExcercises TradeTransfers FxTransactions
    UnbookedTrades RoutingCommissions IBGNoteTransactions UnsettledTransfers
    UnbundledCommissionDetails Adjustments PriorPeriodPositions CorporateActions ClientFees
    ClientFeesDetail DebitCardActivities SoftDollars CashTransactions SalesTaxes CFDCharges
    InterestAccruals TierInterestDetails HardToBorrowDetails HardToBorrowMarkupDetails
    SLBOpenContracts SLBActivities SLBFees Transfers ChangeInDividendAccruals
    OpenDividendAccruals SecuritiesInfo ConversionRates HKIPOOpenSubscriptions CommissionCredits
    StockGrantActivities SLBCollaterals IncentiveCouponAccrualDetails DepositsOnHold
    """
)
"""Children of FlexStatement."""

STATEMENT = words("accountId acctAlias model fromDate toDate period whenGenerated")

_OF_ANY_ROW = words("accountId acctAlias model currency fxRateToBase levelOfDetail")

_OF_AN_INSTRUMENT = words(
    """
    assetCategory subCategory symbol description conid securityID securityIDType cusip isin figi
    sedol listingExchange underlyingConid underlyingSymbol underlyingSecurityID
    underlyingListingExchange issuer issuerCountryCode multiplier strike expiry putCall
    principalAdjustFactor serialNumber deliveryType commodityType fineness weight
    """
)

_ACCOUNT_INFORMATION = _OF_ANY_ROW | words(
    """
    accountId acctAlias model currency name accountType customerType accountCapabilities
    tradingPermissions registeredRepName registeredRepPhone dateOpened dateFunded dateClosed
    street street2 city state country postalCode streetResidentialAddress
    street2ResidentialAddress cityResidentialAddress stateResidentialAddress
    countryResidentialAddress postalCodeResidentialAddress masterName ibEntity primaryEmail
    accountRepName accountRepPhone lastTradedDate
    """
)

# Cash is reported in total and by segment, month and year to date: name + one of these endings.
CASH_ENDINGS = ("Sec", "Com", "Paxos", "IBUKL", "MTD", "YTD")
CASH_NAMES = words(
    """
    startingCash clientFees commissions billableCommissions billableSalesTax depositWithdrawals
    deposits withdrawals accountTransfers internalTransfers dividends brokerFees brokerInterest
    bondInterest cashSettlingMtm cfdCharges netTradesSales netTradesPurchases feesReceivables
    paymentInLieu transactionTax withholdingTax fxTranslationGainLoss otherFees endingCash
    endingSettledCash paxosTransfers excessFundSweep insuredDepositInterest realizedVm
    advisorFees taxReceivables withholding871m withholdingCollectedTax salesTax otherIncome
    avgCreditBalance avgDebitBalance linkingAdjustments other debitCardActivity billPay
    realizedForexVm ipoSubscription commissionCreditsRedemption referralFee carbonCredits
    donations slbStartingCashCollateral slbNetSecuritiesLentActivity slbEndingCashCollateral
    slbNetCash slbNetSettledCash
    """
)
"""The totals of a CashReport, in the broker's words."""

_CASH_REPORT = (
    _OF_ANY_ROW
    | words("fromDate toDate insuredDepositInteresPaxos advisorFeePaxos")
    | {name + ending for name in CASH_NAMES for ending in ("", *CASH_ENDINGS)}
)

_EQUITY_NAMES = words(
    """
    reportDate cash slbCashCollateral stock slbDirectSecuritiesBorrowed slbDirectSecuritiesLent
    options bonds bondInterestAccrualsComponent notes incentiveCouponAccruals interestAccruals
    softDollars dividendAccruals total commodities funds forexCfdUnrealizedPl
    brokerInterestAccrualsComponent brokerCashComponent brokerFeesAccrualsComponent
    eventContractInterestAccruals marginFinancingChargeAccruals cfdUnrealizedPl
    insuredBankDepositRedemptionCashComponent fdicInsuredBankSweepAccount
    fdicInsuredBankSweepAccountCashComponent fdicInsuredAccountInterestAccruals
    fdicInsuredAccountInterestAccrualsComponent ipoSubscription crypto physDel
    liteSurchargeAccruals
    """
)
_EQUITY_SUMMARY = _OF_ANY_ROW | {
    name + side for name in _EQUITY_NAMES for side in ("", "Long", "Short")
}

_CASH_TRANSACTION = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    type amount dateTime tradeID code transactionID reportDate clientReference settleDate
    actionID availableForTradingDate exDate
    """
    )
)

_INTEREST_ACCRUALS = _OF_ANY_ROW | words(
    """
    accountId currency fromDate toDate startingAccrualBalance interestAccrued accrualReversal
    endingAccrualBalance acctAlias model fxTranslation
    """
)

_TIER_INTEREST = _OF_ANY_ROW | words(
    """
    accountId acctAlias model currency fxRateToBase interestType valueDate tierBreak
    balanceThreshold securitiesPrincipal commoditiesPrincipal ibuklPrincipal totalPrincipal rate
    securitiesInterest commoditiesInterest ibuklInterest totalInterest code fromAcct toAcct
    reportDate marginBalance
    """
)

_TRANSFER = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    type direction reportDate date dateTime account deliveringBroker quantity transferPrice
    positionAmount positionAmountInBase capitalGainsPnl cashTransfer code clientReference
    company accountName pnlAmount pnlAmountInBase fxPnl transactionID settleDate
    positionInstructionID positionInstructionSetID openDateTime holdingPeriodDateTime cost
    """
    )
)

_OPTION_EAE = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    transactionType date quantity tradePrice markPrice proceeds commisionsAndTax costBasis
    realizedPnl capitalGainsPnl fxPnl mtmPnl tradeID relatedTradeID origTransactionID
    relatedTransactionID rtn initialInvestment
    """
    )
)

_OPEN_POSITION = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    side reportDate position markPrice positionValue openPrice costBasisPrice costBasisMoney
    fifoPnlUnrealized openDateTime holdingPeriodDateTime code originatingOrderID
    originatingTransactionID accruedInt percentOfNAV positionValueInBase
    unrealizedCapitalGainsPnl unrealizedlFxPnl vestingDate
    """
    )
)

_CHANGE_IN_NAV = _OF_ANY_ROW | words(
    """
    accountId acctAlias model fromDate toDate startingValue mtm realized changeInUnrealized
    costAdjustments transferredPnlAdjustments depositsWithdrawals internalCashTransfers
    assetTransfers debitCardActivity billPay dividends withholdingTax withholding871m
    withholdingTaxCollected changeInDividendAccruals interest changeInInterestAccruals
    advisorFees brokerFees changeInBrokerFeeAccruals clientFees otherFees feesReceivables
    commissions commissionReceivables forexCommissions transactionTax taxReceivables salesTax
    softDollars netFxTrading fxTranslation linkingAdjustments other endingValue twr
    corporateActionProceeds commissionCreditsRedemption grantActivity excessFundSweep
    billableSalesTax mtmAtPaxos carbonCredits donations paxosTransfers commissionsAtPaxos
    referralFee currency changeInIncentiveCouponAccruals otherIncome
    """
)

_STATEMENT_OF_FUNDS = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    balance debit credit tradeID date reportDate activityDescription amount buySell settleDate
    activityCode orderID tradeQuantity tradePrice tradeGross tradeCommission tradeTax tradeCode
    transactionID actionID relatedTradeID origTransactionID relatedTransactionID tradeTime
    dateTime orderTime
    """
    )
)

_CORPORATE_ACTION = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    actionID actionDescription dateTime amount quantity fifoPnlRealized capitalGainsPnl fxPnl
    mtmPnl type code reportDate proceeds value transactionID costBasis
    """
    )
)

_SECURITY_INFO = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    underlyingCategory maturity issueDate type code settlementPolicyMethod relatedTradeID
    origTransactionID relatedTransactionID rtn initialInvestment coupon
    """
    )
)

_DIVIDEND_ACCRUAL = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    date reportDate exDate payDate quantity tax fee grossRate grossAmount netAmount code
    fromAcct toAcct actionID
    """
    )
)

_TRADE = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    transactionType openCloseIndicator buySell orderType tradeID reportDate tradeDate tradeTime
    settleDateTarget exchange quantity tradePrice tradeMoney proceeds netCash netCashInBase
    taxes ibCommission ibCommissionCurrency closePrice notes cost mtmPnl origTradePrice
    origTradeDate origTradeID origOrderID openDateTime fifoPnlRealized capitalGainsPnl ibOrderID
    orderTime changeInPrice changeInQuantity fxPnl clearingFirmID transactionID
    holdingPeriodDateTime ibExecID brokerageOrderID orderReference volatilityOrderLink
    exchOrderId extExecID traderID isAPIOrder dateTime whenRealized whenReopened accruedInt
    relatedTradeID relatedTransactionID origTransactionID rtn initialInvestment positionActionID
    """
    )
)

_CONFIRMATION = (
    _OF_ANY_ROW
    | _OF_AN_INSTRUMENT
    | words(
        """
    transactionType tradeID orderID execID extExecID brokerageOrderID orderReference
    volatilityOrderLink clearingFirmID origTradePrice origTradeDate origTradeID origOrderID
    origTransactionID transactionID orderTime dateTime reportDate settleDate tradeDate tradeTime
    exchange buySell openCloseIndicator quantity price amount proceeds netCash
    netCashWithBillable commission brokerExecutionCommission brokerClearingCommission
    thirdPartyExecutionCommission thirdPartyClearingCommission thirdPartyRegulatoryCommission
    otherCommission commissionCurrency tax salesTax tradeCharge billableSalesTax code orderType
    traderID isAPIOrder allocatedTo accruedInt rfqID blockID relatedTradeID relatedTransactionID
    ibExecID tradePrice ibCommission ibCommissionCurrency taxes ibOrderID notes settleDateTarget
    """
    )
)

_CONVERSION_RATE = words("reportDate fromCurrency toCurrency rate")

_TRADE_ROWS = ("Trade", "Lot", "ClosedLot", "WashSale", "Order", "SymbolSummary", "AssetSummary")
_CONFIRMATION_ROWS = ("TradeConfirm", "TradeConfirmation", "Order", "SymbolSummary", "AssetSummary")

ATTRIBUTES: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        ("AccountInformation", "AccountInformation"): _ACCOUNT_INFORMATION,
        ("EquitySummaryInBase", "EquitySummaryByReportDateInBase"): _EQUITY_SUMMARY,
        ("ChangeInNAV", "ChangeInNAV"): _CHANGE_IN_NAV,
        ("CashReport", "CashReportCurrency"): _CASH_REPORT,
        ("CashTransactions", "CashTransaction"): _CASH_TRANSACTION,
        ("InterestAccruals", "InterestAccrualsCurrency"): _INTEREST_ACCRUALS,
        ("TierInterestDetails", "TierInterestDetail"): _TIER_INTEREST,
        ("Transfers", "Transfer"): _TRANSFER,
        ("Transfers", "TransferLot"): _TRANSFER,
        ("OptionEAE", "OptionEAE"): _OPTION_EAE,
        ("CorporateActions", "CorporateAction"): _CORPORATE_ACTION,
        ("OpenPositions", "OpenPosition"): _OPEN_POSITION,
        ("StmtFunds", "StatementOfFundsLine"): _STATEMENT_OF_FUNDS,
        ("SecuritiesInfo", "SecurityInfo"): _SECURITY_INFO,
        ("ConversionRates", "ConversionRate"): _CONVERSION_RATE,
        ("ChangeInDividendAccruals", "ChangeInDividendAccrual"): _DIVIDEND_ACCRUAL,
        ("OpenDividendAccruals", "OpenDividendAccrual"): _DIVIDEND_ACCRUAL,
        **{("Trades", tag): _TRADE for tag in _TRADE_ROWS},
        **{("TradeConfirms", tag): _CONFIRMATION for tag in _CONFIRMATION_ROWS},
    }
)
"""(section, row) → the attributes it may have."""
