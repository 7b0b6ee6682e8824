"""Random draws keyed by what they are for: (seed, event, round, subject).

Two runs that differ in one policy share every draw that the policy does not touch, whatever the order in
which draws are made, so that paired comparisons differ only through the policy. Each draw is a hash of its
key, not a step of a shared generator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

_SPAN = float(2**53)


@dataclass(frozen=True)
class Streams:
    """All the randomness of one run; ``seed`` is its only state."""

    seed: int

    def uniform(self, event: str, round_: int, subject: str) -> float:
        """One draw in (0, 1) for this event, round and subject."""
        key = f"{self.seed}|{event}|{round_}|{subject}".encode()
        bits = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") >> 11
        return (bits + 0.5) / _SPAN

    def normal(self, event: str, round_: int, subject: str) -> float:
        """One standard normal draw for this event, round and subject."""
        return float(ndtri(self.uniform(event, round_, subject)))

    def normals(self, event: str, round_: int, subjects: Iterable[str]) -> NDArray[np.float64]:
        """Standard normal draws, one a subject, in the order of ``subjects``."""
        draws = np.array([self.uniform(event, round_, subject) for subject in subjects], dtype=np.float64)
        result: NDArray[np.float64] = ndtri(draws)
        return result

    def whole(self, event: str, round_: int, subject: str, low: int, high: int) -> int:
        """A whole number drawn evenly from ``low`` to ``high``, both included."""
        return low + int(self.uniform(event, round_, subject) * (high - low + 1))
