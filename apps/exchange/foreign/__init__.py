"""Formats of other people's files, in the order in which they are tried.

They stand above `tables` and `workbooks`, which read for them; the contract that those know as well is `formats.base`.
"""

from apps.exchange.foreign import fablabs, okh, okw_2022, okw_map, okw_v1, pcb_limits, space_api, supply_hub
from apps.exchange.formats.base import Format

FOREIGN: tuple[Format, ...] = (
    okw_map.MACHINES,
    okw_map.SPACES,
    fablabs.MACHINES,
    fablabs.LABS,
    supply_hub.SUPPLIERS,
    okw_v1.OKW_V1,
    okw_2022.OKW_2022,
    space_api.SPACE_API,
    pcb_limits.PROFILES,
    pcb_limits.RULES,
    okh.OKH,
)
