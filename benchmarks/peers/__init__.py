"""What the engine is measured against: tuned SQL, a plain loop over ORM rows, and one pass over its own columns."""
