"""What is claimed about speed, re-runnable: `python -m benchmarks`, described in docs/benchmarks.md."""
