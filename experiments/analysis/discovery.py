"""Scenario discovery: under which settings an outcome ends above or below a value, as boxes of factors.

PRIM and CART are those of EMA Workbench. A case is a point: it is of interest when most of its runs are, for
runs of one point are not independent, and the quasi-p values count on independent cases. A list of numbers
enters by its places, so that a box ends on settings that exist (as fractions: pasting whole numbers fails
under pandas 3); words enter as categories.

CART is given a column of 0 and 1 for each word: EMA Workbench's own boxes of categories share one set among
all leaves and come out overlapping. Its tree is grown with a fixed seed, for ties are broken by chance.

Sources: Friedman and Fisher (1999); Bryant and Lempert (2010); Kwakkel and Jaxa-Rozen (2016).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from experiments.analysis.extras import need, quiet_import
from experiments.analysis.study import AnalysisError, Study, is_ordered, places

if TYPE_CHECKING:
    import pandas as pd

    from experiments.sweep.factor import Factor, Value

LEAST_CASES, LEAST_OF_INTEREST = 40, 8
LEAST_DENSITY, LEAST_MASS = 0.8, 0.05
MOST_BOXES = 4
ANY = 1e-9
"""Density from which PRIM keeps a box: any with a case of interest; how dense is asked of its trajectory."""
SEED = 1
Mask = NDArray[np.bool_]
Limits = Mapping[str, tuple["Value", ...]]


@dataclass(frozen=True)
class Box:
    """A region of factors.

    limits : of a range its lowest and highest setting, of a list the settings inside; factors that are not
        restricted are left out
    quasi_p : by factor, the chance of so dense a box were that restriction of no use; empty for CART
    coverage, density, mass : part of the cases of interest that is inside; of the cases inside that are of
        interest; of all cases that is inside
    """

    method: str
    limits: Limits
    quasi_p: Mapping[str, float]
    coverage: float
    density: float
    mass: float
    cases: int


@dataclass(frozen=True)
class Discovery:
    """Boxes found for one outcome.

    cases : a row a point: its settings, ``share`` of its runs that are of interest, ``of_interest``
    reached : whether PRIM found a box of the density asked for; else its first is the densest there is
    """

    label: str
    outcome: str
    above: bool
    threshold: float
    cases: pd.DataFrame
    factors: tuple[Factor, ...]
    prim: tuple[Box, ...]
    cart: tuple[Box, ...]
    reached: bool

    @property
    def base_rate(self) -> float:
        """Part of all cases that is of interest."""
        return float(self.cases["of_interest"].mean())


def discover(
    study: Study, outcome: str, threshold: float, above: bool = True, density: float = LEAST_DENSITY
) -> Discovery:
    """Boxes in which ``outcome`` ends above (or below) ``threshold``.

    Raises ``AnalysisError`` for an unknown outcome, too few points, or too few of either kind.
    """
    study.check_outcome(outcome)
    need("ema_workbench", "discovery")
    cases = _cases(study, outcome, threshold, above)
    factors = tuple(factor for factor in study.design.factors if cases[factor.name].nunique() > 1)
    wanted = cases["of_interest"].to_numpy(bool)
    _check(study, outcome, threshold, above, wanted)
    prim, reached = _prim(cases, factors, wanted, density)
    cart = _cart(cases, factors, wanted)
    return Discovery(study.label, outcome, above, threshold, cases, factors, prim, cart, reached)


def _cases(study: Study, outcome: str, threshold: float, above: bool) -> pd.DataFrame:
    values = study.by_seed(outcome).dropna(how="all")
    hits = (values > threshold if above else values < threshold).where(values.notna())
    cases = study.points().loc[values.index]
    cases["share"] = hits.astype(float).mean(axis=1)
    cases["of_interest"] = cases["share"] > 0.5
    return cases.reset_index()


def _check(study: Study, outcome: str, threshold: float, above: bool, wanted: Mask) -> None:
    size, hits = len(wanted), int(wanted.sum())
    side = "above" if above else "below"
    if size < LEAST_CASES:
        raise AnalysisError(
            f"{study.folder}: {size} points, needed for boxes: at least {LEAST_CASES}; sample more points, "
            'such as with [sampling] kind = "latin_hypercube"'
        )
    if min(hits, size - hits) < LEAST_OF_INTEREST:
        raise AnalysisError(
            f"{study.folder}: {outcome} is {side} {threshold:g} at {hits} of {size} points, needed: at least "
            f"{LEAST_OF_INTEREST} on either side; choose another value"
        )


def _prim(
    cases: pd.DataFrame, factors: tuple[Factor, ...], wanted: Mask, density: float
) -> tuple[tuple[Box, ...], bool]:
    with quiet_import():
        from ema_workbench.analysis import prim

        # Versions before 3 want to know from which density on a box is kept at all.
        takes = inspect.signature(prim.Prim).parameters
        options: dict[str, Any] = {"threshold": ANY} if "threshold" in takes else {}
        search = prim.Prim(_columns(cases, factors), wanted, mass_min=LEAST_MASS, **options)
        boxes: list[Box] = []
        for _ in range(MOST_BOXES):
            if int(wanted[search.yi_remaining].sum()) < LEAST_OF_INTEREST:
                break
            found = search.find_box()
            chosen, reached = _best(found.peeling_trajectory, density)
            if boxes and not reached:
                break
            found.select(chosen)
            boxes.append(_box_of_prim(found, chosen, factors, search.box_init))
            if not reached:
                return tuple(boxes), False
            search._update_yi_remaining(search)
    return tuple(boxes), bool(boxes)


def _best(trajectory: pd.DataFrame, density: float) -> tuple[int, bool]:
    """The box with the largest coverage among those dense enough; else the densest. And whether it is."""
    enough = trajectory[trajectory["density"] >= density]
    if len(enough):
        ranked = enough.sort_values(["coverage", "density", "res_dim"], ascending=[False, False, True])
        return int(ranked.index[0]), True
    ranked = trajectory.sort_values(["density", "coverage"], ascending=[False, False])
    return int(ranked.index[0]), False


def _box_of_prim(found: Any, chosen: int, factors: tuple[Factor, ...], whole: pd.DataFrame) -> Box:
    limits, row = found.box_lims[chosen], found.peeling_trajectory.loc[chosen]
    tested = found.qp if hasattr(found, "qp") else found.p_values  # its name from version 3 on
    chance = {
        str(name): min((value for value in values if value >= 0), default=1.0)
        for name, values in tested[chosen].items()
    }
    inside: dict[str, tuple[Value, ...]] = {}
    for factor in factors:
        low, high = limits[factor.name]
        if factor.name in chance and [low, high] != list(whole[factor.name]):
            inside[factor.name] = _settings_in(factor, low, high)
    return Box(
        "PRIM",
        inside,
        {name: chance[name] for name in inside},
        float(row["coverage"]),
        float(row["density"]),
        float(row["mass"]),
        int(row["n"]),
    )


def _settings_in(factor: Factor, low: Any, high: Any) -> tuple[Value, ...]:
    if not factor.values:
        return float(low), float(high)
    if is_ordered(factor):
        return tuple(value for place, value in enumerate(factor.values) if low <= place <= high)
    return tuple(value for value in factor.values if str(value) in low)


def _columns(cases: pd.DataFrame, factors: tuple[Factor, ...]) -> pd.DataFrame:
    """Factors as PRIM reads them: ranges as numbers, lists of numbers as places, words as categories."""
    import pandas as pd

    columns: dict[str, Any] = {}
    for factor in factors:
        column = cases[factor.name]
        if not factor.values:
            columns[factor.name] = column.to_numpy(float)
        elif is_ordered(factor):
            columns[factor.name] = places(factor, column)
        else:
            columns[factor.name] = pd.Categorical(column.astype(str))
    return pd.DataFrame(columns)


def _cart(cases: pd.DataFrame, factors: tuple[Factor, ...], wanted: Mask) -> tuple[Box, ...]:
    """Leaves in which most cases are of interest, those that hold most of them first."""
    with quiet_import():
        from ema_workbench.analysis import cart
        from sklearn.tree import DecisionTreeClassifier

    columns, back = _numbers(cases, factors)
    tree = cart.CART(columns, wanted, mass_min=LEAST_MASS)
    least = max(int(LEAST_MASS * len(wanted)), 1)
    tree.clf = DecisionTreeClassifier(min_samples_leaf=least, random_state=SEED).fit(
        columns.to_numpy(), wanted
    )
    if tree.clf.tree_.node_count == 1:
        return ()
    boxes = []
    for limits, row in zip(tree.boxes, tree.stats, strict=True):
        coverage, density, mass = (float(row[name]) for name in ("coverage", "density", "mass"))
        if density > 0.5:
            cases_inside = round(mass * len(wanted))
            boxes.append(Box("CART", back(limits), {}, coverage, density, mass, cases_inside))
    return tuple(sorted(boxes, key=lambda box: (-box.coverage, -box.density)))


def _numbers(
    cases: pd.DataFrame, factors: tuple[Factor, ...]
) -> tuple[pd.DataFrame, Callable[[pd.DataFrame], Limits]]:
    """Factors as numbers for CART, a column a word; and the way back from limits of columns to factors."""
    columns = _columns(cases, factors)
    words = {factor.name: factor for factor in factors if not is_ordered(factor)}
    for name, factor in words.items():
        for place, value in enumerate(factor.values):
            columns[f"{name}_is_{place}"] = (columns[name].astype(str) == str(value)).astype(float)
    columns = columns.drop(columns=list(words)).astype(float)

    def back(limits: pd.DataFrame) -> Limits:
        inside: dict[str, tuple[Value, ...]] = {}
        for factor in factors:
            if factor.name in words:
                asked = [limits[f"{factor.name}_is_{place}"] for place in range(len(factor.values))]
                kept = tuple(
                    value for value, ends in zip(factor.values, asked, strict=True) if ends.iloc[1] >= 1.0
                )
                named = tuple(
                    value for value, ends in zip(factor.values, asked, strict=True) if ends.iloc[0] > 0.0
                )
                if len(named or kept) < len(factor.values):
                    inside[factor.name] = named or kept
            else:
                low, high = (float(end) for end in limits[factor.name])
                if (low, high) != (columns[factor.name].min(), columns[factor.name].max()):
                    inside[factor.name] = _settings_in(factor, low, high)
        return inside

    return columns, back
