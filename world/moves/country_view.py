"""What a government is shown when it reviews its standing: all of it facts about itself, its partners and the
offers to it.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from agents.country import Country
from agents.decision import Offer
from agents.ladder import FLOOR, RUNGS
from agents.view import CountryView
from world.axes import REFINED, STAGES, Array, Mask
from world.exposure import goods_at_risk_usd
from world.industry.finance import grant_share
from world.moves.emergency import Emergency, emergency_of
from world.moves.institutions import fellows_of
from world.moves.invitations import duty_burden_usd
from world.moves.talks import talks_of
from world.moves.ties import highest
from world.moves.trust import belief_in_answers_to_soft_steps
from world.zone import scope_of

if TYPE_CHECKING:
    from world.model import TradeWorld


def view_of(world: TradeWorld, country: Country, emergency: Emergency | None = None) -> CountryView:
    """All that one government is shown this round; a bloc also what each of its countries would be shown.
    ``emergency``: that of the round, where it is known."""
    index = list(world.places[country.iso3])
    shared = emergency_of(world, bound_by_floor(world)) if emergency is None else emergency
    names = world.base.axes.countries
    view = _view_at(world, country.iso3, index, shared)
    each = index if len(index) > 1 else []
    return replace(
        view,
        followers=_followers(world, country, view.rung),
        talks=talks_of(world, country.iso3),
        members=tuple(_view_at(world, names[place], [place], shared) for place in each),
        fellows=fellows_of(world, index, view.rung),
    )


def bound_by_floor(world: TradeWorld) -> Mask:
    """(country,) members of the floor, the leader among them."""
    members: Mask = world.state.politics.rung == FLOOR
    members[world.leader] = True
    return members


def _followers(world: TradeWorld, country: Country, rung: int) -> tuple[str, ...]:
    """Countries on its side of the floor that trade so much with it that they go its way."""
    rungs = highest(world.state.politics.rung, world.ties)
    same = rungs == (FLOOR if rung == FLOOR else FLOOR - 1)
    tied = world.ties.followers(country.iso3, world.parameters.follow_trade_share)
    found: list[str] = []
    for number in np.flatnonzero(same & tied).tolist():
        places = world.places[world.ties.voters[number]]
        if not is_apart(world, list(places)):
            found.extend(world.base.axes.countries[place] for place in places)
    return tuple(found)


def disposition(world: TradeWorld, name: str, index: list[int]) -> float:
    """Lasting disposition toward the zone, in spreads: in part how near it is to the leader, for the rest a
    draw that nothing here accounts for.
    """
    gdp, known = world.facts.gdp_usd[index], world.parameters.taste_affinity_share
    affinity = float(gdp @ world.facts.affinity[index] / gdp.sum())
    return known * affinity + math.sqrt(1.0 - known**2) * world.streams.normal("taste", 0, name)


def excluded_usd(world: TradeWorld, index: list[int]) -> float:
    """What duties on those who are not aligned take from the exporters of these countries, USD a round: the
    part that does not pass through to buyers, on what they shipped in the base year, so that trade that has
    gone still counts.
    """
    duty = world.happenings.excluded_share
    if not duty.flags.writeable:  # nobody is excluded
        return 0.0
    axes, taken = world.base.axes, 0.0
    for stage in range(len(STAGES)):
        for mineral, seller in zip(*np.nonzero(np.isin(axes.sellers(stage), index)), strict=True):
            laid = duty[mineral, stage, axes.sellers(stage)[mineral, seller]]
            buyers, flow = axes.buyers(stage)[mineral], world.base.lanes(stage).flow_t[mineral, seller]
            shipped = np.where(buyers >= 0, flow * laid[np.maximum(buyers, 0)], 0.0)
            taken += float(world.base.evidence.price_usd_t[mineral, stage] * shipped.sum())
    return world.parameters.duty_incidence_share * taken


def is_founding(world: TradeWorld) -> bool:
    """Founders' terms still hold: who joins by the day that the scenario names pays no price of entry."""
    until = world.premise.zone.founding_until
    return until != "none" and world.round <= world.clock.round_named(until)


def rivals_share(world: TradeWorld, index: list[int]) -> float:
    """Part of the rivals of these countries for finance that have a framework, weighed by GDP."""
    gdp = world.facts.gdp_usd[index]
    return float(gdp @ world.state.politics.rivals_in_share[index] / gdp.sum())


def is_apart(world: TradeWorld, places: list[int]) -> bool:
    """A great power, or estranged from the leader: it has no standing to review."""
    great = world.leader in places or world.dominant in places
    return great or bool(world.facts.estranged_from_leader[places].any())


