"""Django settings; values that differ between places come through config.env."""

import logging
from datetime import timedelta
from socket import gethostname

from csp.constants import NONE, SELF
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from kombu import Queue

from config.desk import unfold_config
from config.env import ROOT, database_config, env
from config.logs import configure_structlog, logging_config

DEBUG = env.bool("DEBUG", default=False)
# The default serves commands that need no secret (checks, types, schema); `check --deploy` and config.wsgi refuse it.
INSECURE_SECRET_KEY = "insecure-only-for-checks-and-tests"  # noqa: S105 - it is no secret
SECRET_KEY = env.str("SECRET_KEY", default=INSECURE_SECRET_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DEMO = env.bool("DEMO", default=False)

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "apps.core",
    "apps.accounts",
    "apps.networks",
    "apps.notices",
    "apps.catalog",
    "apps.facilities",
    "apps.needs",
    "apps.exchange",
    "apps.matching",
    "apps.portal",
]

MIDDLEWARE = [
    "config.middleware.LoggedRequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "apps.core.middleware.RelaxedPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.core.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASES = {
    "default": {
        **database_config(env.str("DATABASE_URL", default="postgresql://matchmaker@localhost/matchmaker")),
        "CONN_HEALTH_CHECKS": True,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
    },
}
# Who acts is told to the triggers that keep the history of rows. Reading changes nothing that they keep.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = env.str("REDIS_URL", default="redis://localhost:6379/0")

AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("portal:sign-in")
LOGIN_REDIRECT_URL = reverse_lazy("portal:home")
LOGOUT_REDIRECT_URL = reverse_lazy("portal:sign-in")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
# The demo and the tests serve static files from where they lie; production collects, compresses and hashes them first.
WHITENOISE_USE_FINDERS = env.bool("WHITENOISE_USE_FINDERS", default=False)
STATIC_ROOT = None if WHITENOISE_USE_FINDERS else env.str("STATIC_ROOT", default=str(ROOT / "var" / "static"))
STATIC_BACKEND = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if WHITENOISE_USE_FINDERS
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
# What people hand in. Nothing serves this folder: files are read through views that ask who is reading.
MEDIA_ROOT = env.str("MEDIA_ROOT", default=str(ROOT / "var" / "media"))
FILE_UPLOAD_PERMISSIONS, FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o600, 0o700
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": STATIC_BACKEND},
}

