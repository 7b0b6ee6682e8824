"""Points of a design: the full grid, a Latin hypercube, the samples of Sobol and Morris, or a list."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from experiments.sweep.design import Design
from experiments.sweep.factor import DesignError, Factor, Value
from world.axes import Array
from world.premise.reading import in_order

Point = dict[str, Value]
MOST_POINTS = 10_000_000


def draw_points(design: Design) -> list[Point]:
    """The points of ``design`` in their order; the same design gives the same points on every machine.

    Raises ``DesignError`` for a sampling that the factors or the file cannot give.
    """
    points = _SAMPLERS[design.sampling.kind](design)
    if not points:
        raise DesignError(f"{design.origin}: sampling: gives no point, allowed: at least one")
    return points


def problem_of(design: Design) -> dict[str, Any]:
    """The factors as SALib's ``problem``, each on 0 to 1: what ``Factor.at`` takes."""
    names = [factor.name for factor in design.factors]
    return {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}


def _full(design: Design) -> list[Point]:
    return _grid(design, design.factors)


def _grid(design: Design, factors: Sequence[Factor]) -> list[Point]:
    """Every combination of values; a range has ``sampling.size`` levels."""
    size = design.sampling.size
    for factor in factors:
        if size is None and not factor.is_categorical:
            section = "levers" if factor.is_lever else "uncertainties"
            raise DesignError(
                f"{design.origin}: sampling.size: missing, a full grid takes so many levels of the range of "
                f"{section}.{factor.name}; allowed: sampling.size, or values instead of the range"
            )
    levels = [factor.levels(size or 1) for factor in factors]
    count = 1
    for values in levels:
        count *= len(values)
    if count > MOST_POINTS:
        raise DesignError(
            f"{design.origin}: sampling: a full grid of {count:,} points, allowed: {MOST_POINTS:,}"
        )
    names = [factor.name for factor in factors]
    return [dict(zip(names, values, strict=True)) for values in itertools.product(*levels)]


def _latin_hypercube(design: Design) -> list[Point]:
    """``sampling.size`` points, each range cut into as many slices with one point in each; with
    ``sampling.cross`` the uncertainties alone, under every combination of the levers.
    """
    import numpy as np
    from scipy.stats import qmc

    sampled = design.uncertainties if design.sampling.cross else design.factors
    size = _size(design)
    if not sampled:
        raise DesignError(f"{design.origin}: sampling.cross: there is no uncertainty to sample, allowed: one")
    cube = qmc.LatinHypercube(d=len(sampled), seed=np.random.default_rng(design.sampling.seed)).random(size)
    drawn = _at(sampled, cube)
    if not design.sampling.cross:
        return drawn
    return [choice | draw for choice in _grid_of_levers(design) for draw in drawn]


def _grid_of_levers(design: Design) -> list[Point]:
    for factor in design.levers:
        if not factor.is_categorical:
            raise DesignError(
                f"{design.origin}: levers.{factor.name}: a range, allowed: values, where "
                "sampling.cross is true"
            )
    return _grid(design, design.levers)


def _sobol(design: Design) -> list[Point]:
    """SALib's sample for Sobol indices: size x (factors + 2) points, with second order size x (2 factors +
    2).
    """
    sobol = _salib(design)("sobol")
    size = _size(design)
    if size & (size - 1):
        raise DesignError(f"{design.origin}: sampling.size: given {size}, allowed: a power of two")
    unit = sobol.sample(
        problem_of(design),
        size,
        calc_second_order=design.sampling.second_order,
        scramble=True,
        seed=design.sampling.seed,
    )
    return _at(design.factors, unit)


def _morris(design: Design) -> list[Point]:
    """SALib's sample for Morris screening: size x (factors + 1) points on ``sampling.levels`` levels."""
    morris = _salib(design)("morris")
    unit = morris.sample(
        problem_of(design), _size(design), num_levels=design.sampling.levels, seed=design.sampling.seed
    )
    return _at(design.factors, unit)


def _salib(design: Design) -> Callable[[str], Any]:
    """Finds a sampler of SALib by name. Raises ``DesignError`` where it is not installed."""
    from importlib import import_module

    try:
        import_module("SALib.sample")
    except ImportError:
        raise DesignError(
            f"{design.origin}: sampling.kind: {design.sampling.kind} needs SALib, allowed after: pip install "
            "-e '.[sweep]'"
        ) from None
    return lambda name: import_module(f"SALib.sample.{name}")


def _size(design: Design) -> int:
    if design.sampling.size is None:
        raise DesignError(
            f"{design.origin}: sampling.size: missing, allowed: a whole number, for {design.sampling.kind}"
        )
    return design.sampling.size


def _at(factors: Sequence[Factor], unit: Array) -> list[Point]:
    return [
        {factor.name: factor.at(float(part)) for factor, part in zip(factors, row, strict=True)}
        for row in unit
    ]


def _list(design: Design) -> list[Point]:
    """The rows of a CSV file with a column for each factor."""
    if design.sampling.file is None:
        raise DesignError(f"{design.origin}: sampling.file: missing, allowed: a CSV file, for list")
    path = design.folder / design.sampling.file
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            return list(_read_list(csv.DictReader(lines), design.factors, path))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DesignError(f"{design.origin}: sampling.file: {path}: cannot be read: {reason}") from None


def _read_list(rows: csv.DictReader[str], factors: Sequence[Factor], path: Path) -> Iterator[Point]:
    columns, names = list(rows.fieldnames or ()), [factor.name for factor in factors]
    for name in names:
        if name not in columns:
            raise DesignError(f"{path.name}: column {name}: missing, allowed: {', '.join(names)}")
    for name in columns:
        if name not in names:
            raise DesignError(f"{path.name}: column {name}: not a factor{in_order(name, names)}")
    for row in rows:
        yield {factor.name: _cell(row, factor, f"{path.name}, row {rows.line_num}") for factor in factors}


def _cell(row: Mapping[str, str | None], factor: Factor, where: str) -> Value:
    text = (row[factor.name] or "").strip()
    for value in _readings(text):
        try:
            return factor.accept(value)
        except ValueError as error:
            allowed = str(error)
    raise DesignError(f"{where}, column {factor.name}: given {text!r}, allowed: {allowed}")


def _readings(text: str) -> Iterable[object]:
    """What a cell may mean: a number, true or false, a text."""
    if text.lower() in ("true", "false"):
        yield text.lower() == "true"
    with suppress(ValueError):
        yield float(text)
    yield text


_SAMPLERS: Mapping[str, Callable[[Design], list[Point]]] = {
    "full": _full,
    "latin_hypercube": _latin_hypercube,
    "sobol": _sobol,
    "morris": _morris,
    "list": _list,
}
