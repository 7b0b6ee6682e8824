"""Which form clears markets and adds up payments and gains: compiled loops, or arrays, easier to read.

Both take the same steps to the same answer. ``OREBLOC_KERNEL=arrays`` in the environment chooses the arrays.
"""

from __future__ import annotations

import os

from world.market.arrays import Needs
from world.market.balance import Problem
from world.market.charges import LaneCharges
from world.market.listed import LaneFlows, LaneList
from world.market.newton import Outcome
from world.market.newton import newton as newton_on_arrays
from world.market.payments import LanePayments
from world.market.payments import payments_over as payments_on_arrays
from world.market.rows import Floats
from world.market.surplus import surplus_usd as surplus_on_arrays

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
    if not is_compiled():
        return newton_on_arrays(problem, unknowns, tolerance, steps)
    from world.market.compiled.newton import newton as newton_compiled  # a second to import: not for --help

    return newton_compiled(problem, unknowns, tolerance, steps)


def payments_over(
    charges: LaneCharges, lanes: LaneList, flows: LaneFlows, price_usd_t: Floats, ordered_t: Floats
) -> LanePayments:
    """What buyers pay over listed lanes: see :func:`world.market.payments.payments_over`.

    Raises
    ------
    KernelError
        If ``OREBLOC_KERNEL`` is neither ``compiled`` nor ``arrays``.
    """
    if not is_compiled():
        return payments_on_arrays(charges, lanes, flows, price_usd_t, ordered_t)
    from world.market.compiled.payments import payments_over as payments_compiled

    return payments_compiled(charges, lanes, flows, price_usd_t, ordered_t)


def surplus_usd(needs: Needs, spread_usd_t: Floats, index_usd_t: Floats) -> Floats:
    """What users gain over buying at the reference price, (M, K): see
    :func:`world.market.surplus.surplus_usd`.

    Raises
    ------
    KernelError
        If ``OREBLOC_KERNEL`` is neither ``compiled`` nor ``arrays``.
    """
    if not is_compiled():
        return surplus_on_arrays(needs, spread_usd_t, index_usd_t)
    from world.market.compiled.surplus import surplus_usd as surplus_compiled

    return surplus_compiled(needs, spread_usd_t, index_usd_t)


def is_compiled() -> bool:
    """Whether the compiled form is chosen.

    Raises
    ------
    KernelError
        If the environment names neither form.
    """
    chosen = os.environ.get(VARIABLE, COMPILED)
    if chosen not in (COMPILED, ARRAYS):
        raise KernelError(f"{VARIABLE}: given {chosen!r}, allowed: {COMPILED} or {ARRAYS}")
    return chosen == COMPILED
