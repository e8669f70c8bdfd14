"""`qm-tui show discrepancies`: what does not add up, and with `--why` what speaks for the cause."""

import argparse
from dataclasses import fields
from typing import Any

from qm_tui.cli.environment import Environment
from qm_tui.cli.output import NOTES
from qm_tui.cli.show_lots import EXPLAINED
from qm_tui.cli.telling import reconciled
from qm_tui.domain.selection import Scope
from qm_tui.queries.discrepancies import discrepancies, reconciliation
from qm_tui.queries.discrepancy_views import DiscrepancyView, EvidenceView
from qm_tui.store.reader import Reader

WHY = ("explanation", "evidence")
"""Names that `--why` adds."""


def mistake(arguments: argparse.Namespace) -> str | None:
    """Say what is wrong with the options of discrepancies; None when nothing is."""
    if arguments.what != EXPLAINED:
        return f"--all belongs to {EXPLAINED}" if arguments.every else None
    if arguments.as_of is not None:
        return f"{EXPLAINED} are as they were found last: they have no --as-of"
    return None


async def rows(reader: Reader, scope: Scope, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """Return a row a discrepancy."""
    found = await discrepancies(reader, scope, every=arguments.every)
    return [_row(view, why=arguments.why) for view in found]


async def tell(reader: Reader, scope: Scope, here: Environment) -> None:
    """Say how much was compared: an empty answer alone could mean that nothing was."""
    now = await reconciliation(reader, Scope(account=scope.account, broker=scope.broker))
    if now.reconciled_at is None or now.breaks is None:
        if (await reconciliation(reader, Scope())).reconciled_at is not None:
            return  # Only nothing of these accounts; that none matches is said already.
        here.err.write("qm-tui: nothing is reconciled yet; sync or import first.\n")
    else:
        here.err.write(f"{reconciled(now.holdings, now.breaks, now.major)}\n")


def _row(view: DiscrepancyView, *, why: bool) -> dict[str, Any]:
    row = {field.name: getattr(view, field.name) for field in fields(view)}
    row["evidence"] = tuple(_evidence(one) for one in view.evidence)
    if why:
        row[NOTES] = [view.explanation, *(_line(one) for one in view.evidence)]
    return row


def _evidence(one: EvidenceView) -> dict[str, Any]:
    return {
        "text": one.says, "table": one.fact, "id": one.fact_id, "document": one.document,
        "document_row": one.document_row,
    }  # fmt: skip


def _line(one: EvidenceView) -> str:
    if one.document is not None:
        return f"- {one.says}  {one.document}, row {one.document_row}"
    return f"- {one.says}" if one.fact is None else f"- {one.says}  {one.fact} {one.fact_id}"
