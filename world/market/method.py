"""Which form of Newton's method clears the market: compiled loops, or the arrays that are easier to read.

Both take the same steps to the same answer. ``OREBLOC_KERNEL=arrays`` in the environment chooses the arrays.
"""

from __future__ import annotations

import os

from world.market.balance import Problem
from world.market.newton import Outcome
from world.market.newton import newton as newton_on_arrays
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
    chosen = os.environ.get(VARIABLE, COMPILED)
    if chosen == ARRAYS:
        return newton_on_arrays(problem, unknowns, tolerance, steps)
    if chosen != COMPILED:
        raise KernelError(f"{VARIABLE}: given {chosen!r}, allowed: {COMPILED} or {ARRAYS}")
    from world.market.compiled.newton import newton as newton_compiled  # a second to import: not for --help

    return newton_compiled(problem, unknowns, tolerance, steps)
