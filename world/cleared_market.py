"""The market of a round as it cleared: what came to it, what was sold at what price, who gained."""

from __future__ import annotations

from dataclasses import dataclass

from world.accounts import CountryAccounts
from world.licences.segment_prices import SegmentPrices
from world.market.clearing import Clearing
from world.offers import Priced
from world.questions.setting import Setting


@dataclass(frozen=True)
class Cleared:
    """The market of a round: rows are minerals. Routes are two everywhere (the second empty where nothing
    is restricted).
    """

    priced: Priced
    clearing: Clearing
    accounts: CountryAccounts
    setting: Setting
    segments: tuple[SegmentPrices, ...]
