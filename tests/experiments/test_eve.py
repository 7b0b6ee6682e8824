"""The eve of a case: stocks by holder, contracts, freight, hubs, prices and shipments before, plants by
tranche."""

from pathlib import Path

import numpy as np
import pytest
from made_up_case import CASE, write_case

from experiments.backtests.case import CaseError
from experiments.backtests.case_reading import read_case
from experiments.backtests.criteria import read_criteria
from experiments.backtests.play import play_case
from world.axes import ORE, REFINED
from world.model import TradeWorld

GOOD = 'mineral = "stuff", stage = "refined"'


def with_keys(*keys: str, mineral: str = "") -> str:
    """The made-up case with keys at its top, and some in its mineral."""
    top = CASE.replace('home = "AAA"\n', 'home = "AAA"\n' + "\n".join(keys) + "\n")
    return top.replace("exchange_traded = false\n", f"exchange_traded = false\n{mineral}\n")


def world_of(folder: Path, text: str) -> TradeWorld:
    """The world of a case on its eve."""
    folder.mkdir(exist_ok=True)
    case = read_case(write_case(folder, text))
    scenario = case.scenario()
    return TradeWorld(scenario, rng=1, dataset=case.dataset(scenario))


def held(world: TradeWorld, stage: int, code: str) -> tuple[float, float]:
    """Private stocks of a country, and its use of a round."""
    here = world.base.axes.buyers(stage)[0] == world.base.axes.country(code)
    return float(world.state.markets.stock_t[stage][0][here].sum()), float(
        world.base.buyer_use_t(stage)[0][here].sum()
    )


@pytest.fixture
def plain(tmp_path: Path) -> TradeWorld:
    return world_of(tmp_path / "plain", CASE)


def test_stocks_lie_where_the_case_says_and_extra_ones_are_kept_until_zero(tmp_path: Path) -> None:
    stocks = f'stocks = [{{ {GOOD}, country = "BBB", months = 4, extra_months = 8 }}]'
    text = with_keys(stocks).replace("[[measures]]", "[[unused]]").partition("[[unused]]")[0]
    world = world_of(tmp_path, text)
    stock, use = held(world, REFINED, "BBB")
    assert stock == pytest.approx(12.0 / 3.0 * use)
    months = []
    while not world.finished:
        world.step()
        months.append(3.0 * held(world, REFINED, "BBB")[0] / use)
    # two quarters until zero, then a tenth of the extra goes each quarter
    assert months[1] == pytest.approx(12.0, rel=0.02)
    assert months[5] < 10.5


def test_stocks_of_ore_may_be_given_too_and_others_keep_the_rule(tmp_path: Path, plain: TradeWorld) -> None:
    ore = 'stocks = [{ mineral = "stuff", stage = "ore", country = "AAA", months = 9 }]'
    world = world_of(tmp_path, with_keys(ore))
    stock, use = held(world, ORE, "AAA")
    assert stock == pytest.approx(3.0 * use)
    for stage, code in ((ORE, "BBB"), (REFINED, "AAA"), (REFINED, "BBB")):
        assert held(world, stage, code) == pytest.approx(held(plain, stage, code))


def test_what_is_known_of_contracts_freight_and_hubs_replaces_the_rule(
    tmp_path: Path, plain: TradeWorld
) -> None:
    freight = f'freight = [{{ {GOOD}, exporter = "*", importer = "abroad", usd_t = 700 }},'
    freight += f' {{ {GOOD}, exporter = "AAA", importer = "BBB", usd_t = 900 }}]'
    hubs = f'hubs = [{{ {GOOD}, country = "CCC", capacity_t_year = 48 }}]'
    world = world_of(tmp_path, with_keys(freight, hubs, mineral="contract_share = 0.9"))
    axes = world.base.axes
    assert world.base.evidence.contract_share.tolist() == [0.9]
    lanes = world.base.lanes(REFINED).freight_usd_t[0]
    sellers, buyers = axes.sellers(REFINED)[0].tolist(), axes.buyers(REFINED)[0].tolist()
    a, b, c = (axes.country(code) for code in ("AAA", "BBB", "CCC"))
    assert lanes[sellers.index(a), buyers.index(b)] == 900.0
    assert lanes[sellers.index(c), buyers.index(b)] == 700.0
    before = plain.base.lanes(REFINED).freight_usd_t[0]
    assert lanes[sellers.index(b), buyers.index(a)] == before[sellers.index(b), buyers.index(a)]
    assert world.state.markets.hub_capacity_t[REFINED][0, c] == 12.0
    # the base year comes back all the same
    assert np.allclose(world.base.lanes(REFINED).flow_t.sum(), plain.base.lanes(REFINED).flow_t.sum())


