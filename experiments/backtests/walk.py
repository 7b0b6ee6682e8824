"""From the prior to what history supports: random walks that keep to the prior but for what the bands say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from world.axes import Array, Mask

STEPS = 8000
"""Steps of each walk; a walk forgets where it began in some tens to hundreds."""
KEPT = 40
"""Places kept of each walk, over its second half, to say what is pinned down."""
STRIDES = (0.03, 0.1, 0.3, 0.8)
"""Parts of a step that are new: one of them at random."""


def walk(first: Array, leading: Mask, support: Callable[[Array], Array], seed: int) -> Array:
    """(kept, member, parameter) normal scores along one walk a member; the last are the members.

    Preconditioned Crank-Nicolson steps (Cotter and others 2013): a step that moves within the prior is taken
    with the ratio of supports, so that walks end up where prior times support say, whatever the number of
    parameters. Those that do not lead stay where each member's prior draw has them.

    first : (member, parameter); leading : (parameter,) which ones move; support : (member, parameter) ->
    (member,) log likelihood
    """
    draw = np.random.default_rng(seed)
    now, known = first.copy(), support(first)
    kept = []
    for step in range(1, STEPS + 1):
        stride = draw.choice(STRIDES, size=(len(now), 1))
        asked = now.copy()
        fresh = draw.standard_normal((len(now), int(leading.sum())))
        asked[:, leading] = np.sqrt(1.0 - stride**2) * now[:, leading] + stride * fresh
        found = support(asked)
        taken = np.log(draw.random(len(now))) < found - known
        now[taken], known[taken] = asked[taken], found[taken]
        if step > STEPS // 2 and (STEPS - step) % (STEPS // 2 // KEPT) == 0:
            kept.append(now.copy())
    return np.array(kept)
