"""All settings of Codeport. With nothing set everything is embedded; a bad value stops the start and is named.

A variable that is empty counts as not set; a misspelt one stops the start, too, where the right one is not set.

| variable | means | default |
|---|---|---|
| CODEPORT_HOME | folder of all state | var/ beside manage.py |
| PORT | port the portal listens on | 8000 |
| PUBLIC_URL | base of every code's URL | http://127.0.0.1:$PORT |
| FORMER_PUBLIC_URLS | what PUBLIC_URL was before, separated by commas: codes made then go on answering there | |
| DATABASE_URL | PostgreSQL to use instead of the embedded one | |
| REPLICA_URL | replica of it that public pages and exports are read from | |
| DATABASE_POOLER | transaction, if a pooler such as PgBouncer is there and gives connections for one each | |
| CELERY_BROKER_URL | broker to use instead of the embedded Valkey, redis:// or amqp:// | |
| S3_BUCKET | bucket for uploads and archives, instead of CODEPORT_HOME | |
| S3_ENDPOINT_URL | address of its S3 service, which browsers reach too | |
| AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY | keys to it; without them what boto3 finds, such as a machine's role | |
| AWS_REGION, AWS_DEFAULT_REGION | its region | us-east-1 |
| SECRET_KEY | key that signs sessions and upload forms, 32 characters or more | made once, kept in CODEPORT_HOME |
| SECRET_KEY_FALLBACKS | keys that were SECRET_KEY before and still open what they made, separated by commas | |
| BREACHED_PASSWORDS | file of passwords that nobody may choose, as Have I Been Pwned gives it | |
| ALLOWED_HOSTS | host names the portal answers to besides those of this machine, separated by commas | |
| DROP_DIR | folder below which files are dropped for unattended uploads | drop/ in the bucket, or in CODEPORT_HOME |
| MAX_UPLOAD_MB | largest file accepted, in MiB | 1024 |
| SECONDS_PER_MB | of the processor's time to read each MiB of what an upload unpacks to, besides a minute | 5 |
| PUBLIC_PAGE_RATE | pages of codes that one address may open, as in 5/s, 60/min, 1000/hour or 9999/day | 60/min |
| API_RATE | calls of the API that one token may make, written likewise | 1200/min |
| NUM_PROXIES | proxies before the portal; that many addresses from the end of X-Forwarded-For stands who asks | 0 |
| UPLOAD_DAYS | days for which the file of an upload and its errors are kept after its end; 0: for ever | 365 |
| ARCHIVE_DAYS | days for which archives and images are kept, which are made again when asked for; 0: for ever | 90 |
| SECURITY_LOG_DAYS | days for which the database keeps who signed in and changed what people may; 0: for ever | 365 |
| AUDIT_LOG | file, syslog, or syslog://host:port that the audit trail is also written to, as JSON lines | |
| HISTORY_DAYS | days for which it is kept what changes made of each code; then they cannot be undone | for ever |
| WEBHOOK_HOSTS | hosts that webhooks may go to whatever their address, and by http, separated by commas | |
| WEBHOOK_DAYS | days for which deliveries of webhooks are kept | 30 |
| PROVE_DOMAINS | on if a company's own URL prefix needs a proof of its domain, or off | off if all is embedded |
| METRICS_TOKEN | what Prometheus brings to /metrics, 32 characters or more; without it there are no metrics | |
| OTEL_EXPORTER_OTLP_ENDPOINT | collector of OpenTelemetry that gets traces, by OTLP over HTTP | there are none |
| BACKUP_PASSPHRASE | encrypts the secret key in backups, 16 characters or more | the key stays out of them |
| LOG_FORMAT | lines, for people, or json, an object a line | lines |
| EMAIL_URL | smtp://user:password@host:587/?tls=True&_default_from_email=a@b.example, or file:///folder | the console |
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from environs import validate
from kombu import Queue

from portal.background import broker
from portal.configuration import checks, secret_key, services
from portal.configuration.environment import env, forget_empty, invalid, stops_at_bad_values
from portal.configuration.log_lines import logging_settings
from portal.embedded import postgres, valkey
from portal.embedded.private_home import make_private
from portal.http.cache import cache_settings

BASE_DIR = Path(__file__).resolve().parent.parent

for prefix in ("AWS_", "OTEL_"):  # which boto3 and OpenTelemetry read themselves
    forget_empty(prefix)
with stops_at_bad_values("CODEPORT_HOME"):
    CODEPORT_HOME = Path(env.str("CODEPORT_HOME", "") or BASE_DIR / "var").resolve()
    SPOOL_DIR = CODEPORT_HOME / "spool"  # one ingestion's or archive's own files, gone when it ends
    STATIC_ROOT = CODEPORT_HOME / "static"
    make_private(CODEPORT_HOME)
    for folder in (SPOOL_DIR, STATIC_ROOT):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    PORT = env.int("PORT", 8000, validate=checks.is_port)
    PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{PORT}", validate=checks.is_base_url).rstrip("/")
    former_urls: list[str] = env.list("FORMER_PUBLIC_URLS", [], validate=checks.are_base_urls)
    FORMER_PUBLIC_URLS = [url.rstrip("/") for url in former_urls]
    MAX_UPLOAD_BYTES = env.int("MAX_UPLOAD_MB", 1024, validate=validate.Range(1, 1024 * 1024)) * 1024**2
    MAX_FORM_BYTES = 16 * 1024**2  # of the body of any request but an upload's
    MAX_UNPACKED_BYTES = 10 * MAX_UPLOAD_BYTES  # of an upload that is compressed
    SECONDS_PER_MB = env.int("SECONDS_PER_MB", 5, validate=validate.Range(1, 3600))
    PUBLIC_PAGE_RATE = env.str("PUBLIC_PAGE_RATE", "60/min", validate=checks.is_rate("60/min", digits=4))
    API_RATE = env.str("API_RATE", "1200/min", validate=checks.is_rate("1200/min", digits=6))
    UPLOAD_DAYS = env.int("UPLOAD_DAYS", 365, validate=validate.Range(0, 36500))
    ARCHIVE_DAYS = env.int("ARCHIVE_DAYS", 90, validate=validate.Range(0, 36500))
    SECURITY_LOG_DAYS = env.int("SECURITY_LOG_DAYS", 365, validate=validate.Range(0, 36500))
    AUDIT_LOG = env.str("AUDIT_LOG", "", validate=checks.is_audit_log)
    HISTORY_DAYS = env.int("HISTORY_DAYS", None, validate=validate.Range(1, 36500))
    webhook_hosts: list[str] = env.list("WEBHOOK_HOSTS", [], validate=checks.are_single_hosts)
    WEBHOOK_HOSTS = [name.strip("[]").lower() for name in webhook_hosts]  # as they stand in the parts of a URL
    WEBHOOK_DAYS = env.int("WEBHOOK_DAYS", 30, validate=validate.Range(5, 36500))
    PROVE_DOMAINS = env.bool("PROVE_DOMAINS", None)
    OTEL_EXPORTER_OTLP_ENDPOINT = env.str("OTEL_EXPORTER_OTLP_ENDPOINT", "", validate=checks.is_collector)
    METRICS_TOKEN = env.str("METRICS_TOKEN", "", validate=checks.is_secret_key)
    LOG_FORMAT = env.str("LOG_FORMAT", "lines", validate=checks.is_log_format)
    NUM_PROXIES = env.int("NUM_PROXIES", 0, validate=validate.Range(0, 10))
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [], validate=checks.are_host_names)
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]  # the machine itself always may
    bucket = services.bucket_named()
    drop_dir = env.str("DROP_DIR", "", validate=checks.is_folder)
    DROP_DIR = Path(drop_dir) if drop_dir else None if bucket else CODEPORT_HOME / "drop"
    SECRET_KEY = env.str("SECRET_KEY", "", validate=checks.is_secret_key) or secret_key.kept_key(CODEPORT_HOME)
    SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [], validate=checks.are_secret_keys)
    breached = env.str("BREACHED_PASSWORDS", "", validate=checks.is_file)
    BREACHED_PASSWORDS = Path(breached) if breached else None
    BACKUP_PASSPHRASE = env.str("BACKUP_PASSPHRASE", "", validate=checks.is_passphrase)
    mail = services.mail_server()
    CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "", validate=checks.is_broker_url)
    database = services.database_named()
    replica = services.database_named("REPLICA_URL")
    if replica and database is None:
        raise invalid("REPLICA_URL", "Needs DATABASE_URL.")
    DATABASE_POOLER = env.str("DATABASE_POOLER", "", validate=checks.is_pooler)
    if DATABASE_POOLER and database is None:
        raise invalid("DATABASE_POOLER", "Needs DATABASE_URL.")
    env.refuse_misspelt()

DEBUG = False
EMBEDDED_DATABASE = database is None
EMBEDDED_BROKER = not CELERY_BROKER_URL
if PROVE_DOMAINS is None:
    PROVE_DOMAINS = not (EMBEDDED_DATABASE and EMBEDDED_BROKER and bucket is None)
CELERY_BROKER_URL = broker.with_certificate_checked(CELERY_BROKER_URL) or valkey.valkey_url(CODEPORT_HOME)
database = database or postgres.postgres_settings(CODEPORT_HOME)
DATABASES = {"default": services.with_our_connections(database, DATABASE_POOLER)}
if replica:
    replica["OPTIONS"] = {"connect_timeout": 2} | replica.get("OPTIONS", {})  # there is the primary instead
    DATABASES["replica"] = services.with_our_connections(replica, DATABASE_POOLER)
CACHES = {"default": cache_settings(CELERY_BROKER_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "portal.back_office.config.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "portal.accounts.sign_on.config.SignOnConfig",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "portal",
    "workorders",
    "ingestion",
]
MIDDLEWARE = [
    "portal.http.request_ids.request_id",
    "portal.http.error_codes.error_code",
    "portal.accounts.security_log.refusals",
    # What holds for every answer comes before whatever may give one.
    "portal.http.middleware.kept_by_nobody",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.http.middleware.clients_by_https",
    "portal.http.middleware.no_body_for_head",
    "portal.values.bodies.body_limits",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.http.compression.CompressedPages",
    "portal.values.control_characters.ControlCharacters",
    "portal.http.middleware.page_methods",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "portal.http.middleware.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.pages.languages.chosen",
    "django.contrib.messages.middleware.MessageMiddleware",
    "portal.accounts.second_step.required",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "portal.http.unavailable.outage",
]
if METRICS_TOKEN:
    MIDDLEWARE.insert(0, "portal.http.metrics.measured")
ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "portal.pages.marks",
                "portal.pages.times",
                "portal.pages.script_words",
            ],
        },
    },
]

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français"), ("de", "Deutsch"), ("nl", "Nederlands"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "portal" / "locale"]

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = True
STORAGES = services.storages(bucket, CODEPORT_HOME)
FILE_UPLOAD_TEMP_DIR = SPOOL_DIR  # on the storage's disk, so that a finished upload is moved and not copied
FILE_UPLOAD_MAX_MEMORY_SIZE = 0

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "portal.accounts.passwords.ContextValidator"},
    {"NAME": "portal.accounts.passwords.KnownPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "overview"
ACCOUNT_ADAPTER = "portal.accounts.allauth_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_FORMS = {
    "login": "portal.accounts.allauth_adapter.SignInForm",
    "reset_password": "portal.accounts.allauth_adapter.ResetForm",
    "change_password": "portal.accounts.allauth_adapter.ChangeForm",
    "reset_password_from_key": "portal.accounts.allauth_adapter.NewPasswordForm",
}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Codeport: "
# Wrong passwords are counted by `portal.accounts.guessing`; `login_failed` is left with wrong codes of the second step.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip", "login_failed": "60/m/ip,5/5m/key"}

ACCOUNT_EMAIL_NOTIFICATIONS = True  # of a changed password or a new way to sign in
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
SOCIALACCOUNT_ADAPTER = "portal.accounts.sign_on.adapter.SignOnAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {"provider_class": "portal.accounts.sign_on.openid_connect.OpenIDConnect"},
    "saml": {"provider_class": "portal.accounts.sign_on.saml.Saml"},
}
MFA_ADAPTER = "portal.accounts.second_step.MFAAdapter"
MFA_FORMS = {
    "authenticate": "portal.accounts.second_step.AuthenticateOnce",
    "reauthenticate": "portal.accounts.second_step.ReauthenticateOnce",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever is here followed a link in a mail, or was made by an operator
MFA_TOTP_ISSUER = "Codeport"
MFA_TOTP_TOLERANCE = 1  # steps of 30 seconds that a telephone's clock may be off

SESSION_ENGINE = "portal.accounts.sessions"
SESSION_COOKIE_AGE = 24 * 3600  # after the sign-in, however much it is used
SESSION_IDLE_SECONDS = 4 * 3600  # longer than an upload takes on a slow line
USERSESSIONS_ADAPTER = "portal.accounts.sessions.UserSessionsAdapter"
SECURE = PUBLIC_URL.startswith("https://")
SECOND_STEP_FOR_OPERATORS = SECURE  # a portal of plain http is somebody's own machine
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not SECURE  # http://localhost; browsers refuse others
own = "__Host-" if SECURE else ""  # by which browsers let no other host of the domain set such a cookie
SESSION_COOKIE_NAME = f"{own}codeport-session-{PORT}"  # browsers share cookies between the ports of one host
DEVICE_COOKIE_NAME = f"{own}codeport-device-{PORT}"
CSRF_COOKIE_NAME = f"{own}codeport-csrf-{PORT}"
CSRF_COOKIE_HTTPONLY = True
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # not in a cookie of its own
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
CSRF_TRUSTED_ORIGINS = ["{0.scheme}://{0.netloc}".format(urlsplit(PUBLIC_URL))]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = SECURE
# Some are asked past the proxy; the others are refused by `clients_by_https`.
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^metrics$", "^api/", "^storage/"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # what holds in all browsers for ever is not ours to say
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF, *([bucket["endpoint_url"]] if bucket else [])],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portal.api.authentication.UserAuthorizationTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portal.api.authentication.HasPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.api.parsers.TextJSONParser"],
    "DEFAULT_THROTTLE_CLASSES": ["portal.api.throttling.ApiThrottle"],
    "DEFAULT_PAGINATION_CLASS": "portal.api.pagination.Pagination",
    "DEFAULT_SCHEMA_CLASS": "portal.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is no call; the schema describes the API
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.api.responses.WhateverIsAccepted",
    "EXCEPTION_HANDLER": "portal.api.responses.exception_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Codeport",
    "VERSION": "2",
    "LICENSE": {"name": "Apache 2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    "SCHEMA_PATH_PREFIX": "/api/v2",
    "DEFAULT_GENERATOR_CLASS": "portal.api.schema_generator.Generator",
    "COMPONENT_SPLIT_REQUEST": True,  # what Codeport fills in is no part of a request
    "SERVERS": [{"url": "/", "description": "The portal that gives out this schema."}],
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "portal.api.schema.complete"],
    "SORT_OPERATIONS": False,
    "ENUM_NAME_OVERRIDES": {
        "StateEnum": "workorders.models.Workorder.State",
        "TypeEnum": "workorders.models.Workorder.Type",
        "RecordTypeEnum": "ingestion.models.IngestionRecord.Type",
        "AddSidsFiletypeEnum": "ingestion.api.add_sids_serializer.FILETYPES",
        "CalibrationEnum": "workorders.named_items.calibration.STATES",
    },
}

CELERY_TASK_QUEUES = [  # a worker that is told nothing else takes from all of them
    # RabbitMQ would take a task for lost after half an hour; leases know better, so it waits for a day.
    Queue(name, routing_key=name, queue_arguments={"x-consumer-timeout": 24 * 3600 * 1000})
    for name in ("ingest", "archive", "mail", "webhooks")
]
CELERY_TASK_CREATE_MISSING_QUEUES = False
# `healthz?deep=1` asks workers by these. RabbitMQ would refuse a queue that one connection has for itself to the next
# while it takes a lost one for alive, and the worker would end; a queue that is neither it no longer makes.
CELERY_CONTROL_QUEUE_EXCLUSIVE, CELERY_CONTROL_QUEUE_DURABLE = False, True
CELERY_TASK_DEFAULT_QUEUE = CELERY_TASK_DEFAULT_ROUTING_KEY = "ingest"
CELERY_TASK_ROUTES = {
    "ingestion.tasks.run": {"queue": "ingest"},
    "ingestion.tasks.withdraw": {"queue": "archive"},
    "ingestion.tasks.back_up": {"queue": "archive"},
    "workorders.tasks.run_job": {"queue": "archive"},
    "workorders.tasks.run_export": {"queue": "archive"},
    "workorders.tasks.discard": {"queue": "mail"},
    "workorders.tasks.prove_domain": {"queue": "mail"},
    "portal.tasks.send_letter": {"queue": "mail"},
    "portal.tasks.seal_events": {"queue": "mail"},
    "ingestion.tasks.visit_drops": {"queue": "archive"},  # which copies files
    "*.sweep": {"queue": "mail"},  # short work, which must not wait for long work
    "ingestion.tasks.expire": {"queue": "mail"},
    "workorders.tasks.archives_again": {"queue": "mail"},
    "workorders.tasks.flush_scans": {"queue": "mail"},
    "workorders.tasks.thin_history": {"queue": "mail"},
    "workorders.tasks.sweep_webhooks": {"queue": "mail"},
    "workorders.tasks.deliver_webhooks": {"queue": "webhooks"},  # which waits for hosts of strangers
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_DB_REUSE_MAX = sys.maxsize  # tasks: by age alone are connections closed, as between requests
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_PUBLISH_RETRY_POLICY = broker.RETRY  # a lost wake-up is only a delay: the sweep sends it again
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker for as long as it takes
CELERY_BROKER_CONNECTION_TIMEOUT = broker.RABBIT_SECONDS
CELERY_BROKER_TRANSPORT_OPTIONS = broker.transport_options(CELERY_BROKER_URL)
CELERY_BEAT_SCHEDULER = "portal.background.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "requeue-stale": {"task": "ingestion.tasks.sweep", "schedule": 5.0},
    "visit-drops": {"task": "ingestion.tasks.visit_drops", "schedule": 5.0},
    "expire-uploads": {"task": "ingestion.tasks.expire", "schedule": 600.0},
    "send-letters": {"task": "portal.tasks.sweep", "schedule": 15.0},
    "seal-events": {"task": "portal.tasks.seal_events", "schedule": 60.0},
    "begin-archives-anew": {"task": "workorders.tasks.archives_again", "schedule": 600.0},
    "store-scans": {"task": "workorders.tasks.flush_scans", "schedule": 15.0},
    "thin-history": {"task": "workorders.tasks.thin_history", "schedule": 600.0},
    "sweep-webhooks": {"task": "workorders.tasks.sweep_webhooks", "schedule": 600.0},
    "requeue-stale-jobs": {"task": "workorders.tasks.sweep", "schedule": 5.0},
}
if EMBEDDED_DATABASE and bucket is None:  # looks whether it is a day since the last one
    CELERY_BEAT_SCHEDULE["back-up"] = {"task": "ingestion.tasks.back_up", "schedule": 600.0}

EMAIL_BACKEND = mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = mail["EMAIL_FILE_PATH"]
EMAIL_HOST = mail["EMAIL_HOST"]
EMAIL_PORT = mail["EMAIL_PORT"]
EMAIL_HOST_USER = mail["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = mail["EMAIL_USE_TLS"]
EMAIL_USE_SSL = mail["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = 10  # seconds; somebody waits
DEFAULT_FROM_EMAIL = mail.get("DEFAULT_FROM_EMAIL") or services.sender(PUBLIC_URL)

LOGGING = logging_settings(LOG_FORMAT)
