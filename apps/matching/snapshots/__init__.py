"""Database rows as the engine's facts, read in one consistent view."""
