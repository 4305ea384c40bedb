"""Companies, their people, and the tokens that act for them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import Any, ClassVar, Final

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Permission, PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import cached_property
from django.utils.translation import gettext_noop

from portal.roles import ROLES_OF_KIND
from portal.values.words import gettext_lazy

LONGEST_NAME = 100  # of a company, or of a person
LONGEST_SLUG = 40
MOST_SCANS = 1_000_000_000  # that a limit can be set to


class Company(models.Model):
    """A tenant: a brand owner, whose codes they are, or a printing partner, who prints for brand owners."""

    class Kind(models.TextChoices):
        BRAND_OWNER = "brand_owner", gettext_lazy("brand owner")
        PRINTING_PARTNER = "printing_partner", gettext_lazy("printing partner")
        FORMER = "former", gettext_lazy("former company")

    name = models.CharField(max_length=LONGEST_NAME)
    slug = models.CharField(
        max_length=LONGEST_SLUG,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "Small letters, digits and single hyphens.")],
        help_text="Stands in the URL of every code, so it never changes.",
    )
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.BRAND_OWNER)
    created_at = models.DateTimeField(auto_now_add=True)
    served_at = models.DateTimeField(null=True, editable=False, help_text="When work of the company was begun last.")
    scan_limit = models.PositiveIntegerField(
        "scans that blacklist a code",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_SCANS)],
        help_text="An active code that was scanned this often is blacklisted. Empty: none is.",
    )

    custom_url_prefix = models.CharField(
        "URL prefix",
        max_length=200,
        blank=True,
        db_default="",
        editable=False,
        help_text="Before ids, in place of the portal's own.",
    )
    label_sheet = models.CharField(
        max_length=20, blank=True, db_default="", editable=False, help_text="The sheet chosen beforehand."
    )
    label_text = models.CharField(
        max_length=80, blank=True, db_default="", editable=False, help_text="What stands below codes on labels."
    )
    upload_mail = models.JSONField(
        default=list,
        db_default=[],
        editable=False,
        help_text="Addresses that get the e-mail of every upload that ends.",
    )
    links = models.JSONField(
        default=list,
        db_default=[],
        editable=False,
        help_text="Where its codes of GS1 lead, as `workorders.links` stores it.",
    )
    needs_second_step = models.BooleanField(
        "second step required",
        default=False,
        db_default=False,
        help_text="Its people set up a second step before they get any further. Tokens go on.",
    )
    language = models.CharField(
        max_length=10, blank=True, db_default="", editable=False, help_text="Of its people who chose none."
    )
    time_zone = models.CharField(
        max_length=64, blank=True, db_default="", editable=False, help_text="Of its people who chose none."
    )

    class Meta:
        verbose_name_plural = "companies"
        ordering = ["name"]
        permissions = [
            ("company_people", gettext_noop("Can manage the company's people")),
            ("company_tokens", gettext_noop("Can manage the company's tokens")),
            ("company_scan_limit", gettext_noop("Can set after how many scans codes are blacklisted")),
            ("company_settings", gettext_noop("Can change the company's settings")),
            ("company_view_all", gettext_noop("Can see every company's records, workorders and codes")),
            ("portal_operate", gettext_noop("Can run the portal in the back office")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def url_prefix(self) -> str:
        """Return the URL prefix that leads to the portal's page of a code, which no other company can have."""
        return f"{settings.PUBLIC_URL}/c/{self.slug}/"

    @property
    def default_url_prefix(self) -> str:
        """Return the text before a code's id in its URL, unless an upload or order brings a prefix of its own."""
        return self.custom_url_prefix or self.url_prefix


OPERATORS = gettext_noop("the operators of this portal")  # who belong to no company


