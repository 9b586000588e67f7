"""Counting requests exactly: one atomic INCR a request in Redis; a count of this process's own while Redis is away."""

import threading
import time
from dataclasses import dataclass
from typing import Any

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

RETRY_REDIS_AFTER = 5.0
TIMEOUT = 0.25
MAX_OWN = 10_000


class Counter:
    """How often a name was counted in its window. Windows are fixed: they begin at multiples of their length."""

    def __init__(self, url: str) -> None:
        # Connects at the first use only; one client for all threads, made before there are any.
        self._redis = redis.Redis.from_url(
            url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT, retry=Retry(NoBackoff(), 0)
        )
        self._away_until = 0.0
        self._lock = threading.Lock()
        self._own: dict[str, tuple[float, int]] = {}

    def add(self, name: str, seconds: int) -> int:
        now = time.time()
        key = f"{name}:{int(now) // seconds}"
        if time.monotonic() >= self._away_until:
            try:
                return self._add_shared(key, seconds)
            except redis.RedisError:
                self._away_until = time.monotonic() + RETRY_REDIS_AFTER
        return self._add_own(key, now, seconds)

    def _add_shared(self, key: str, seconds: int) -> int:
        prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
        with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.incr(f"{prefix}throttle:{key}")
            pipeline.expire(f"{prefix}throttle:{key}", seconds)
            count, _ = pipeline.execute()
        return int(count)

    def _add_own(self, key: str, now: float, seconds: int) -> int:
        with self._lock:
            if len(self._own) > MAX_OWN:
                self._own = {kept: entry for kept, entry in self._own.items() if entry[0] > now}
            _, used = self._own.get(key, (0.0, 0))
            self._own[key] = (now + seconds, used + 1)
            return used + 1


COUNTER = Counter(settings.REDIS_URL)


@dataclass(frozen=True)
class Standing:
    limit: int
    used: int
    seconds_left: int

    @property
    def remaining(self) -> int:
        return max(self.limit - self.used, 0)

    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.seconds_left),
        }


class ExactThrottle(BaseThrottle):
    """`API_THROTTLES` in the settings gives each scope its limit and its window in seconds."""

    scope = ""

    def allow_request(self, request: Request, view: Any) -> bool:
        limit, seconds = settings.API_THROTTLES[self.scope]
        used = COUNTER.add(f"{self.scope}:{self.subject(request)}", seconds)
        self.standing = Standing(limit, used, seconds - int(time.time()) % seconds)
        request.rate_standing = self.standing  # type: ignore[attr-defined]  # read by ApiView.finalize_response
        return used <= limit

    def wait(self) -> float:
        return float(self.standing.seconds_left)

    def subject(self, request: Request) -> str:
        return str(self.get_ident(request))


class CallerThrottle(ExactThrottle):
    """Everybody who signed in; the address where nobody did."""

    scope = "caller"

    def subject(self, request: Request) -> str:
        if request.user.is_authenticated:
            return f"user-{request.user.pk}"
        return f"address-{self.get_ident(request)}"


class SignInThrottle(ExactThrottle):
    """Guesses from one address."""

    scope = "sign_in"
