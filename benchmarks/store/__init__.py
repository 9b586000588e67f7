"""Writing a synthetic network and its needs straight into the project's tables."""
