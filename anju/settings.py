"""Django's settings. What a place may choose comes from the environment; secrets come from the data folder."""

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from anju.core.keys import secret_key
from anju.core.server import databases

ROOMS = ("core", "figures", "runs", "documents", "projects", "returns", "evaluation", "oversight", "desk", "demo")

DEBUG = False
SECRET_KEY = SimpleLazyObject(secret_key)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]  # this machine only: there is no sign-in yet

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "procrastinate.contrib.django",
    *(f"anju.{room}" for room in ROOMS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "anju.core.middleware.ScopeMiddleware",  # last: it calls the view
]
ROOT_URLCONF = "anju.urls"
WSGI_APPLICATION = "anju.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "anju.core.frame.context",
            ],
            "builtins": ["django.templatetags.static"],
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

DATABASES = databases()
DATABASE_ROUTERS = ["anju.core.server.OwnerMigrates"]
AUTH_USER_MODEL = "core.Staff"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a letter opens the page it names
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # the rooms' jobs.py are found by core/jobs.py, when one is wanted
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the package: nothing to collect on an office computer
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # uploads live in the database, beside their rows
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MAP_FOLDERS = [  # forms the import page knows: the demonstration's, and a city's own folders as PATH separates them
    *sorted((Path(__file__).parent / "demo" / "places").glob("*/maps")),
    *(Path(name) for name in os.environ.get("ANJU_MAPS", "").split(os.pathsep) if name),
]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000  # a table of 120 counties typed in the browser
DATA_UPLOAD_MAX_MEMORY_SIZE = 50 * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "anju.core.views.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