class UserManager(BaseUserManager["User"]):
    """Makes people who sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


FITTING: Final = ", ".join(f"'{role} {kind or ''}'" for kind, roles in ROLES_OF_KIND.items() for role in roles)
HELD: Final = f"""
    SELECT type.app_label || '.' || held.codename
    FROM auth_permission AS held JOIN django_content_type AS type ON type.id = held.content_type_id
    WHERE held.id IN (
        SELECT permission_id FROM portal_user_user_permissions WHERE user_id = %(person)s
        UNION ALL
        SELECT given.permission_id
        FROM portal_user_groups AS has
        JOIN auth_group AS role ON role.id = has.group_id
        JOIN auth_group_permissions AS given ON given.group_id = role.id
        WHERE has.user_id = %(person)s
            AND role.name || ' ' || coalesce(
                (SELECT kind FROM portal_company WHERE id = %(company)s), '') IN ({FITTING}))"""  # noqa: S608  # our own names
"""What a person holds. Every page and call asks, so no query of the ORM, which costs more to build and to plan."""
ALLOWED: Final = """
    SELECT codename FROM auth_permission AS allowed
    JOIN portal_userauthorizationtoken_permissions AS given ON given.permission_id = allowed.id
    WHERE given.userauthorizationtoken_id = %s"""


class User(AbstractBaseUser, PermissionsMixin):
    """A person of a company. Support, operators and superusers belong to none."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=LONGEST_NAME, blank=True)
    company = models.ForeignKey(Company, models.PROTECT, null=True, blank=True, related_name="people")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("back office", default=False, help_text="Operators and superusers sign in there.")
    wants_mail = models.BooleanField("mail when an upload ends", default=True)
    language = models.CharField(max_length=10, blank=True, db_default="", help_text="Empty: the company's.")
    time_zone = models.CharField(max_length=64, blank=True, db_default="", help_text="Empty: the company's.")
    date_joined = models.DateTimeField(auto_now_add=True)
    forgotten_at = models.DateTimeField(null=True, editable=False, help_text="When name and e-mail were deleted.")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.email

    @property
    def brand(self) -> Company | None:
        """The company for which the person may bring codes into being: the own one, if it is a brand owner."""
        owner = self.company is not None and self.company.kind == Company.Kind.BRAND_OWNER
        return self.company if owner else None

    @property
    def looks_only(self) -> bool:
        """Say whether the person looks at what companies have, and takes and changes nothing: support and operators."""
        return self.company_id is None and not self.is_superuser and self.may("company_view_all")

    @property
    def partner(self) -> Company | None:
        """The company for which the person may print: the own one, if it is a printing partner."""
        prints = self.company is not None and self.company.kind == Company.Kind.PRINTING_PARTNER
        return self.company if prints else None

    def name_for(self, company_id: int | None) -> str:
        """Name the person as people of that company are told: those of another one stand as their company."""
        if self.company_id == company_id:
            return self.email
        return self.company.name if self.company else OPERATORS

    def may(self, codename: str) -> bool:
        """Say whether the person holds the permission `codename`, whichever model it stands on."""
        if not self.is_active:
            return False
        return self.is_superuser or codename in {name.split(".")[1] for name in self._held}

    @property
    def company_kind(self) -> str | None:
        """The kind of the person's company, if there is one."""
        return self.company.kind if self.company else None

    @cached_property
    def _held(self) -> frozenset[str]:
        """The permissions of the person and of the roles that fit the company, with their apps."""
        if self.is_superuser:
            held = Permission.objects.order_by().values_list("content_type__app_label", "codename")
            return frozenset(map(".".join, held))
        with connection.cursor() as cursor:
            cursor.execute(HELD, {"person": self.pk, "company": self.company_id})
            return frozenset(name for (name,) in cursor)

    def get_all_permissions(self, obj: Any = None) -> set[str]:
        """Return the permissions that `has_perm` looks at. There are no permissions on single rows."""
        return set(self._held) if self.is_active and obj is None else set()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """As `may`, with the name of the app before the permission's."""
        return self.is_active and (self.is_superuser or (obj is None and perm in self._held))

    def has_module_perms(self, app_label: str) -> bool:
        """Say whether the person may anything in an app."""
        return self.is_active and (self.is_superuser or any(name.startswith(f"{app_label}.") for name in self._held))