def test_a_floor_of_old_is_in_the_base_year_and_home_sellers_sell_as_dear(
    tmp_path: Path, plain: TradeWorld
) -> None:
    floor = 3.0 * float(plain.base.evidence.price_usd_t[0, REFINED])
    rows = f'floors = [{{ {GOOD}, exporter = "*", importer = "BBB", usd_t = {floor} }}]'
    world = world_of(tmp_path, with_keys(rows))
    axes, base = world.base.axes, world.base
    sellers = axes.sellers(REFINED)[0].tolist()
    a, b = (sellers.index(axes.country(code)) for code in ("AAA", "BBB"))
    raised = base.price_usd_t[REFINED][0]
    assert raised[a] == base.evidence.price_usd_t[0, REFINED]
    buyer = axes.buyers(REFINED)[0].tolist().index(axes.country("BBB"))
    at_home = raised[b] + base.lanes(REFINED).freight_usd_t[0, b, buyer]
    assert at_home == pytest.approx(floor)
    # who sells as dear at home ships nothing out
    abroad = np.delete(base.lanes(REFINED).flow_t[0, b], buyer)
    assert abroad.sum() < 1e-6 * base.lanes(REFINED).flow_t[0, b, buyer]


def test_prices_and_shipments_before_are_remembered(tmp_path: Path, plain: TradeWorld) -> None:
    quarters = ("2009-Q3", "2009-Q4", "2010-Q1", "2010-Q2")
    prior = [f'{{ {GOOD}, quarter = "{quarter}", price_usd_t = 20000 }}' for quarter in quarters]
    lane = 'exporter = "AAA", importer = "BBB"'
    prior += [f'{{ {GOOD}, quarter = "{quarter}", {lane}, tonnes_year = 80 }}' for quarter in quarters]
    world = world_of(tmp_path, with_keys(f"prior = [{', '.join(prior)}]"))
    now, before = world.state.markets, plain.state.markets
    for told, usual in zip(now.recent_index_usd_t[REFINED], before.recent_index_usd_t[REFINED], strict=True):
        assert np.allclose(told, 2.0 * usual)
    for name in ("believed_usd_t", "contract_usd_t", "usual_index_usd_t"):
        told, usual = getattr(now, name), getattr(before, name)
        assert np.allclose(told[REFINED], 2.0 * usual[REFINED]), name
        assert np.allclose(told[ORE], usual[ORE]), name
    axes = world.base.axes
    seller = axes.sellers(REFINED)[0].tolist().index(axes.country("AAA"))
    buyer = axes.buyers(REFINED)[0] == axes.country("BBB")
    assert now.usual_flow_t[REFINED][0, seller][buyer].sum() == pytest.approx(20.0)


def test_plants_by_tranche_are_one_capacity_at_their_mean_cost(tmp_path: Path) -> None:
    plants = [(480, 4000), (240, 7000)]
    rows = [
        f'{{ stage = "ore", country = "AAA", capacity_t_year = {size}, cost_usd_t = {cost} }}'
        for size, cost in plants
    ]
    case = read_case(write_case(tmp_path, with_keys(mineral=f"tranches = [{', '.join(rows)}]")))
    data = case.dataset(case.scenario())
    made, costs = data.table("production"), data.table("costs")
    ore = made[(made["stage"] == "ore") & (made["iso3"] == "AAA")]
    assert ore["capacity_t_year"].tolist() == [720.0]
    cash = costs[(costs["form"] == "mined") & (costs["iso3"] == "AAA") & (costs["kind"] == "cash")]
    assert cash["mid_usd_t"].tolist() == pytest.approx([5000.0])


