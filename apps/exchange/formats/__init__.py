"""Formats of other people's files, in the order in which they are tried."""

from apps.exchange.formats.base import Format

FOREIGN: tuple[Format, ...] = ()
