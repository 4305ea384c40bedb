from importlib import import_module

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models

from portal.database.squashed import Squashed

trail = import_module('portal.migrations.0024_audit_trail')


class Migration(Squashed):
    """The tables as the migrations of `replaces` leave them, made at once.

    An installation that has some of these applies the others, and one that has all of them nothing. What only moved
    rows of an earlier version is left out: a database that is empty has none.
    """

    replaces = [
        ('portal', '0001_initial'),
        ('portal', '0002_kept_answer'),
        ('portal', '0003_wants_mail'),
        ('portal', '0004_event'),
        ('portal', '0005_seal_second_steps'),
        ('portal', '0006_letters_and_invitations'),
        ('portal', '0007_counts_without_redis'),
        ('portal', '0008_served_at'),
        ('portal', '0009_letters_of_uploads_and_hand_overs'),
        ('portal', '0010_scans'),
        ('portal', '0011_kept_headers'),
        ('portal', '0012_support_sees_workorders'),
        ('portal', '0013_company_settings'),
        ('portal', '0014_label_text'),
        ('portal', '0015_languages'),
        ('portal', '0016_event_at'),
        ('portal', '0017_webhooks'),
        ('portal', '0018_links_of_companies'),
        ('portal', '0019_operators'),
        ('portal', '0020_event_of_security'),
        ('portal', '0021_identity_providers'),
        ('portal', '0022_saml'),
        ('portal', '0023_forgetting'),
        ('portal', '0024_audit_trail'),
    ]

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('slug', models.CharField(help_text='Stands in the URL of every code, so it never changes.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]+(-[a-z0-9]+)*\\Z', 'Small letters, digits and single hyphens.')])),
                ('kind', models.CharField(choices=[('brand_owner', 'brand owner'), ('printing_partner', 'printing partner'), ('former', 'former company')], default='brand_owner', max_length=20)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('served_at', models.DateTimeField(editable=False, help_text='When work of the company was begun last.', null=True)),
                ('scan_limit', models.PositiveIntegerField(blank=True, help_text='An active code that was scanned this often is blacklisted. Empty: none is.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000000000)], verbose_name='scans that blacklist a code')),
                ('custom_url_prefix', models.CharField(blank=True, db_default='', editable=False, help_text="Before ids, in place of the portal's own.", max_length=200, verbose_name='URL prefix')),
                ('label_sheet', models.CharField(blank=True, db_default='', editable=False, help_text='The sheet chosen beforehand.', max_length=20)),
                ('upload_mail', models.JSONField(db_default=[], default=list, editable=False, help_text='Addresses that get the e-mail of every upload that ends.')),
                ('label_text', models.CharField(blank=True, db_default='', editable=False, help_text='What stands below codes on labels.', max_length=80)),
                ('language', models.CharField(blank=True, db_default='', editable=False, help_text='Of its people who chose none.', max_length=10)),
                ('time_zone', models.CharField(blank=True, db_default='', editable=False, help_text='Of its people who chose none.', max_length=64)),
                ('links', models.JSONField(db_default=[], default=list, editable=False, help_text='Where its codes of GS1 lead, as `workorders.links` stores it.')),
                ('needs_second_step', models.BooleanField(db_default=False, default=False, help_text='Its people set up a second step before they get any further. Tokens go on.', verbose_name='second step required')),
            ],
            options={
                'verbose_name_plural': 'companies',
                'ordering': ['name'],
                'permissions': [('company_people', "Can manage the company's people"), ('company_tokens', "Can manage the company's tokens"), ('company_scan_limit', 'Can set after how many scans codes are blacklisted'), ('company_settings', "Can change the company's settings"), ('company_view_all', "Can see every company's records, workorders and codes"), ('portal_operate', 'Can run the portal in the back office')],
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('email', models.EmailField(max_length=254, unique=True)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('is_active', models.BooleanField(default=True)),
                ('is_staff', models.BooleanField(default=False, help_text='Operators and superusers sign in there.', verbose_name='back office')),
                ('date_joined', models.DateTimeField(auto_now_add=True)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
                ('company', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='people', to='portal.company')),
                ('wants_mail', models.BooleanField(default=True, verbose_name='mail when an upload ends')),
                ('language', models.CharField(blank=True, db_default='', help_text="Empty: the company's.", max_length=10)),
                ('time_zone', models.CharField(blank=True, db_default='', help_text="Empty: the company's.", max_length=64)),
                ('forgotten_at', models.DateTimeField(editable=False, help_text='When name and e-mail were deleted.', null=True)),
            ],
            options={
                'ordering': ['email'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_any_case')],
            },
        ),
        migrations.CreateModel(
            name='UserAuthorizationToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('prefix', models.CharField(max_length=12, unique=True)),
                ('digest', models.CharField(max_length=64)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('permissions', models.ManyToManyField(blank=True, to='auth.permission')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='KeptAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('call', models.CharField(help_text='SHA-256 of caller, key and path.', max_length=64, unique=True)),
                ('digest', models.CharField(help_text="SHA-256 of the call's body.", max_length=64)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('body', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
                ('headers', models.JSONField(db_default={}, default=dict, help_text='Those that say where to go on, and when.')),
            ],
        ),
        migrations.CreateModel(
            name='Event',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subject', models.CharField(help_text="The model's name in small letters.", max_length=30)),
                ('subject_id', models.BigIntegerField()),
                ('what', models.CharField(max_length=30)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('address', models.GenericIPAddressField(help_text='Where the request came from.', null=True)),
                ('detail', models.JSONField(default=dict)),
                ('by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(db_index=False, help_text='Whose it is, or else that of who did it.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.company')),
                ('erased', models.BinaryField(help_text='The hash of salt, address and detail before something was forgotten.', null=True)),
                ('salt', models.UUIDField(editable=False, help_text='Hashed with address and detail, gone with them.', null=True)),
                ('seal', models.BigIntegerField(editable=False, help_text='The EventSeal that the line belongs to.', null=True)),
            ],
            options={
                'ordering': ['id'],
                'indexes': [models.Index(fields=['subject', 'subject_id', 'id'], name='event_of_subject'), models.Index(fields=['at'], name='event_at'), models.Index(fields=['by', 'id'], name='event_by'), models.Index(condition=models.Q(('company__isnull', False)), fields=['company', 'id'], name='event_of_company'), models.Index(fields=['what', 'id'], name='event_what'), models.Index(condition=models.Q(('address__isnull', False)), fields=['address', 'id'], name='event_address'), models.Index(condition=models.Q(('seal__isnull', False)), fields=['seal'], name='event_of_seal'), models.Index(condition=models.Q(('seal', None)), fields=['id'], name='event_unsealed')],
                'verbose_name': 'line of the audit trail',
                'verbose_name_plural': 'lines of the audit trail',
            },
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('reset', 'Reset'), ('notice', 'Notice'), ('invitation', 'Invitation'), ('welcome', 'Welcome'), ('upload_ended', 'Upload Ended'), ('hand_over', 'Hand Over'), ('webhook_stopped', 'Webhook Stopped')], max_length=20)),
                ('email', models.EmailField(max_length=320)),
                ('detail', models.JSONField(default=dict)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(max_length=254)),
                ('role', models.CharField(max_length=20)),
                ('sent_at', models.DateTimeField(help_text='Links that were made before open nothing.')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='portal.company')),
            ],
            options={
                'ordering': ['email'],
                'constraints': [models.UniqueConstraint(models.F('company'), django.db.models.functions.text.Lower('email'), name='invited_once')],
            },
        ),
        migrations.CreateModel(
            name='Cached',
            fields=[
                ('key', models.CharField(max_length=250, primary_key=True, serialize=False)),
                ('value', models.TextField(help_text='JSON')),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='IdentityProvider',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='As its people call it: they read it where they sign in.', max_length=40)),
                ('slug', models.CharField(help_text='Stands in the addresses that the provider is told, so it never changes.', max_length=40, unique=True, validators=[django.core.validators.RegexValidator('^[a-z0-9]+(-[a-z0-9]+)*\\Z', 'Small letters, digits and single hyphens.')])),
                ('is_active', models.BooleanField(default=True)),
                ('is_required', models.BooleanField(default=False, help_text="The company's people at its domains sign in here alone, neither by password nor by passkey. Superusers still may.", verbose_name='required')),
                ('issuer', models.CharField(help_text='Letter for letter as the provider says it, such as https://login.example.com/realms/main. Of SAML it is the entity ID.', max_length=300)),
                ('client_id', models.CharField(blank=True, help_text='OpenID Connect alone.', max_length=200, verbose_name='client ID')),
                ('client_secret', models.TextField(blank=True, editable=False, help_text='Encrypted.')),
                ('is_private', models.BooleanField(default=False, help_text='The host of the issuer may have an address that is not public, and be asked by http.', verbose_name='inside this network')),
                ('vouches', models.BooleanField(default=False, help_text='All addresses of its domains count as verified, as they do by SAML. Tick it if the provider sends no email_verified, as Entra ID, and lets nobody choose an address.', verbose_name='vouches for addresses')),
                ('asks_second_step', models.BooleanField(default=False, help_text='It asks everybody for a second step, even if it does not say so (amr: mfa).')),
                ('role_claim', models.CharField(blank=True, help_text='The claim or SAML attribute that says roles, such as groups, roles or realm_access.roles. Empty: roles are given in Codeport.', max_length=200)),
                ('roles', models.TextField(blank=True, help_text='A line for each value: brand-admins = admin. The widest role of somebody holds.')),
                ('default_role', models.CharField(blank=True, help_text='Of whom no line above fits. Empty: they are refused.', max_length=20)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='identity_providers', to='portal.company')),
                ('certificate', models.TextField(blank=True, db_default='', help_text='SAML alone: what it signs with, in PEM. While it changes, both, one below the other.')),
                ('protocol', models.CharField(choices=[('openid_connect', 'OpenID Connect'), ('saml', 'SAML 2.0')], db_default='openid_connect', default='openid_connect', max_length=20)),
                ('sign_in_url', models.CharField(blank=True, db_default='', help_text='SAML alone: that of its HTTP-Redirect binding.', max_length=500, verbose_name='sign-in URL')),
            ],
            options={
                'ordering': ['company__name', 'name'],
            },
        ),
        migrations.CreateModel(
            name='SignInDomain',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('domain', models.CharField(help_text="It has to be the company's: the provider speaks for every address in it.", max_length=253, unique=True, validators=[django.core.validators.RegexValidator('^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]*[a-z0-9])?\\Z', 'What stands behind the @, in small letters.')])),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='domains', to='portal.identityprovider')),
            ],
            options={
                'ordering': ['domain'],
            },
        ),
        migrations.CreateModel(
            name='EventSeal',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('chain', models.CharField(choices=[('security', 'Security'), ('timelines', 'Timelines')], max_length=10)),
                ('number', models.IntegerField(help_text='Of the events.')),
                ('newest_at', models.DateTimeField(help_text='The time of the latest event.')),
                ('at', models.DateTimeField(help_text='When they were sealed.')),
                ('events', models.BinaryField(help_text='SHA-256 of the hashes of the events, in the order of their ids.')),
                ('hash', models.BinaryField(help_text='SHA-256 of all that and of the hash before.')),
                ('removed_at', models.DateTimeField(help_text='When the events were deleted, old enough as they were.', null=True)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        # Counts of minutes: nothing is lost with them, and nobody waits until they are on disk.
        migrations.RunSQL('ALTER TABLE portal_cached SET UNLOGGED', migrations.RunSQL.noop),
        migrations.RunSQL(trail.GUARDS, trail.NO_GUARDS),
    ]
