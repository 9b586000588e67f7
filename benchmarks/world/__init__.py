"""Seeded synthetic networks over the real catalogue, and the needs that are ranked against them."""
