"""Small random chains with every kind of instrument in them."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log

import numpy as np
from chain_records import Chain, Desk, Lane, Maker, Outside, Seller, Stage, Taste, User
from curve_records import Disposal, IsoelasticNeed, Logistic, StockResponse, Tranche


def usual_usd_t(level: int) -> float:
    """Price of a stage's good, roughly."""
    return float(2.0**level)


def random_chain(rng: np.random.Generator, *, sellers: int = 2, users: int = 2, stages: int = 3) -> Chain:
    """A chain of that many stages, each with so many sellers and users."""
    makers = [sellers] * (stages - 1) + [0]
    return Chain(tuple(random_stage(rng, level, sellers, makers[level], users) for level in range(stages)))


def with_plain_makers(chain: Chain) -> Chain:
    """The chain with makers that have no stocks, no guarantee and nothing but ore to work on."""

    def plain(maker: Maker) -> Maker:
        tranches = tuple(Tranche(tranche.curve) for tranche in maker.tranches)
        return Maker(tranches, Taste(maker.taste.spread_usd_t), maker.recovery)

    return Chain(
        tuple(
            replace(
                stage,
                sellers=tuple(
                    replace(seller, maker=seller.maker and plain(seller.maker)) for seller in stage.sellers
                ),
            )
            for stage in chain.stages
        )
    )


def random_stage(rng: np.random.Generator, level: int, sellers: int, makers: int, users: int) -> Stage:
    price = usual_usd_t(level)
    size = 1.0 / max(makers + users, 1)
    lanes = [
        random_lane(rng, price, size, seller, buyer, sellers)
        for seller in range(sellers)
        for buyer in range(makers + users)
    ]
    return Stage(
        tuple(random_seller(rng, level) for _ in range(sellers)),
        tuple(lanes),
        tuple(random_user(rng, price, size) for _ in range(users)),
        tuple(Desk(size * rng.uniform(0.2, 1.5)) for _ in range(sellers)),
    )


def random_seller(rng: np.random.Generator, level: int) -> Seller:
    price = usual_usd_t(level)
    own = rng.uniform(0.5, 1.0) if level == 0 else 0.2 * rng.random() * (rng.random() < 0.5)
    shares = own * rng.dirichlet(np.ones(3))
    tranches = tuple(
        Tranche(
            Logistic(float(share), price * rng.uniform(0.4, 0.9), price * rng.uniform(0.05, 0.2)),
            price * rng.uniform(0.8, 1.2) if rng.random() < 0.15 else -inf,
        )
        for share in shares
        if share > 0
    )
    feed = 0.1 * rng.random() if rng.random() < 0.2 else 0.0
    ceiling = rng.uniform(0.3, 1.0) if rng.random() < 0.2 else inf
    given = Disposal(1e-9, 0.5 * price, 0.1 * price)
    return Seller(tranches, feed, ceiling, random_maker(rng, level) if level else None, given)


def random_maker(rng: np.random.Generator, level: int) -> Maker:
    bought, made = usual_usd_t(level - 1), usual_usd_t(level)
    recovery, capacity = rng.uniform(0.8, 1.0), rng.uniform(0.4, 0.8)
    gap = recovery * made - bought
    tranches = tuple(
        Tranche(
            Logistic(0.5 * capacity, gap * rng.uniform(0.2, 0.8), gap * rng.uniform(0.1, 0.3)),
            made * rng.uniform(0.8, 1.2) if rng.random() < 0.1 else -inf,
        )
        for _ in range(2)
    )
    return Maker(tranches, random_taste(rng, bought), recovery, random_stock(rng, bought))


def random_user(rng: np.random.Generator, price: float, size: float) -> User:
    taste = random_taste(rng, price)
    elasticity = rng.uniform(0.1, 0.6)
    lowest = max(0.05 * price, 1.5 * elasticity * taste.spread_usd_t)
    return User(IsoelasticNeed(size, price, elasticity, lowest), taste, random_stock(rng, price))


def random_taste(rng: np.random.Generator, price: float) -> Taste:
    tiers = tuple(Outside(price * rng.uniform(*reach), log(0.02)) for reach in ((1.5, 4.0), (4.0, 20.0)))
    return Taste(price / rng.uniform(3.0, 10.0), tiers)


def random_stock(rng: np.random.Generator, price: float) -> StockResponse:
    some = float(rng.random() < 0.5)
    return StockResponse(
        some * 0.2 * rng.random(), some * 0.5 * rng.random(), price * rng.uniform(0.9, 1.4), 0.2 * price
    )


def random_lane(
    rng: np.random.Generator, price: float, size: float, seller: int, buyer: int, sellers: int
) -> Lane:
    def sometimes(chance: float, low: float, high: float, otherwise: float) -> float:
        value = rng.uniform(low, high)
        return float(value) if rng.random() < chance else otherwise

    return Lane(
        seller,
        buyer,
        log_weight=log(rng.uniform(0.2, 1.0) / sellers) if rng.random() > 0.1 else -inf,
        factor=1.0 + sometimes(0.5, -0.05, 0.4, 0.0),
        charge_usd_t=0.1 * price * rng.random(),
        floor_usd_t=sometimes(0.3, 0.7 * price, 1.8 * price, -inf),
        least_export_usd_t=sometimes(0.15, 0.7 * price, 1.5 * price, -inf),
        gap_to="seller" if rng.random() < 0.3 else "treasury",
        cap_t=sometimes(0.3, 0.05 * size, size, inf),
        over_cap_usd_t=sometimes(0.5, 0.05 * price, 0.5 * price, inf),
        desk=seller if buyer > 0 and rng.random() < 0.6 else None,
    )
