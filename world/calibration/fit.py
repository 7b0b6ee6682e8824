"""How well gravity foretells trade shares it was not shown.

Known import shares are left out of the calibration a fifth at a time, the flows are fitted again and the
shares left out are compared with those the flows give. Left out either by lane, where the importer's other
shares remain known, or by importer, all its shares of a mineral and stage at once, which is harder. The
yardstick is a seller's share of world output: what one would say of any importer without geography.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.stats import rankdata

from world.axes import STAGES, Array, Whole, gather, gather_pairs, scatter
from world.calibration.evidence import read_evidence, read_known_shares
from world.calibration.lanes import fit_stage_flows
from world.calibration.lists import list_axes
from world.calibration.margins import read_margins
from world.dataset import Dataset, load_dataset
from world.parameters import ParameterValues, load_parameters, resolve

Withheld = Literal["lane", "importer"]
EVERY = "all"
WEIGHTS = ("gravity_distance", "gravity_ties", "gravity_political", "gravity_home")


@dataclass(frozen=True)
class Lane:
    """A known share of an importer's purchases; the European Union is one importer.

    exporter : position, -1 where the exporter sold nothing of its own in the base year (a last shipper)
    places : positions of the importer's countries
    share : as reported; of all purchases where ``includes_home``
    """

    mineral: int
    stage: int
    importer: str
    exporter_code: str
    exporter: int
    places: tuple[int, ...]
    share: float
    includes_home: bool


@dataclass(frozen=True)
class FitRow:
    """Fit of the lanes of a mineral and stage (``all``: of every lane).

    lanes : scored
    last_shippers : known shares of exporters without output of their own, which are not scored
    rank_correlation : Spearman, NaN with fewer than three lanes
    error_points : mean absolute error, percentage points
    output_rank_correlation, output_error_points : of the yardstick, the seller's share of world output
    """

    mineral: str
    stage: str
    lanes: int
    last_shippers: int
    rank_correlation: float
    error_points: float
    output_rank_correlation: float
    output_error_points: float


class WithheldLanes:
    """The known shares, and flows fitted without some of them."""

    def __init__(self, dataset: Dataset) -> None:
        margins = read_margins(dataset)
        self.dataset, self.axes = dataset, list_axes(dataset, margins)
        self.supply_t = (margins.ore_supply_t, margins.refined_supply_t, margins.component_supply_t)
        self.use_t = (margins.ore_use_t, margins.purchases_t, margins.final_need_t)
        self.feed_t = (margins.ore_feed_t, margins.refined_feed_t, np.zeros_like(margins.use_t))
        self.known_share, self.includes_home = read_known_shares(dataset)
        self.lanes = [self._read(row) for row in dataset.table("lane_shares").itertuples(index=False)]
        self.scored = [lane for lane in self.lanes if lane.exporter >= 0]

    def _read(self, row: Any) -> Lane:
        countries, stage = self.dataset.countries, STAGES.index(row.stage)
        mineral = self.dataset.minerals.index(row.mineral)
        members = self.dataset.blocs.get(row.importer, frozenset({row.importer}))
        places = tuple(sorted(countries.index(iso3) for iso3 in members))
        exporter = countries.index(row.exporter) if row.exporter in countries else -1
        if exporter >= 0 and self.supply_t[stage][mineral, exporter] <= 0:
            exporter = -1
        share, includes_home = float(row.share), bool(row.includes_home)
        return Lane(mineral, stage, row.importer, row.exporter, exporter, places, share, includes_home)

    def folds(self, withheld: Withheld, folds: int) -> Whole:
        """(scored lane,) fold of each lane, fixed by its name."""
        names = [
            f"{lane.importer}|{self.dataset.minerals[lane.mineral]}|{STAGES[lane.stage]}"
            + (f"|{lane.exporter_code}" if withheld == "lane" else "")
            for lane in self.scored
        ]
        return np.array([int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds for name in names])

    def foretell(self, parameters: ParameterValues, fold: Whole) -> Array:
        """(scored lane,) share of each lane in flows fitted without the lanes of its fold."""
        affinity = read_evidence(self.dataset, parameters).affinity
        foretold = np.full(len(self.scored), np.nan)
        for number in np.unique(fold):
            left_out = [place for place, found in enumerate(fold) if found == number]
            known = self.known_share.copy()
            for place in left_out:
                lane = self.scored[place]
                known[lane.mineral, lane.stage, lane.exporter, list(lane.places)] = np.nan
            flows: dict[tuple[int, int], Array] = {}
            for place in left_out:
                lane = self.scored[place]
                key = (lane.mineral, lane.stage)
                if key not in flows:
                    flows[key] = self._flows(affinity, known, *key)
                foretold[place] = imported_share(flows[key], lane)
        return foretold

    def _flows(self, affinity: Array, known: Array, mineral: int, stage: int) -> Array:
        """(country, country) flows of a mineral and stage, exporter by importer."""
        sellers, buyers = self.axes.sellers(stage), self.axes.purchasers(stage)
        fitted = fit_stage_flows(
            gather_pairs(affinity, sellers, buyers, 1e-12)[mineral],
            gather(self.supply_t[stage], sellers)[mineral],
            gather(self.use_t[stage], buyers)[mineral],
            gather_pairs(known[:, stage], sellers, buyers, np.nan)[mineral],
            gather(self.includes_home[:, stage], buyers)[mineral],
            sellers[mineral],
            buyers[mineral],
            gather(self.feed_t[stage], sellers)[mineral],
        )
        size = len(self.dataset.countries)
        by_buyer = scatter(fitted, np.tile(buyers[mineral], (len(fitted), 1)), size)
        return scatter(by_buyer.T, np.tile(sellers[mineral], (size, 1)), size).T

    def output_shares(self) -> Array:
        """(scored lane,) the yardstick: share of world output, less the importer's own for imports."""
        shares = []
        for lane in self.scored:
            supply = self.supply_t[lane.stage][lane.mineral]
            home = 0.0 if lane.includes_home else float(supply[list(lane.places)].sum())
            shares.append(float(supply[lane.exporter]) / (float(supply.sum()) - home))
        return np.array(shares)

    def actual(self) -> Array:
        """(scored lane,) reported shares."""
        return np.array([lane.share for lane in self.scored])


