"""Every decision with its terms, its alternative and what would have tipped it."""

from __future__ import annotations

from agents.decision import CountryDecision
from world.clock import Clock
from world.records.schema import Record


class Ledger:
    """Writes decisions into the record, one row a term; a decision without terms gets one row with an
    empty term.
    """

    def __init__(self, record: Record, clock: Clock) -> None:
        self.record = record
        self._clock = clock
        self._count = 0

    def enter(self, decision: CountryDecision, role: str, round_: int) -> None:
        """Enter one decision."""
        terms = list(decision.terms) or [""]
        self.record.add(
            "decisions",
            round=round_,
            quarter=self._clock.name(round_),
            decision=self._count,
            actor=decision.actor,
            role=role,
            kind=decision.kind,
            choice=decision.choice,
            alternative=decision.alternative,
            subject=decision.subject,
            margin_usd=decision.margin_usd,
            threshold_usd=decision.threshold_usd,
            tipping=decision.tipping(self._clock.word),
            term=terms,
            value_usd=[float(decision.terms.get(term, 0.0)) for term in terms],
        )
        self._count += 1
