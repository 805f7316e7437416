"""Django's settings. What a place may choose comes from the environment; secrets come from the data folder."""

import json
import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.functional import SimpleLazyObject

from anju.core.database.secret_key import secret_key
from anju.core.database.server import django_databases, portal_role
from anju.core.registry import rooms

DEBUG = False
SECRET_KEY = SimpleLazyObject(secret_key)
# This machine, and the names or addresses under which an office reaches it (ANJU_HOSTS, separated by commas).
ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *(name.strip() for name in os.environ.get("ANJU_HOSTS", "").split(",") if name.strip()),
]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "procrastinate.contrib.django",
    *(room.package for room in rooms()),
    "allauth",  # after the rooms: its pages are ours
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "axes",
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
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "anju.core.pages.middleware.ScopeMiddleware",  # last: it calls the view
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
                "anju.core.pages.context.template_context",
            ],
            "builtins": ["django.templatetags.static"],
        },
    }
]
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

DATABASES = django_databases()
PORTAL_ROLE = portal_role()
DATABASE_ROUTERS = ["anju.core.database.server.OwnerMigrates"]
AUTH_USER_MODEL = "core.Staff"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"  # a link in a letter opens the page it names
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 72 * 60 * 60  # how long a first link lives
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "anju.core.people.sign_in.PasswordLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "desk:leader"
SESSION_IDLE = 30 * 60  # seconds without a click
SESSION_LONGEST = 12 * 60 * 60
SESSIONS_A_PERSON = 3
# Posts whose holders need a second factor (动态口令), besides the three administrators: ANJU_TWO_FACTORS, codes separated by commas, or all.
TWO_FACTORS = {text.strip() for text in os.environ.get("ANJU_TWO_FACTORS", "").split(",") if text.strip()}
SESSION_COOKIE_AGE = SESSION_LONGEST
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

ACCOUNT_ADAPTER = "anju.core.people.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_RATE_LIMITS = {
    "login": None,  # one colleague's tries would keep a whole office out: who must wait is decided in people/delays.py
    "login_failed": None,
    "reauthenticate": "10/m/user",
    "change_password": "5/m/user",
}
ACCOUNT_FORMS = {"change_password": "anju.core.people.sign_in.PasswordForm"}
MFA_ADAPTER = "anju.core.people.sign_in.MfaAdapter"
MFA_FORMS = {"authenticate": "anju.core.people.sign_in.CodeForm"}
MFA_TOTP_ISSUER = "安居"
MFA_TOTP_TOLERANCE = 1  # clocks of phones are off by half a minute
MFA_RECOVERY_CODES_SHOW_ONCE = True
SOCIALACCOUNT_LOGIN_ON_GET = True  # a link: the strict policy lets no form lead to another host
SOCIALACCOUNT_ADAPTER = "anju.core.people.sign_in.SocialAdapter"
# 统一身份认证: a JSON file {"name": "市政务统一认证", "client_id": …, "secret": …, "server_url": …, "claim": "preferred_username"}
OIDC = json.loads(Path(os.environ["ANJU_OIDC"]).read_text("utf-8")) if os.environ.get("ANJU_OIDC") else {}
OIDC_CLAIM = OIDC.get("claim", "preferred_username")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "oidc",
                "name": OIDC["name"],
                "client_id": OIDC["client_id"],
                "secret": OIDC["secret"],
                "settings": {"server_url": OIDC["server_url"]},
            }
        ]
        if OIDC
        else [],
    }
}

AXES_HANDLER = "anju.core.people.delays.DelayHandler"  # who must wait, and how long, is decided there
AXES_CLIENT_IP_CALLABLE = "anju.core.trail.source.client_address"
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # its own parameters of lock-out are not used
AXES_USERNAME_CALLABLE = "anju.core.people.sign_in.axes_username"
AXES_LOCKOUT_CALLABLE = "anju.core.people.sign_in.show_wait"
AXES_SENSITIVE_PARAMETERS = ["login", "username", "password", "code", "next"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True  # the trail says it
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}}
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""  # the rooms' jobs.py are found by core/jobs/queue.py, when one is wanted
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # served from the package: nothing to collect on an office computer
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.InMemoryStorage"
    },  # uploads live in the database, beside their rows
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
# Whose word on where a request comes from counts (ANJU_PROXY: addresses or networks, separated by commas): the proxy in front, nobody else.
TRUSTED_PROXIES = [
    text.strip()
    for text in os.environ.get("ANJU_PROXY", "127.0.0.1,::1" if os.environ.get("ANJU_HTTPS") else "").split(",")
    if text.strip()
]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = bool(
    os.environ.get("ANJU_HTTPS")
)  # a proxy in front speaks HTTPS with the browsers
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SESSION_COOKIE_SECURE else None
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS[3:]] if SESSION_COOKIE_SECURE else []
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SESSION_COOKIE_SECURE else 0
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "anju.core.pages.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "axes": {"level": "CRITICAL"},  # says names and addresses; the trail has what is to be known
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}
