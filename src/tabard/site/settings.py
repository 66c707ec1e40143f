"""Settings, read from the environment: DATABASE_URL, TABARD_HOME, and what else begins with TABARD_."""

from __future__ import annotations

import os
from pathlib import Path

from tabard.site.environment import (
    called,
    databases,
    home,
    provider_of_sign_ins,
    secret,
    secrets_before,
)

HOME = home()
PACKAGE = Path(__file__).resolve().parent.parent

SECRET_KEY = secret(HOME)
SECRET_KEY_FALLBACKS = secrets_before()
DEBUG = os.environ.get("TABARD_DEBUG") == "1"
ALLOWED_HOSTS = os.environ.get("TABARD_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "tabard.access",
    "tabard.intake",
    "tabard.places",
    "tabard.people",
    "tabard.incidents",
    "tabard.desk",
    "tabard.figures",
    "tabard.api",
    "tabard.site",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "tabard.api.front.Front",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tabard.site.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tabard.site.middleware.RefusalMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "tabard.site.session_care.SessionCare",
]

ROOT_URLCONF = "tabard.site.urls"
WSGI_APPLICATION = "tabard.site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "tabard.site.context.frame",
            ],
            "builtins": ["tabard.site.templatetags.words"],
        },
    }
]

DATABASES = databases(HOME)
DATABASE_ROUTERS = ["tabard.intake.router.IntakeRouter"]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["tabard.access.signin.AccountBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
CSRF_FAILURE_VIEW = "tabard.site.views.errors.stale_form"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "situation"
LOGOUT_REDIRECT_URL = "sign-in"

LANGUAGE_CODE = "en"
LANGUAGES = [
    ("ar", "العربية"),
    ("zh-hans", "中文"),
    ("en", "English"),
    ("fr", "Français"),
    ("ru", "Русский"),
    ("es", "Español"),
]
LOCALE_PATHS = [PACKAGE / "site" / "locale"]
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

ATTACHMENTS = called("TABARD_ATTACHMENTS")  # an S3-compatible store; else a folder in HOME

# An upload waits on disk, never in memory; the reader refuses more than its own limits.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 0
FILE_UPLOAD_TEMP_DIR = None

# The API: how often one token may ask, and which other sites' pages may (none, unless named).
API_RATE = os.environ.get("TABARD_API_RATE", "1200/minute")
CORS_ALLOWED_ORIGINS = list(filter(None, os.environ.get("TABARD_API_ORIGINS", "").split(",")))
CORS_URLS_REGEX = r"^/api/"
CORS_EXPOSE_HEADERS = ["ETag", "Link", "Location", "Retry-After"]
CORS_ALLOW_HEADERS = ["authorization", "content-type", "idempotency-key", "if-match", "accept-language"]

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "tabard.access.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # in any case
SESSION_IDLE_SECONDS = 2 * 3600  # after the last turn of a page
SESSION_NOTED_SECONDS = 300  # how often that turn is written down
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600  # how long a link to choose a password opens
SESSION_PROVED_SECONDS = 600  # how long one has just shown who one is
CSRF_COOKIE_SAMESITE = "Lax"
BEHIND_TLS = os.environ.get("TABARD_TLS") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = BEHIND_TLS
MFA_DEMANDED = os.environ.get("TABARD_MFA", "")  # 1: of the roles that say so; all: of everybody
PROXIES = int(os.environ.get("TABARD_PROXIES", "1" if BEHIND_TLS else "0"))  # whose word on addresses counts
OIDC = provider_of_sign_ins()
if BEHIND_TLS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-tabard-session", "__Host-tabard-csrf"
    LANGUAGE_COOKIE_NAME = "__Host-tabard-language"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = os.environ.get("TABARD_HSTS_SUBDOMAINS", "1") != "0"

# Log lines carry codes and ids; the filter drops request bodies and exception values.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"quiet": {"()": "tabard.access.logs.NoValues"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["quiet"]},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {"fido2": {"level": "WARNING"}, "authlib": {"level": "WARNING"}},  # they name keys and persons
}
