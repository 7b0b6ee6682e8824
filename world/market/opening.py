"""Sources of users' own that open as prices rise, as part of the curve of need."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from world.market.arrays import Needs
from world.market.rows import Floats

# Of the prices between which they open: need has no cliff.
LEAST_WIDTH_RATIO = 1.1
# Of what users need when all are open: need stays less elastic than the choice between sellers.
MOST_SECOND_SHARE = 0.9


def opening_of(
    needs: Needs, some: NDArray[np.bool_], elasticity: Floats, lowest: Floats, dear: Floats, more: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """The prices between which second sources open, and what the elasticity rises by between them and above.

    Need for what sellers have is a power of the price between the two, and where all are open it is that of
    users less what these give. From there on it is the power with the slope that this difference has: what
    sources give stays what it is, and falls a little far above.
    """
    opens = some & (needs.second_share > 0)
    second = np.where(opens, np.maximum(needs.second_usd_t, lowest), lowest)
    full = np.where(opens, np.maximum(needs.second_full_usd_t, LEAST_WIDTH_RATIO * second), second)
    price = np.where(opens, needs.price_usd_t, 1.0)
    is_dear = opens & (full > dear)
    above = np.where(is_dear, more, 0.0)
    log_left = -elasticity * np.log(np.where(opens, full / price, 1.0))
    log_left = log_left - above * np.log(np.where(is_dear, full / dear, 1.0))
    share = np.where(opens, needs.second_share / np.exp(log_left), 0.0)
    sellers = 1.0 - np.minimum(share, MOST_SECOND_SHARE)
    opening = -np.log(sellers) / np.log(np.where(opens, full / second, np.e))
    return second, full, opening, (elasticity + above) * (1.0 / sellers - 1.0)
