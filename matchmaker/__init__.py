"""Matchmaker's engine: ranks facilities for a need. Plain data in, plain data out; see docs/engine.md."""

ENGINE_VERSION = "1.1.0"
