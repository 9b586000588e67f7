"""Formats of other people's files, in the order in which they are tried.

They stand above `tables` and `workbooks`, which read for them; the contract that those know as well is `formats.base`.
"""

from apps.exchange.formats.base import Format

FOREIGN: tuple[Format, ...] = ()
