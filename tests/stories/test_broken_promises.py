"""Promises of the leader that a later government takes back."""

from __future__ import annotations

from small_worlds import measure, played, table

GIVEN = {"name": "zone_floor", "rounds": 9, "accession__strategy": "fixed", "reserve__exists": False}
GONE = measure("withdrawal", "USA", "2026-Q3", size=1.0)


def test_partners_lose_the_money_and_some_of_their_trust() -> None:
    kept, broken = played(**GIVEN), played(**GIVEN, measures=[GONE])
    trust = [
        table(world, "countries", country="JPN").set_index("round")["trust_in_leader"]
        for world in (kept, broken)
    ]
    assert trust[1][5] == trust[0][5]
    assert trust[1][6] < trust[0][6]
    assert kept.state.politics.finance_usd.sum() > 0.0
    assert broken.state.politics.finance_usd.sum() == 0.0
