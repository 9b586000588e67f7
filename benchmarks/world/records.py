"""Track records of a tenth of the facilities. The project's tables hold none yet, so both sides are told of these."""

from __future__ import annotations

import numpy as np

from benchmarks.world.columns import SEED, Array

STREAM = 331


def draw_records(keys: Array) -> tuple[Array, Array]:
    """Good and bad lots of facilities by their keys, the same for a facility whatever the network."""
    size = int(keys.max(initial=0)) + 1
    rng = np.random.default_rng([SEED, STREAM])
    chance, quality, lots = rng.random((size, 3)).T  # row by row, so that a larger network begins with these
    count = np.where(chance < 0.1, 1 + np.floor(40 * lots**2), 0).astype(np.int64)
    bad = np.floor(count * 0.4 * quality**2).astype(np.int64)
    return (count - bad)[keys], bad[keys]
