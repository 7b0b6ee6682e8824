"""What a closed lane does to ways through third countries, and what enforcement does to them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_worlds import first_day_of, make_world, measure, play, played, table

from world.accounts import ACCOUNTS
from world.axes import REFINED
from world.model import TradeWorld
from world.policy.measures import Measure
from world.round import happen, trade

OPEN, LAST = 4, 11
SETTLED = 10
"""From here on thrift and plants called up by the higher price outweigh what audits cost."""
NDPR = {"minerals": ("ndpr",), "stages": ("refined",)}


def against(instrument: str, actor: str, *targets: str, quarter: str = "2026-Q1", **fields: Any) -> Measure:
    given = {"id": f"{instrument}-{actor}-{'-'.join(targets[:2])}", **NDPR} | fields
    return measure(instrument, actor, quarter, targets=targets, **given)


def world_with(*measures: Measure, **given: Any) -> TradeWorld:
    return played(minerals=["ndpr"], rounds=LAST + 1, measures=measures, **given)


BAN = against("ban", "CHN", "JPN")


def lane(world: TradeWorld, origin: str = "CHN", destination: str = "JPN") -> pd.DataFrame:
    """The lane of refined metal round by round: tonnes sent directly and round about on all ways, their mean
    cost, the cheapest way."""
    flows = table(world, "flows", stage="refined", origin=origin, destination=destination)
    through = flows[flows["hub"] != ""].set_index("round")
    rounds = pd.DataFrame(index=range(world.round))
    rounds["direct_t"] = flows[flows["hub"] == ""].groupby("round")["flow_t"].sum()
    rounds["flow_t"] = through.groupby("round")["flow_t"].sum()
    paid_usd = (through["flow_t"] * through["price_landed_usd_t"]).groupby("round").sum()
    rounds["price_landed_usd_t"] = paid_usd / rounds["flow_t"]
    for name in ("hub", "last_shipper"):
        rounds[name] = through.groupby("round")[name].first()
    return rounds.fillna({"direct_t": 0.0, "flow_t": 0.0, "hub": "", "last_shipper": ""})


def ways_of(world: TradeWorld, round_: int) -> set[tuple[str, str]]:
    """First and last third country of every way that the lane takes in a round."""
    flows = table(world, "flows", stage="refined", origin="CHN", destination="JPN", round=round_)
    round_about = flows[flows["hub"] != ""]
    return set(zip(round_about["hub"], round_about["last_shipper"], strict=True))


def price_of_others(world: TradeWorld, country: str = "JPN") -> pd.Series:
    """Mean landed price of what comes from other sellers than China."""
    flows = table(world, "flows", stage="refined", destination=country)
    flows = flows[flows["origin"] != "CHN"]
    paid = (flows["flow_t"] * flows["price_landed_usd_t"]).groupby(flows["round"]).sum()
    return paid / flows.groupby("round")["flow_t"].sum()


def market(world: TradeWorld, country: str = "JPN") -> pd.DataFrame:
    return table(world, "markets", stage="refined", country=country).set_index("round")


def two_handovers() -> tuple[TradeWorld, TradeWorld]:
    """China sells to Korea, to no other carrier and not to Japan; then Korea sells Japan nothing either."""
    plain = make_world(minerals=["ndpr"], rounds=1)
    carriers = [plain.base.axes.countries[place] for place in plain.economy.network.hubs]
    ban = against("ban", "CHN", *sorted({"JPN", *carriers} - {"KOR"}))
    return world_with(ban), world_with(ban, against("ban", "KOR", "JPN"))


def test_nothing_is_diverted_where_nothing_is_restricted() -> None:
    flows = table(world_with(), "flows")
    assert (flows["hub"] == "").all()
    assert (flows["last_shipper"] == flows["origin"]).all()


def test_a_closed_lane_diverts_a_part_through_the_cheapest_hub_and_more_of_it_every_quarter() -> None:
    free, banned = lane(world_with()), lane(world_with(BAN))
    share = banned["flow_t"] / free["direct_t"]
    assert (share[:OPEN] == 0.0).all()
    assert 0.0 < share[OPEN] < 0.2
    rising = share.loc[OPEN : share.idxmax()]  # it falls again when those who hoarded have what they want
    while_scarce = rising[rising < 0.25]
    assert len(while_scarce) >= 2
    assert (while_scarce.diff().dropna() > 0.0).all()
    assert share[LAST] > 2.0 * share[OPEN]
    world = world_with(BAN)
    network, axes = world.economy.network, world.base.axes
    freight, ends = network.freight_usd_t[REFINED][0], (axes.country("CHN"), axes.country("JPN"))
    hubs = [hub for hub in network.hubs if hub not in ends]
    cheapest = min(hubs, key=lambda hub: freight[ends[0], hub] + freight[hub, ends[1]])
    assert set(banned["hub"][OPEN:]) == {axes.countries[cheapest]}
    assert set(banned["last_shipper"][OPEN:]) == {axes.countries[cheapest]}


def test_a_second_restriction_at_that_hub_moves_it_to_a_dearer_way_of_two_handovers() -> None:
    one, two = (lane(world) for world in two_handovers())
    assert one["hub"][OPEN] == one["last_shipper"][OPEN] == "KOR"
    assert two["hub"][OPEN] == "KOR"
    assert two["last_shipper"][OPEN] not in ("KOR", "CHN", "JPN", "")
    once, twice = (ways_of(world, OPEN) for world in two_handovers())
    assert once == {("KOR", "KOR")}  # no way over Korea and another: it would cost more and carry no more
    assert {hub for hub, _ in twice} == {"KOR"}
    assert len(twice) > 1
    assert not {"KOR", "CHN", "JPN", ""} & {last for _, last in twice}
    assert two["price_landed_usd_t"][OPEN] > 1.05 * one["price_landed_usd_t"][OPEN]
    assert 0.0 < two["flow_t"][OPEN:].sum() < one["flow_t"][OPEN:].sum()


def test_origin_stays_with_the_producer_while_the_books_name_the_last_shipper() -> None:
    world = two_handovers()[1]
    rows = table(world, "flows", stage="refined", destination="JPN", round=LAST)
    booked = rows.groupby("last_shipper")["flow_t"].sum()
    made = rows.groupby("origin")["flow_t"].sum()
    round_about = rows[rows["hub"] != ""].groupby("last_shipper")["flow_t"].sum()
    assert len(round_about) > 1
    assert made["CHN"] == pytest.approx(round_about.sum())
    assert "CHN" not in booked.index
    for last, handed_on in round_about.items():
        assert booked[last] - made.get(last, 0.0) == pytest.approx(handed_on)
    there = market(world).loc[LAST]
    assert there["dominant_share"] > 0.0
    assert there["dominant_declared_share"] == 0.0
    at_home = market(world, "CHN").loc[LAST]
    assert at_home["dominant_declared_share"] == at_home["dominant_share"]


def test_accounts_balance_and_margins_and_fines_arrive() -> None:
    measures = two_handovers()[1].premise.measures
    world = make_world(minerals=["ndpr"], rounds=LAST + 1, measures=measures)
    play(world, OPEN + 2)
    happen(world)
    cleared = trade(world)
    usd, axes = cleared.accounts.usd.sum(axis=0), world.base.axes
    assert usd.sum() == pytest.approx(float(cleared.accounts.world_usd.sum()), rel=1e-9)
    earned = usd[ACCOUNTS.index("hub_margin")]
    hubs = {axes.country(name) for way in ways_of(two_handovers()[1], OPEN + 1) for name in way}
    assert (earned[sorted(hubs)] > 0.0).all()
    assert usd[ACCOUNTS.index("fine"), axes.country("JPN")] > 0.0
    border, flow = cleared.setting.borders[REFINED], cleared.clearing.stages[REFINED].flow_t[:, 1:]
    charges = cleared.priced.charges[REFINED]
    fines = (flow * charges.fine_usd_t[:, 1:]).sum()
    assert usd[ACCOUNTS.index("fine")].sum() == pytest.approx(float(fines))
    least = (flow * (border.hub >= 0).sum(axis=2)).sum() * world.parameters.hub_margin_share
    assert earned.sum() >= least * float(border.price_usd_t[0]) * (1.0 - 1e-9)


@pytest.mark.parametrize(
    "enforced",
    [
        against("enforcement", "CHN", "JPN", size=0.25),
        against("enforcement", "JPN", "*", size=0.25),
        against("transshipment_ban", "CHN", "JPN", size=1.0),
    ],
    ids=["the seller audits", "the buyer audits", "a ban on handing on"],
)
def test_enforcement_cuts_the_way_round_and_makes_the_target_pay(enforced: Measure) -> None:
    loose, strict = world_with(BAN), world_with(BAN, enforced)
    for round_ in (OPEN, OPEN + 2):
        assert 0.0 < lane(strict)["flow_t"][round_] < 0.75 * lane(loose)["flow_t"][round_]
    # not the mean price: what no longer comes round was the dearest part of it
    for prices in (
        [market(world)["price_index_usd_t"] for world in (loose, strict)],
        map(price_of_others, (loose, strict)),
    ):
        before, after = prices
        np.testing.assert_allclose(after[:OPEN], before[:OPEN])
        assert (after[OPEN : OPEN + 4] > before[OPEN : OPEN + 4]).all()
        # later on who was frightened more lets more of its stock go
        assert after[OPEN:SETTLED].mean() > before[OPEN:SETTLED].mean()
    assert (market(strict)["use_t"][OPEN:] < market(loose)["use_t"][OPEN:]).all()


def test_the_further_a_ban_on_handing_on_reaches_the_less_passes() -> None:
    reached = [
        lane(world_with(BAN, against("transshipment_ban", "CHN", "JPN", size=reach)))["flow_t"][OPEN:].sum()
        for reach in (0.0, 0.5, 1.0)
    ]
    # one more announcement that is carried out makes the ban a little more feared, and no more than that: it
    # is as one of audits that audit nothing, and tells when hubs have room and stocks are made
    idle, alone = (lane(world_with(BAN, *more))["flow_t"] for more in (
        [against("enforcement", "CHN", "JPN", size=0.0)], []
    ))  # fmt: skip
    assert reached[0] == pytest.approx(idle[OPEN:].sum(), rel=1e-6)
    np.testing.assert_allclose(idle[OPEN : OPEN + 3], alone[OPEN : OPEN + 3], rtol=1e-6)
    assert alone[OPEN:].sum() < idle[OPEN:].sum() < 1.02 * alone[OPEN:].sum()
    assert reached[0] >= reached[1] >= reached[2] > 0.0
    assert reached[2] < 0.25 * reached[0]


def test_audits_that_come_late_let_what_hubs_can_hand_on_wither() -> None:
    late = against("enforcement", "CHN", "JPN", quarter="2027-Q1", size=1.0)
    loose, strict = lane(world_with(BAN))["flow_t"], lane(world_with(BAN, late))["flow_t"]
    np.testing.assert_allclose(strict[:8], loose[:8])
    assert (strict[8:] < loose[8:]).all()


def test_when_the_ban_ends_goods_go_directly_again_and_hubs_forget() -> None:
    ended = against("ban", "CHN", "JPN", ends=first_day_of("2026-Q3"))
    rows, world = lane(world_with(ended)), world_with(ended)
    assert (rows["flow_t"][OPEN : OPEN + 2] > 0.0).all()
    assert (rows["flow_t"][OPEN + 2 :] == 0.0).all()
    hub = world.base.axes.country(rows["hub"][OPEN])
    first, now = (
        float(stages[REFINED][0, hub])
        for stages in (world.economy.hub_start_t, world.state.markets.hub_capacity_t)
    )
    busy = float(world_with(BAN).state.markets.hub_capacity_t[REFINED][0, hub])
    assert first < now < busy


@pytest.mark.parametrize(
    ("instrument", "size"), [("minimum_import_price", 80_000.0), ("specific_tariff", 25_000.0)]
)
def test_a_price_asked_of_one_origin_is_passed_by_under_another_name(instrument: str, size: float) -> None:
    price = {"size": size, "unit": "USD/t"}
    one = lane(world_with(against(instrument, "JPN", "CHN", **price)))
    duty = lane(world_with(against("tariff", "JPN", "CHN", size=0.45)))
    assert one["flow_t"][OPEN] > 20.0
    assert one["flow_t"][OPEN] == pytest.approx(duty["flow_t"][OPEN], rel=0.2)  # as by a duty of that height
    # where every origin has to keep it, no third country helps
    assert lane(world_with(against(instrument, "JPN", "*", **price)))["flow_t"].sum() == 0.0
