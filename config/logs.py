"""Logs: one JSON object a line on standard error, with the request or task it belongs to."""

import logging.config
import re
from typing import Any

import structlog
from celery.signals import setup_logging
from django.conf import settings
from structlog.typing import EventDict, Processor

# Addresses whose last part lets whoever knows it in.
SECRET_ADDRESS = re.compile(r"(/(?:answers|calendar|facilities/invited)/)[^/\s\"']+")


def hide_secret_addresses(logger: Any, name: str, event: EventDict) -> EventDict:
    """Whoever reads the log is not thereby let in."""
    return {
        key: SECRET_ADDRESS.sub(r"\1...", value) if isinstance(value, str) else value for key, value in event.items()
    }


# What every line gets, also those of libraries that know only `logging`. format_exc_info must be among them, or
# their tracebacks print as the name of an object.
PROCESSORS: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
    hide_secret_addresses,
]


def configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *PROCESSORS,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def logging_config(level: str) -> dict[str, Any]:
    """The value of LOGGING."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.JSONRenderer(),
                ],
                "foreign_pre_chain": PROCESSORS,
            },
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own handlers would print every line twice, once not as JSON.
            "django": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
        },
    }


@setup_logging.connect
def keep_our_logging(**_: object) -> None:
    """Celery sets up logging of its own unless somebody answers this signal."""
    logging.config.dictConfig(settings.LOGGING)