class IdentityProvider(models.Model):
    """Where people of a company sign in, besides the portal or in its place: the company's own single sign-on."""

    class Protocol(models.TextChoices):
        OPENID_CONNECT = "openid_connect", "OpenID Connect"
        SAML = "saml", "SAML 2.0"

    company = models.ForeignKey(Company, models.PROTECT, related_name="identity_providers")
    name = models.CharField(max_length=40, help_text="As its people call it: they read it where they sign in.")
    slug = models.CharField(
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z0-9]+(-[a-z0-9]+)*\Z", "Small letters, digits and single hyphens.")],
        help_text="Stands in the addresses that the provider is told, so it never changes.",
    )
    protocol = models.CharField(
        max_length=20, choices=Protocol, default=Protocol.OPENID_CONNECT, db_default=Protocol.OPENID_CONNECT
    )
    is_active = models.BooleanField(default=True)
    is_required = models.BooleanField(
        "required",
        default=False,
        help_text="The company's people at its domains sign in here alone, neither by password nor by passkey."
        " Superusers still may.",
    )
    issuer = models.CharField(
        max_length=300,
        help_text="Letter for letter as the provider says it, such as https://login.example.com/realms/main. Of SAML it"
        " is the entity ID.",
    )
    client_id = models.CharField("client ID", max_length=200, blank=True, help_text="OpenID Connect alone.")
    client_secret = models.TextField(blank=True, editable=False, help_text="Encrypted.")
    sign_in_url = models.CharField(
        "sign-in URL",
        max_length=500,
        blank=True,
        db_default="",
        help_text="SAML alone: that of its HTTP-Redirect binding.",
    )
    certificate = models.TextField(
        blank=True,
        db_default="",
        help_text="SAML alone: what it signs with, in PEM. While it changes, both, one below the other.",
    )
    is_private = models.BooleanField(
        "inside this network",
        default=False,
        help_text="The host of the issuer may have an address that is not public, and be asked by http.",
    )
    vouches = models.BooleanField(
        "vouches for addresses",
        default=False,
        help_text="All addresses of its domains count as verified, as they do by SAML. Tick it if the provider sends no"
        " email_verified, as Entra ID, and lets nobody choose an address.",
    )
    asks_second_step = models.BooleanField(
        default=False, help_text="It asks everybody for a second step, even if it does not say so (amr: mfa)."
    )
    role_claim = models.CharField(
        max_length=200,
        blank=True,
        help_text="The claim or SAML attribute that says roles, such as groups, roles or realm_access.roles."
        " Empty: roles are given in Codeport.",
    )
    roles = models.TextField(
        blank=True, help_text="A line for each value: brand-admins = admin. The widest role of somebody holds."
    )
    default_role = models.CharField(
        max_length=20, blank=True, help_text="Of whom no line above fits. Empty: they are refused."
    )

    class Meta:
        ordering = ["company__name", "name"]

    def __str__(self) -> str:
        return self.name


class SignInDomain(models.Model):
    """A domain of e-mail addresses whose people sign in at an identity provider."""

    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="domains")
    domain = models.CharField(
        max_length=253,
        unique=True,
        validators=[
            RegexValidator(
                r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?\Z",
                "What stands behind the @, in small letters.",
            )
        ],
        help_text="It has to be the company's: the provider speaks for every address in it.",
    )

    class Meta:
        ordering = ["domain"]

    def __str__(self) -> str:
        return self.domain


