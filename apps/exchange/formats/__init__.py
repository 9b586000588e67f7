"""The contract of all formats (`base`). Those of other people's files are in `apps.exchange.foreign`, as FOREIGN."""