# --- Mail ------------------------------------------------------------------------------------------------------------
# Without a mail server a demonstration shows its mail on a page of its own, and nothing leaves the machine.
EMAIL = env.email_url("EMAIL_URL", default="dummymail://" if DEMO else "consolemail://")
MAIL_STAYS_HERE = DEMO and EMAIL["EMAIL_BACKEND"] == "django.core.mail.backends.dummy.EmailBackend"
EMAIL_BACKEND = EMAIL["EMAIL_BACKEND"]
EMAIL_HOST, EMAIL_PORT = EMAIL["EMAIL_HOST"], EMAIL["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = EMAIL["EMAIL_HOST_USER"], EMAIL["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL.get("EMAIL_USE_TLS", False), EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_FILE_PATH = EMAIL["EMAIL_FILE_PATH"] or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("MAIL_FROM", default="Matchmaker <matchmaker@localhost>")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")  # what links in mail begin with

# --- Admin -----------------------------------------------------------------------------------------------------------
UNFOLD = unfold_config(demo=DEMO)

# --- API -------------------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "apps.core.api.authentication.ApiTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_FILTER_BACKENDS": ["apps.core.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "apps.core.api.pagination.StablePagination",
    "DEFAULT_PARSER_CLASSES": ["apps.core.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "apps.core.api.problems.problem_handler",
    "DEFAULT_THROTTLE_CLASSES": ["apps.core.api.throttling.CallerThrottle"],
    "NUM_PROXIES": 1 if env.bool("BEHIND_PROXY", default=False) else 0,  # whose word for the caller's address counts
    "URL_FORMAT_OVERRIDE": None,
    "DEFAULT_METADATA_CLASS": None,  # the schema describes the API; OPTIONS is not answered
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
API_THROTTLES = {"caller": (1_200, 60), "sign_in": (20, 60), "sign_in_account": (10, 300)}  # requests, seconds
REST_KNOX = {"TOKEN_TTL": timedelta(days=30), "AUTO_REFRESH": False, "TOKEN_LIMIT_PER_USER": 20}
SPECTACULAR_SETTINGS = {
    "TITLE": "Matchmaker",
    "DESCRIPTION": "Finds hardware start-ups the place that can make their product, with reasons.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SCHEMA_PATH_PREFIX": r"/api/v[0-9]+",
    "ENUM_NAME_OVERRIDES": {
        "MemberRole": "apps.accounts.models.Role",
        "StepRole": "apps.needs.models.StepRole",
        "OrganisationKind": "apps.accounts.models.OrganisationKind",
        "CertificationScope": "apps.catalog.models.CertificationScope",
        "ClaimDecision": "apps.facilities.models.ClaimDecision",
        "ClaimState": "apps.facilities.models.ClaimState",
        "DocumentKind": "apps.facilities.models.DocumentKind",
        "ListingRequestKind": "apps.facilities.models.RequestKind",
        "ListingRequestState": "apps.facilities.models.RequestState",
        "VerifiedLevel": "apps.facilities.models.evidence.VERIFIED_CHOICES",
        "FacilityKind": "apps.catalog.models.FacilityKind",
        "NoGoKind": "apps.facilities.models.NoGoKind",
        "ProcessKind": "apps.catalog.models.ProcessKind",
        "RegionKind": "apps.catalog.models.RegionKind",
        "TermKind": "apps.exchange.models.Target",
        "TermState": "apps.exchange.models.TermState",
        "ImportState": "apps.exchange.models.BatchState",
        "ImportRowState": "apps.exchange.models.RowState",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "apps.core.api.schema.add_problems",
    ],
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024

# --- Celery: messages are doorbells, the rows are the queue -----------------------------------------------------------
CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "global_keyprefix": env.str("BROKER_KEY_PREFIX", default="matchmaker:"),
    "visibility_timeout": 3600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a broker may be away for hours; giving up would need somebody to notice
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 15
CELERY_TASK_TIME_LIMIT = 20
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"

# Each host has its own supply files: its workers ask one another, and nobody else, to see to them.
CELERY_TASK_QUEUES = [Queue("celery"), Queue(f"supply.{gethostname()}")]
CELERY_TASK_ROUTES = {"apps.matching.tasks.build_supply": {"queue": f"supply.{gethostname()}"}}

# --- Supply: all facilities as columns in files that the workers of a host map ----------------------------------------
SUPPLY_DIR = env.str("SUPPLY_DIR", default=str(ROOT / "var" / "supply"))
SUPPLY_BUILT_IN_PLACE = 100_000  # facilities up to which a worker that finds no file reads them all at once

# --- Security ---------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
HTTPS_ONLY = env.bool("HTTPS_ONLY", default=not (DEBUG or DEMO))
SECURE_SSL_REDIRECT = HTTPS_ONLY
SECURE_REDIRECT_EXEMPT = [r"^health/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
SECURE_HSTS_SECONDS = 63_072_000 if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS_ONLY
SECURE_HSTS_PRELOAD = HTTPS_ONLY
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS_ONLY
SESSION_COOKIE_NAME = "__Host-session" if HTTPS_ONLY else "session"
X_FRAME_OPTIONS = "DENY"

# --- Logs -------------------------------------------------------------------------------------------------------------
configure_structlog()
LOGGING = logging_config(env.str("LOG_LEVEL", default="INFO"))
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_CELERY_DEFAULT_LOG_LEVEL = logging.DEBUG  # beat's doorbells would fill the log
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # personal, and no help
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG  # one line a request, when it is over
