"""Which form clears the market and adds up its payments: compiled loops, or arrays that are easier to read.

Both take the same steps to the same answer. ``OREBLOC_KERNEL=arrays`` in the environment chooses the arrays.
"""

from __future__ import annotations

import os

from world.market.arrays import Lanes
from world.market.balance import Problem
from world.market.charges import LaneCharges
from world.market.clearing import StageClearing
from world.market.newton import Outcome
from world.market.newton import newton as newton_on_arrays
from world.market.payments import Payments
from world.market.payments import payments_of as payments_on_arrays
from world.market.rows import Floats

VARIABLE, COMPILED, ARRAYS = "OREBLOC_KERNEL", "compiled", "arrays"


class KernelError(ValueError):
    """The environment asks for a form that does not exist."""


def newton(problem: Problem, unknowns: Floats, tolerance: float, steps: int) -> Outcome:
    """What clears each row of ``problem``, from ``unknowns`` (M, n): see :func:`world.market.newton.newton`.

    Raises
    ------
    KernelError
        If ``OREBLOC_KERNEL`` is neither ``compiled`` nor ``arrays``.
    """
    if not _is_compiled():
        return newton_on_arrays(problem, unknowns, tolerance, steps)
    from world.market.compiled.newton import newton as newton_compiled  # a second to import: not for --help

    return newton_compiled(problem, unknowns, tolerance, steps)


def payments_of(charges: LaneCharges, lanes: Lanes, cleared: StageClearing) -> Payments:
    """What buyers pay over the lanes of a stage: see :func:`world.market.payments.payments_of`.

    Raises
    ------
    KernelError
        If ``OREBLOC_KERNEL`` is neither ``compiled`` nor ``arrays``.
    """
    if not _is_compiled():
        return payments_on_arrays(charges, lanes, cleared)
    from world.market.compiled.payments import payments_of as payments_compiled

    return payments_compiled(charges, lanes, cleared)


def _is_compiled() -> bool:
    chosen = os.environ.get(VARIABLE, COMPILED)
    if chosen not in (COMPILED, ARRAYS):
        raise KernelError(f"{VARIABLE}: given {chosen!r}, allowed: {COMPILED} or {ARRAYS}")
    return chosen == COMPILED
