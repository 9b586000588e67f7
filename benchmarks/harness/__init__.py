"""Measuring: rows side by side in one run, and one table of what came out."""
