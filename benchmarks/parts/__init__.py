"""The parts of the table: engines side by side, loads, tasks."""