def imported_share(flow_t: Array, lane: Lane) -> float:
    """Share of the lane's exporter in what its importer buys, counted as the figure counts it.

    flow_t : (country, country) exporter by importer
    """
    places = list(lane.places)
    bought = flow_t[:, places].copy()
    if not lane.includes_home:
        bought[places, np.arange(len(places))] = 0.0
    total = float(bought.sum())
    return float(bought[lane.exporter].sum()) / total if total > 0 else float("nan")


def rank_correlation(first: Array, second: Array) -> float:
    """Spearman's rank correlation; NaN with fewer than three values or where one side is constant."""
    if len(first) < 3 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def fit_withheld_lanes(
    dataset: Dataset, parameters: ParameterValues, folds: int = 5, withheld: Withheld = "lane"
) -> list[FitRow]:
    """Fit by mineral and stage, the row for every lane last."""
    shares = WithheldLanes(dataset)
    return score_lanes(shares, shares.foretell(parameters, shares.folds(withheld, folds)))


def score_lanes(shares: WithheldLanes, foretold: Array) -> list[FitRow]:
    """Rows of fit for foretold shares of the scored lanes."""
    actual, output = shares.actual(), shares.output_shares()
    keys = list(dict.fromkeys((lane.mineral, lane.stage) for lane in shares.lanes))
    rows = []
    for key in [*keys, None]:
        chosen = np.array([key is None or (lane.mineral, lane.stage) == key for lane in shares.scored])
        hidden = sum(
            lane.exporter < 0 and (key is None or (lane.mineral, lane.stage) == key) for lane in shares.lanes
        )
        names = (EVERY, EVERY) if key is None else (shares.dataset.minerals[key[0]], STAGES[key[1]])
        scores = [
            score
            for guess in (foretold, output)
            for score in (
                rank_correlation(guess[chosen], actual[chosen]),
                _error_points(guess[chosen], actual[chosen]),
            )
        ]
        rows.append(FitRow(*names, int(chosen.sum()), hidden, *scores))
    return rows


def _error_points(foretold: Array, actual: Array) -> float:
    return float(100.0 * np.abs(foretold - actual).mean()) if len(actual) else float("nan")