class UserAuthorizationToken(models.Model):
    """A UAT: acts for its user with only the permissions given to it. Its secret is shown once and kept as a digest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12, unique=True)
    digest = models.CharField(max_length=64)
    permissions = models.ManyToManyField(Permission, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def split(token: str) -> tuple[str, str]:
        """The public prefix of `token` and the SHA-256 digest of the whole, in hexadecimal."""
        return token.partition("_")[0], hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()

    @classmethod
    def issue(
        cls, user: User, *, name: str, expires_at: datetime, permissions: list[Permission]
    ) -> tuple[UserAuthorizationToken, str]:
        """A new token of `user`, and its secret text, which nobody can read again."""
        secret = f"uat{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
        prefix, digest = cls.split(secret)
        token = cls.objects.create(user=user, name=name, prefix=prefix, digest=digest, expires_at=expires_at)
        token.permissions.set(permissions)
        return token, secret

    @classmethod
    def find(cls, secret: str) -> UserAuthorizationToken | None:
        """Return the token that has this `secret`, valid or not, or None when it is unknown."""
        prefix, digest = cls.split(secret)
        if "\0" in prefix:
            return None
        token = cls.objects.select_related("user__company").filter(prefix=prefix[:13]).first()
        if token is None or not constant_time_compare(token.digest, digest):
            return None
        return token

    @cached_property
    def allowed(self) -> frozenset[str]:
        """The permissions that were given to the token, of which the person may have lost some since."""
        with connection.cursor() as cursor:
            cursor.execute(ALLOWED, [self.pk])
            return frozenset(name for (name,) in cursor)

    @property
    def is_valid(self) -> bool:
        """Say whether the token opens anything now."""
        return self.state == "active"

    @property
    def state(self) -> str:
        """Why the token opens nothing, in a word, or `active`."""
        if self.revoked_at is not None:
            return gettext_noop("revoked")
        if self.expires_at <= timezone.now():
            return gettext_noop("expired")
        return gettext_noop("active") if self.user.is_active else gettext_noop("stopped")


class Event(models.Model):
    """One line of a timeline: what was done to an ingestion record, a workorder or a job, by whom and when.

    `portal.timeline` writes and reads them. `by` is None for what a worker or the clock did. All of them together are
    the audit trail: a trigger refuses every change but sealing and forgetting, which `portal.trail` does.
    """

    SHOW_ADDRESS = ("downloaded", "generated")  # lines that tell all who see them from where it was done

    subject = models.CharField(max_length=30, help_text="The model's name in small letters.")
    subject_id = models.BigIntegerField()
    what = models.CharField(max_length=30)
    at = models.DateTimeField(db_default=Now())
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_index=False, related_name="+")
    address = models.GenericIPAddressField(null=True, help_text="Where the request came from.")
    detail = models.JSONField(default=dict)
    company = models.ForeignKey(
        Company,
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="+",
        help_text="Whose it is, or else that of who did it.",
    )
    seal = models.BigIntegerField(null=True, editable=False, help_text="The EventSeal that the line belongs to.")
    salt = models.UUIDField(null=True, editable=False, help_text="Hashed with address and detail, gone with them.")
    erased = models.BinaryField(
        null=True, help_text="The hash of salt, address and detail before something was forgotten."
    )

    class Meta:
        verbose_name = "line of the audit trail"
        verbose_name_plural = "lines of the audit trail"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["subject", "subject_id", "id"], name="event_of_subject"),
            models.Index(fields=["at"], name="event_at"),
            models.Index(fields=["by", "id"], name="event_by"),
            models.Index(fields=["company", "id"], name="event_of_company", condition=Q(company__isnull=False)),
            models.Index(fields=["what", "id"], name="event_what"),
            models.Index(fields=["address", "id"], name="event_address", condition=Q(address__isnull=False)),
            models.Index(fields=["seal"], name="event_of_seal", condition=Q(seal__isnull=False)),
            models.Index(fields=["id"], name="event_unsealed", condition=Q(seal=None)),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.subject} {self.subject_id}"

    @property
    def shown_address(self) -> str | None:
        """The address where a timeline shows it, to whoever sees the timeline."""
        return self.address if self.what in self.SHOW_ADDRESS else None


class EventSeal(models.Model):
    """A link of the audit trail's chain: its hash is over some events and over the hash of the link before it.

    There are two chains, since lines of the security log are deleted when they are old and those of timelines are not.
    """

    class Chain(models.TextChoices):
        SECURITY = "security"
        TIMELINES = "timelines"

    id = models.BigIntegerField(primary_key=True)
    chain = models.CharField(max_length=10, choices=Chain)
    number = models.IntegerField(help_text="Of the events.")
    newest_at = models.DateTimeField(help_text="The time of the latest event.")
    at = models.DateTimeField(help_text="When they were sealed.")
    events = models.BinaryField(help_text="SHA-256 of the hashes of the events, in the order of their ids.")
    hash = models.BinaryField(help_text="SHA-256 of all that and of the hash before.")
    removed_at = models.DateTimeField(null=True, help_text="When the events were deleted, old enough as they were.")

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["chain", "id"], name="eventseal_of_chain")]

    def __str__(self) -> str:
        return f"{self.chain} {self.pk}"


class Invitation(models.Model):
    """Somebody whom a company has invited and who has not come yet. The address may have an account elsewhere."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=20)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(help_text="Links that were made before open nothing.")

    class Meta:
        ordering = ["email"]
        constraints = [models.UniqueConstraint("company", Lower("email"), name="invited_once")]

    def __str__(self) -> str:
        return self.email


class Letter(models.Model):
    """A mail that waits to be sent. `portal.accounts.letters` writes and sends it."""

    class Kind(models.TextChoices):
        RESET = "reset"
        NOTICE = "notice"
        INVITATION = "invitation"
        WELCOME = "welcome"
        UPLOAD_ENDED = "upload_ended"
        HAND_OVER = "hand_over"
        WEBHOOK_STOPPED = "webhook_stopped"

    kind = models.CharField(max_length=20, choices=Kind)
    email = models.EmailField(max_length=320)
    detail = models.JSONField(default=dict)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Cached(models.Model):
    """A value that `portal.database.table_cache` keeps where there is no Redis."""

    key = models.CharField(max_length=250, primary_key=True)
    value = models.TextField(help_text="JSON")
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class KeptAnswer(models.Model):
    """The answer to a call with an `Idempotency-Key`, given again when the call is sent again.

    While the call runs, `status` is empty, which only its own transaction sees.
    """

    call = models.CharField(max_length=64, unique=True, help_text="SHA-256 of caller, key and path.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the call's body.")
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict, db_default={}, help_text="Those that say where to go on, and when.")
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    def __str__(self) -> str:
        return self.call
