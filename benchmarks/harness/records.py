"""A supply that knows of track records, as it will when outcomes are stored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.world.records import draw_records
from matchmaker.storage import narrow
from matchmaker.supply import SegmentedError, Supply


def with_records(supply: Supply) -> Supply:
    """The same columns but for good and bad lots; of a plain supply."""
    if supply.columns is None:
        raise SegmentedError
    sites = supply.columns.sites
    good, bad = draw_records(sites.ids.array(np.arange(len(sites.ids))).astype(np.int64))
    sites = replace(sites, good_lots=narrow(good), bad_lots=narrow(bad))
    return replace(supply, columns=replace(supply.columns, sites=sites))