def describe_fit(dataset: Dataset | None = None, folds: int = 5) -> str:
    """The fit in words and tables: by lane, by importer, and how much it hangs on each weight of gravity."""
    shares = WithheldLanes(load_dataset() if dataset is None else dataset)
    ways: tuple[Withheld, ...] = ("lane", "importer")
    fold = {way: shares.folds(way, folds) for way in ways}
    trials = _trial_weights()
    foretold = {way: [shares.foretell(resolve(trial), fold[way]) for trial in trials] for way in ways}
    by_lane, by_importer = (score_lanes(shares, foretold[way][0]) for way in ways)
    lines = [_title(folds), "", *_table(by_lane, by_importer), "", *_explain(by_lane[-1]), ""]
    lines += [
        "How much hangs on the weights (rank correlation and mean error in points, by lane and by importer):"
    ]
    for place, trial in enumerate(trials):
        rows = [score_lanes(shares, foretold[way][place])[-1] for way in ways]
        name = ", ".join(f"{key} {value:g}" for key, value in trial.items()) or "the defaults"
        lines.append(
            f"  {name:<26}" + "".join(f"{row.rank_correlation:8.2f}{row.error_points:8.1f}" for row in rows)
        )
    rows = [score_lanes(shares, _choose_elsewhere(shares, foretold[way], fold[way]))[-1] for way in ways]
    lines.append(
        f"  {'chosen on other folds':<26}"
        + "".join(f"{row.rank_correlation:8.2f}{row.error_points:8.1f}" for row in rows)
    )
    return "\n".join(lines)


def _trial_weights() -> list[dict[str, float]]:
    """The defaults, then each weight at the ends of its range."""
    table = load_parameters()
    return [{}, *({name: end} for name in WEIGHTS for end in (table[name].low, table[name].high))]


def _choose_elsewhere(shares: WithheldLanes, foretold: Sequence[Array], fold: Whole) -> Array:
    """Shares foretold, for each fold, with the weights that did best on the other folds."""
    actual = np.sqrt(shares.actual())
    misses = np.stack([(np.sqrt(guess) - actual) ** 2 for guess in foretold])
    best = {
        number: int(misses[:, fold != number].mean(axis=1).argmin()) for number in np.unique(fold).tolist()
    }
    return np.array([foretold[best[number]][place] for place, number in enumerate(fold.tolist())])


def _title(folds: int) -> str:
    return (
        f"Import shares withheld from the calibration, {folds} folds, against the shares gravity then gives."
    )


def _table(by_lane: Sequence[FitRow], by_importer: Sequence[FitRow]) -> list[str]:
    lines = [
        f"{'':<20}{'':>6}{'last':>9}{'withheld by lane':>20}{'by importer':>20}{'share of output':>20}",
        f"{'mineral and stage':<20}{'lanes':>6}{'shippers':>9}" + f"{'rank corr.':>11}{'error':>9}" * 3,
    ]
    for lane, importer in zip(by_lane, by_importer, strict=True):
        pairs = (
            (lane.rank_correlation, lane.error_points),
            (importer.rank_correlation, importer.error_points),
            (lane.output_rank_correlation, lane.output_error_points),
        )
        name = "all" if lane.mineral == EVERY else f"{lane.mineral} {lane.stage}"
        cells = "".join(f"{_figure(rank, 2):>11}{_figure(error, 1):>9}" for rank, error in pairs)
        lines.append(f"{name:<20}{lane.lanes:>6}{lane.last_shippers:>9}{cells}")
    return lines


def _figure(value: float, places: int) -> str:
    return "-" if np.isnan(value) else f"{value:.{places}f}"


def _explain(overall: FitRow) -> list[str]:
    known = overall.lanes + overall.last_shippers
    return [
        "Rank correlation is Spearman's; error is the mean absolute error in percentage points. By lane, an",
        "importer's other shares stay known and give part of the answer away; by importer, all its shares",
        "are withheld at once. Share of output: a seller's share of world output, taken for every importer.",
        f"{overall.last_shippers} of {known} known shares name an exporter that makes none of the metal",
        "(a last shipper): no flow from the origin of metal can foretell them, and they are not scored.",
    ]