def _view_at(world: TradeWorld, name: str, index: list[int], emergency: Emergency) -> CountryView:
    """What these countries are shown, what they are offered included; each of a bloc gets its even part."""
    voter = world.facts.speaks_for[index[0]]
    offer = world.state.politics.offers.get(voter, Offer())
    part = len(index) / len(world.places.get(voter, index))
    facts, p, covered = (
        world.facts,
        world.parameters,
        scope_of(world.premise.zone, world.base.axes).any(axis=1),
    )
    sold = facts.exports_usd[index] * facts.exports_to_dominant_share[index]
    return replace(
        _standing_at(world, name, index, emergency),
        side_payment_usd=offer.side_payment_usd * part,
        tariff_relief_usd=offer.tariff_relief_usd * part,
        exempt=offer.exempt,
        duty_burden_usd=duty_burden_usd(world, index),
        excluded_usd=excluded_usd(world, index),
        aligned_rung=RUNGS.index(world.premise.zone.aligned_rung),
        asked_from=RUNGS.index(world.premise.zone.asked_from),
        highest_rung=RUNGS.index(world.premise.zone.highest_rung),
        invited=voter in world.state.politics.invited,
        founding=is_founding(world),
        rivals_share=rivals_share(world, index),
        covered_trade_usd=float(facts.mineral_trade_usd[covered][:, index].sum()),
        economy_stake_usd=float(facts.economy_stake_usd[index].sum()),
        administration_usd=p.administration_usd_year
        * int(covered.sum())
        / world.clock.rounds_per_year
        * len(index),
        goods_at_risk_usd=goods_at_risk_usd(sold, p),
        finance_if_bound_usd=part
        * float(grant_share(world)[index].mean())
        * world.state.politics.finance_if_bound_usd.get(voter, 0.0),
    )


def _standing_at(world: TradeWorld, name: str, index: list[int], emergency: Emergency) -> CountryView:
    politics, facts, p = world.state.politics, world.facts, world.parameters
    gdp = facts.gdp_usd[index]
    weight = gdp / gdp.sum()
    rung = int(politics.rung[index].max())
    exports = facts.exports_usd[index]
    return CountryView(
        actor=name,
        round=world.round,
        rung=rung,
        zone_open=world.premise.zone.exists,
        text_exists=0 <= politics.text_round <= world.round,
        trust_leader=float(weight @ politics.trust_leader[index]),
        trust_dominant=float(weight @ politics.trust_dominant[index]),
        mineral_trade_usd=float(facts.mineral_trade_usd[:, index].sum()),
        gdp_usd=float(gdp.sum()),
        peers_share=_peers_share(world, index, min(rung + 1, FLOOR)),
        exports_to_leader_usd=float(exports @ facts.exports_to_leader_share[index]),
        exports_to_dominant_share=float(
            exports @ facts.exports_to_dominant_share[index] / max(float(exports.sum()), 1.0)
        ),
        minerals_at_risk_usd=float(world.economy.minerals_at_risk_usd[index].sum()),
        pressure=politics.pressure.get(facts.speaks_for[index[0]], 0.0),
        retaliation_belief=_answer_belief(world, float(weight @ politics.retaliation_belief[index]), rung),
        finance_offer_usd=float(politics.finance_usd[index] @ grant_share(world)[index]),
        side_payment_usd=0.0,
        emergency_relief_share=emergency.relief_share(index),
        promised_supply_usd=emergency.promised_usd(index),
        cut_off_quarters=max(
            0.0,
            p.control_episode_quarters
            - float(world.base.evidence.stock_cover_months[:, REFINED, index].mean()) / 3.0,
        ),
        component_stop_usd=float(world.economy.component_stop_usd[index].sum()),
        favourable_reviews=int(politics.favourable_reviews[index].min()),
        taste=disposition(world, name, index),
        mood=world.streams.normal("mood", world.clock.quarter(world.round), name),
        parameters=world.parameter_map,
        population=float(facts.population[index].sum()),
        quarter_rounds=world.clock.quarter_rounds,
    )


def _answer_belief(world: TradeWorld, belief: float, rung: int) -> float:
    """Chance that the step in question is answered; of steps below the floor by what befell others."""
    return belief if rung >= FLOOR - 1 else belief_in_answers_to_soft_steps(world, belief)


def _peers_share(world: TradeWorld, index: list[int], rung: int) -> float:
    """Share of its goods trade that is with the leader and with countries on the rung in question or above,
    announced steps among them (itself left out)."""
    politics = world.state.politics
    trade: Array = world.economy.goods_trade_usd[index].sum(axis=0) + world.economy.goods_trade_usd[
        :, index
    ].sum(axis=1)
    trade[index] = 0.0
    inside = (politics.rung >= rung) | ((politics.due_rung >= rung) & (politics.due_round >= 0))
    inside[world.leader] = True
    return float(trade[inside].sum() / max(float(trade.sum()), 1.0))
