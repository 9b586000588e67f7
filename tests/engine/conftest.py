"""How hard hypothesis tries: the default keeps the engine's tests short, HYPOTHESIS_PROFILE=thorough takes its time."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

settings.register_profile("engine", max_examples=20, deadline=None, suppress_health_check=QUIET, derandomize=True)
settings.register_profile("deep", max_examples=300, deadline=None, suppress_health_check=QUIET)
settings.register_profile("thorough", max_examples=3000, deadline=None, suppress_health_check=QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "engine"))