def test_value_added_tax_is_in_quoted_prices_alone(tmp_path: Path) -> None:
    text = CASE.replace('name = "first"', 'name = "first"\nvat_share = 0.17')
    rows = "P,{0},price,AAA,{0},,before,mean,,,value,0,1e9,band,A,made up"
    head = (write_case(tmp_path, text) / "criteria.csv").read_text(encoding="utf-8").splitlines()[0]
    body = "\n".join([head, *(rows.format(segment) for segment in ("spot", "quoted"))]) + "\n"
    (tmp_path / "a_stop" / "criteria.csv").write_text(body, encoding="utf-8")
    case = read_case(tmp_path / "a_stop")
    from experiments.backtests.evaluation import evaluate

    outcomes = play_case(case, {}, 1, ["actual"])
    spot, quoted = (evaluate(row, outcomes, case) for row in read_criteria(case))
    assert quoted == pytest.approx(1.17 * spot)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (f'stocks = [{{ {GOOD}, country = "XXX", months = 2 }}]', "stocks[0].country: given XXX"),
        (f'stocks = [{{ {GOOD}, country = "BBB", months = -1 }}]', "stocks[0].months"),
        (
            'stocks = [{ mineral = "stuff", stage = "ore", country = "ROW", months = 2 }]',
            "stocks[0].country: given ROW, which uses no stuff ore, allowed: AAA, BBB, CCC",
        ),
        ('stocks = [{ mineral = "gold", stage = "ore", country = "BBB", months = 2 }]', "given gold"),
        (
            'stocks = [{ mineral = "stuff", stage = "component", country = "BBB", months = 2 }]',
            "stocks[0].stage: given component, allowed: ore, refined for stuff",
        ),
        (
            f'hubs = [{{ {GOOD}, country = "CCC", capacity_t_year = 1 }},'
            f' {{ {GOOD}, country = "CCC", capacity_t_year = 2 }}]',
            "hubs[1]: given twice",
        ),
        (
            f'freight = [{{ {GOOD}, exporter = "nobody", importer = "*", usd_t = 1 }}]',
            "freight[0].exporter: given nobody",
        ),
        (
            f'floors = [{{ {GOOD}, exporter = "*", importer = "XXX", usd_t = 1 }}]',
            "floors[0].importer: given XXX",
        ),
        (f'floors = [{{ {GOOD}, exporter = "*", importer = "BBB", usd_t = 0 }}]', "floors[0].usd_t: given 0"),
        (
            f'prior = [{{ {GOOD}, quarter = "2010-Q3", price_usd_t = 1 }}]',
            "prior[0].quarter: given 2010-Q3, allowed: one of the 8 quarters before 2010-Q3",
        ),
        (f'prior = [{{ {GOOD}, quarter = "2010-Q1", exporter = "AAA" }}]', "price_usd_t, or exporter"),
    ],
)
def test_an_eve_that_cannot_be_is_one_line(key: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(CaseError) as fault:
        read_case(write_case(tmp_path, with_keys(key)))
    assert said in str(fault.value)
    assert str(fault.value).count("\n") == 0
    assert str(fault.value).startswith("a_stop/case.toml: ")


def test_tranches_and_one_cost_together_are_refused(tmp_path: Path) -> None:
    rows = 'tranches = [{ stage = "ore", country = "AAA", capacity_t_year = 900, cost_usd_t = 1 }]'
    text = with_keys(mineral=f"{rows}\ncost_usd_t.ore = {{ AAA = 3000 }}")
    with pytest.raises(
        CaseError, match=r"tranches\.ore\.AAA: given with cost_usd_t, allowed: one of the two"
    ):
        read_case(write_case(tmp_path, text))
