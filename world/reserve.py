"""The strategic reserve: loan, purchases, draws, accounts that balance to the dollar.

Project Vault as announced on 2 February 2026: a credit line of 10 bn USD and 1.67 bn USD of private capital.
The private money is spent first, the loan is drawn as needed and repaid from sales; interest and storage are
charged to the manufacturers who use it, so that they do not eat the capital. Stock is valued at cost.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from agents.stockpiling import ReserveDecision, ReserveView, decide_reserve
from world.axes import Array
from world.clock import per_round
from world.parameters import ParameterValues


@dataclass
class Reserve:
    """Books of the reserve; (mineral,) arrays.

    line_usd : most that may be borrowed; loan_usd : what is drawn; fee_usd : carrying costs charged to users
        this round cash_usd + sum(book_usd) = equity_usd + loan_usd + result_usd at all times: checked by
        :meth:`gap_usd`.
    """

    owner: int
    target_t: Array
    line_usd: float
    equity_usd: float
    rounds_per_year: int = 4
    stock_t: Array = field(init=False)
    book_usd: Array = field(init=False)
    bought_t: Array = field(init=False)
    released_t: Array = field(init=False)
    purchase_usd: Array = field(init=False)
    sale_usd: Array = field(init=False)
    carrying_usd: Array = field(init=False)
    result_usd: float = 0.0
    loan_usd: float = 0.0
    fee_usd: float = 0.0
    cash_usd: float = field(init=False)

    def __post_init__(self) -> None:
        for name in (
            "stock_t",
            "book_usd",
            "bought_t",
            "released_t",
            "purchase_usd",
            "sale_usd",
            "carrying_usd",
        ):
            setattr(self, name, np.zeros_like(self.target_t))
        self.cash_usd = self.equity_usd

    def plan(
        self, price_usd_t: Array, usual_usd_t: Array, supply_t: Array, parameters: ParameterValues
    ) -> ReserveDecision:
        """What to buy and release this round, with its cash and what it may still borrow."""
        quarter_rounds = self.rounds_per_year // 4
        means = max(0.0, self.cash_usd + self.line_usd - self.loan_usd)
        view = ReserveView(self.stock_t, self.target_t, price_usd_t, usual_usd_t, supply_t, means)
        return decide_reserve(
            view,
            parameters.reserve_buy_supply_share,
            parameters.reserve_fill_quarters * quarter_rounds,
            parameters.reserve_price_ceiling_ratio,
            parameters.reserve_trigger_ratio,
            per_round(parameters.reserve_release_share, quarter_rounds),
        )

    def settle(
        self,
        bought_t: Array,
        paid_usd_t: Array,
        released_t: Array,
        earned_usd_t: Array,
        parameters: ParameterValues,
    ) -> None:
        """Book a round: purchases at cost, releases at the mean cost of the stock, interest and storage."""
        self.bought_t, self.released_t = bought_t, np.minimum(released_t, self.stock_t)
        self.purchase_usd, self.sale_usd = bought_t * paid_usd_t, self.released_t * earned_usd_t
        unit_cost = np.divide(
            self.book_usd, self.stock_t, out=np.zeros_like(self.book_usd), where=self.stock_t > 0
        )
        cost_of_sales = unit_cost * self.released_t
        storage = parameters.reserve_storage_year / self.rounds_per_year * self.book_usd
        interest = parameters.reserve_interest_year / self.rounds_per_year * self.loan_usd
        worth = np.maximum(self.book_usd, 0.0)
        split = worth / worth.sum() if worth.sum() > 0 else np.full_like(worth, 1.0 / len(worth))
        self.carrying_usd = storage + interest * split
        self.stock_t = self.stock_t + bought_t - self.released_t
        self.book_usd = np.where(self.stock_t > 0, self.book_usd + self.purchase_usd - cost_of_sales, 0.0)
        self.fee_usd = float(self.carrying_usd.sum())
        self.cash_usd += float((self.sale_usd - self.purchase_usd - self.carrying_usd).sum()) + self.fee_usd
        self.result_usd += float((self.sale_usd - cost_of_sales - self.carrying_usd).sum()) + self.fee_usd
        drawn = min(
            max(-self.cash_usd, -self.loan_usd), self.line_usd - self.loan_usd
        )  # borrow what is missing, repay what is spare
        spare = min(self.loan_usd, max(0.0, self.cash_usd - self.equity_usd))
        change = drawn if self.cash_usd < 0.0 else -spare
        self.loan_usd += change
        self.cash_usd += change

    def gap_usd(self) -> float:
        """Assets less capital and result: zero when the accounts balance."""
        return self.cash_usd + float(self.book_usd.sum()) - self.loan_usd - self.equity_usd - self.result_usd
