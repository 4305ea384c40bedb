import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import portal.values.texts
from django.conf import settings
from django.db import migrations, models

from portal.database.squashed import Squashed

# The reasons stand in 0014, 0016, 0017 and 0022.
TABLES = """
    ALTER TABLE workorders_code RENAME CONSTRAINT workorders_code_pkey TO code_identifier_of_company;
    ALTER TABLE workorders_code SET (
        autovacuum_analyze_scale_factor = 0.01,
        autovacuum_analyze_threshold = 10000,
        fillfactor = 90,
        autovacuum_vacuum_scale_factor = 0.05);
    ALTER TABLE workorders_codescans SET (fillfactor = 80)"""


class Migration(Squashed):
    """The tables as the migrations of `replaces` leave them, made at once.

    An installation that has some of these applies the others, and one that has all of them nothing. What only moved
    rows of an earlier version is left out: a database that is empty has none.
    """

    replaces = [
        ('workorders', '0001_initial'),
        ('workorders', '0002_job'),
        ('workorders', '0003_archive_jobs_and_longest_id'),
        ('workorders', '0004_secure_codes'),
        ('workorders', '0005_uploading_into_secure_workorders'),
        ('workorders', '0006_product_edit'),
        ('workorders', '0007_workorder_print'),
        ('workorders', '0008_gs1_ids'),
        ('workorders', '0009_secure_jobs'),
        ('workorders', '0010_code_of_workorder'),
        ('workorders', '0011_url_prefix_use'),
        ('workorders', '0012_visible_texts'),
        ('workorders', '0013_outages'),
        ('workorders', '0014_analyze_codes'),
        ('workorders', '0015_changes'),
        ('workorders', '0016_code_key'),
        ('workorders', '0017_scans'),
        ('workorders', '0018_first_download'),
        ('workorders', '0019_history_kept'),
        ('workorders', '0020_exports'),
        ('workorders', '0021_code_blocks'),
        ('workorders', '0022_vacuum_of_codes'),
        ('workorders', '0023_scan_limit_reached'),
        ('workorders', '0024_declared_fields'),
        ('workorders', '0025_remarks_on_labels'),
        ('workorders', '0026_reach_of_the_block_index'),
        ('workorders', '0027_domain_proofs'),
        ('workorders', '0028_webhooks'),
        ('workorders', '0029_links_of_products'),
        ('workorders', '0030_items_without_batch'),
        ('workorders', '0031_epcis_exports'),
        ('workorders', '0032_files_kept'),
    ]

    initial = True

    dependencies = [
        ('portal', '0001_squashed_0024_audit_trail'),
    ]

    operations = [
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sku', models.CharField(max_length=100, validators=[portal.values.texts.Visible()], verbose_name='SKU')),
                ('name', models.CharField(blank=True, max_length=200, validators=[portal.values.texts.Visible()])),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='products', to='portal.company')),
                ('links', models.JSONField(db_default=[], default=list, editable=False, help_text='Where its codes lead, as `workorders.links` stores it.')),
            ],
            options={
                'ordering': ['sku'],
                'permissions': [('product_view', 'Can see products'), ('product_edit', 'Can create and edit products')],
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('sku'), name='product_sku_of_company')],
            },
        ),
        migrations.CreateModel(
            name='UrlPrefix',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=200, unique=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='url_prefixes', to='portal.company')),
            ],
            options={
                'verbose_name': 'URL prefix',
                'verbose_name_plural': 'URL prefixes',
            },
        ),
        migrations.CreateModel(
            name='Equipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('calibrated_on', models.DateField()),
                ('calibrated_until', models.DateField(help_text='The last day on which it may be chosen for a workorder.')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('dpi', models.PositiveSmallIntegerField(help_text="Dots an inch, the printer's own: 600 to 2400.", verbose_name='resolution')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='portal.company')),
            ],
            options={
                'verbose_name_plural': 'equipment',
                'ordering': ['name'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('name'), name='equipment_name_of_company')],
            },
        ),
        migrations.CreateModel(
            name='Substrate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('calibrated_on', models.DateField()),
                ('calibrated_until', models.DateField(help_text='The last day on which it may be chosen for a workorder.')),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='portal.company')),
            ],
            options={
                'ordering': ['name'],
                'abstract': False,
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('name'), name='substrate_name_of_company')],
            },
        ),
        migrations.CreateModel(
            name='Workorder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.CharField(max_length=100)),
                ('type', models.CharField(choices=[('SID', 'serialized identifiers'), ('SSC', 'secure codes')], default='SID', max_length=3)),
                ('state', models.CharField(choices=[('new', 'new'), ('ready_to_print', 'ready to print'), ('printed', 'printed'), ('completed', 'completed'), ('cancelled', 'cancelled')], default='new', max_length=14)),
                ('quantity', models.PositiveIntegerField()),
                ('url_prefix', models.CharField(max_length=200)),
                ('use_serial_number', models.BooleanField(default=False)),
                ('remarks', models.TextField(blank=True)),
                ('is_archived', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='workorders', to='portal.company')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('longest_id', models.PositiveSmallIntegerField(default=100, help_text='Characters of its longest id, at most.')),
                ('activate_on_complete', models.BooleanField(default=False)),
                ('download_once', models.BooleanField(default=False, help_text='Secure codes can be downloaded a single time.')),
                ('layout', models.CharField(blank=True, choices=[('inside', 'inside the QR code'), ('outside', 'beside the QR code'), ('inside_hybrid', 'inside, hybrid'), ('outside_hybrid', 'beside, hybrid')], help_text='Of the secure graphic of an SSC.', max_length=14)),
                ('printed_quantity', models.PositiveIntegerField(null=True)),
                ('printing_partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='print_workorders', to='portal.company')),
                ('secret', models.BinaryField(default=bytes, help_text='Of the secure graphic, encrypted.')),
                ('wasted_quantity', models.PositiveIntegerField(null=True)),
                ('equipment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workorders.equipment')),
                ('substrate', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='workorders.substrate')),
                ('uploaded_quantity', models.PositiveIntegerField(default=0, help_text='Codes that an SSC has got so far; their sequences go from 1 to this.')),
                ('downloaded_at', models.DateTimeField(help_text='When codes of a SID were downloaded first.', null=True)),
                ('notes_downloads', models.BooleanField(db_default=True, default=True, help_text='False if its codes may have been downloaded without a note.')),
                ('files_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False, help_text='When the last archive was stored, if any is kept.', null=True)),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('workorder_view', 'Can see workorders'), ('workorder_download', "Can download a workorder's archive"), ('workorder_sid_download', "Can download a workorder's serial numbers"), ('workorder_create', 'Can create workorders'), ('workorder_cancel', 'Can cancel workorders of secure codes'), ('workorder_archive', 'Can archive workorders and products'), ('workorder_print', 'Can print workorders as a printing partner')],
                'indexes': [models.Index(fields=['company', 'url_prefix'], name='workorder_of_url_prefix'), models.Index(condition=models.Q(('files_at__isnull', False)), fields=['files_at'], name='workorder_kept')],
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('reference'), name='workorder_reference_of_company')],
            },
        ),
        migrations.CreateModel(
            name='Job',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('queued', 'queued'), ('processing', 'processing'), ('completed', 'completed'), ('error', 'error'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                ('status_updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('rows_total', models.PositiveIntegerField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('what', models.CharField(choices=[('mint', 'minting'), ('archive', 'archive'), ('images', 'images'), ('secure', 'secure codes'), ('activate', 'activation'), ('blacklist', 'blacklisting')], max_length=10)),
                ('phase', models.CharField(choices=[('waiting', 'waiting'), ('creating', 'creating codes'), ('packing', 'packing the archive'), ('drawing', 'drawing images'), ('updating', 'changing codes'), ('ended', 'ended')], default='waiting', max_length=10)),
                ('parameters', models.JSONField(default=dict)),
                ('detail', models.TextField(blank=True, help_text='Why it was given up, or what of labels is not as it was meant.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('workorder', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='jobs', to='workorders.workorder')),
                ('outage_since', models.DateTimeField(help_text='When the first of them did.', null=True)),
                ('outages', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How many of the attempts met an outage, and so do not count.')),
                ('waits_for', models.CharField(choices=[('database', 'database'), ('storage', 'storage'), ('disk', 'disk'), ('broker', 'broker')], db_default='', default='', max_length=10)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('status__in', ('queued', 'processing'))), fields=['id'], name='job_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('queued', 'processing', 'completed'))), fields=('workorder', 'what', 'parameters'), name='job_asked_for_once')],
            },
        ),
        migrations.CreateModel(
            name='WorkorderTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('layout', models.CharField(choices=[('inside', 'inside the QR code'), ('outside', 'beside the QR code'), ('inside_hybrid', 'inside, hybrid'), ('outside_hybrid', 'beside, hybrid')], default='inside', max_length=14)),
                ('url_prefix', models.CharField(blank=True, max_length=200)),
                ('use_serial_number', models.BooleanField(default=False)),
                ('activate_on_complete', models.BooleanField(default=False)),
                ('download_once', models.BooleanField(default=False)),
                ('is_archived', models.BooleanField(default=False, verbose_name='archived')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='workorder_templates', to='portal.company')),
                ('printing_partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal.company')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('name'), name='workorder_template_name_of_company')],
            },
        ),
        migrations.CreateModel(
            name='OfficeCode',
            fields=[
                ('sequence', models.PositiveIntegerField(help_text='Place in the uploaded file, the first code is 1.')),
                ('activation_status', models.PositiveSmallIntegerField(choices=[(0, 'inactive'), (1, 'active'), (2, 'blacklisted')], default=0)),
                ('blacklist_reason', models.PositiveSmallIntegerField(choices=[(0, 'none'), (1, 'counterfeits detected'), (2, 'low quality'), (3, 'overprint'), (4, 'stolen'), (5, 'damage'), (6, 'lost'), (7, 'misprint'), (8, 'not sold'), (9, 'workorder cancelled'), (10, 'maximum scan count exceeded')], default=0)),
                ('scm_data', models.JSONField(default=dict)),
                ('identifier', models.CharField(db_collation='C', max_length=145, primary_key=True, serialize=False)),
            ],
            options={
                'verbose_name': 'code',
                'db_table': 'workorders_code',
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(choices=[('page', 'page'), ('file', 'file'), ('api', 'API'), ('workorder', 'workorder'), ('scans', 'scans')], max_length=10)),
                ('record_key', models.CharField(blank=True, max_length=12)),
                ('codes', models.PositiveBigIntegerField(default=0, help_text='How many codes it changed.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='portal.company')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('undoes', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='undone_by', to='workorders.change')),
                ('is_thinned', models.BooleanField(db_default=False, default=False, help_text='Its history has gone, or part of it.')),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['company', '-id'], name='change_of_company'), models.Index(condition=models.Q(('record_key', ''), _negated=True), fields=['record_key'], name='change_of_record')],
            },
        ),
        migrations.CreateModel(
            name='Code',
            fields=[
                ('identifier', models.CharField(db_collation='C', max_length=145)),
                ('sequence', models.PositiveIntegerField(help_text='Place in the uploaded file, the first code is 1.')),
                ('activation_status', models.PositiveSmallIntegerField(choices=[(0, 'inactive'), (1, 'active'), (2, 'blacklisted')], default=0)),
                ('blacklist_reason', models.PositiveSmallIntegerField(choices=[(0, 'none'), (1, 'counterfeits detected'), (2, 'low quality'), (3, 'overprint'), (4, 'stolen'), (5, 'damage'), (6, 'lost'), (7, 'misprint'), (8, 'not sold'), (9, 'workorder cancelled'), (10, 'maximum scan count exceeded')], default=0)),
                ('scm_data', models.JSONField(default=dict)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='portal.company')),
                ('product', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workorders.product')),
                ('workorder', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='codes', to='workorders.workorder')),
                ('last_change', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='workorders.change')),
                ('pk', models.CompositePrimaryKey('company', 'identifier', blank=True, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('sequence__lte', 20)), fields=['workorder', 'sequence'], name='code_first_of_workorder'), django.contrib.postgres.indexes.BrinIndex(fields=['company', 'workorder', 'product', 'activation_status', 'blacklist_reason', 'last_change', 'identifier'], name='code_blocks', opclasses=['int8_minmax_ops', 'int8_minmax_multi_ops', 'int8_minmax_multi_ops', 'int2_minmax_multi_ops', 'int2_minmax_multi_ops', 'int8_minmax_multi_ops', 'text_minmax_ops'], pages_per_range=16), models.Index(models.F('company'), models.Func(models.F('identifier'), output_field=models.TextField(), template="(left(%(expressions)s, 17) || substr(%(expressions)s, strpos(%(expressions)s, '/21/')))"), condition=models.Q(('identifier__contains', '/10/')), name='code_item_without_batch')],
                'permissions': [('codes_view', 'Can see codes'), ('scm_code_edit', 'Can change single codes'), ('scm_bulk_edit', 'Can change many codes at once'), ('scm_undo', 'Can undo changes of codes')],
            },
        ),
        migrations.CreateModel(
            name='CodeChange',
            fields=[
                ('pk', models.CompositePrimaryKey('change', 'identifier', blank=True, editable=False, primary_key=True, serialize=False)),
                ('change', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='rows', to='workorders.change')),
                ('identifier', models.CharField(db_collation='C', max_length=145)),
                ('previous', models.BigIntegerField(null=True)),
                ('old_product', models.BigIntegerField(null=True)),
                ('new_product', models.BigIntegerField(null=True)),
                ('old_status', models.SmallIntegerField(choices=[(0, 'inactive'), (1, 'active'), (2, 'blacklisted')], null=True)),
                ('new_status', models.SmallIntegerField(choices=[(0, 'inactive'), (1, 'active'), (2, 'blacklisted')], null=True)),
                ('old_reason', models.SmallIntegerField(choices=[(0, 'none'), (1, 'counterfeits detected'), (2, 'low quality'), (3, 'overprint'), (4, 'stolen'), (5, 'damage'), (6, 'lost'), (7, 'misprint'), (8, 'not sold'), (9, 'workorder cancelled'), (10, 'maximum scan count exceeded')], null=True)),
                ('new_reason', models.SmallIntegerField(choices=[(0, 'none'), (1, 'counterfeits detected'), (2, 'low quality'), (3, 'overprint'), (4, 'stolen'), (5, 'damage'), (6, 'lost'), (7, 'misprint'), (8, 'not sold'), (9, 'workorder cancelled'), (10, 'maximum scan count exceeded')], null=True)),
                ('old_scm', models.JSONField(null=True)),
                ('new_scm', models.JSONField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='StoredScans',
            fields=[
                ('name', models.CharField(max_length=60, primary_key=True, serialize=False)),
                ('stored_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='CodeScans',
            fields=[
                ('pk', models.CompositePrimaryKey('company', 'identifier', blank=True, editable=False, primary_key=True, serialize=False)),
                ('identifier', models.CharField(db_collation='C', max_length=145)),
                ('count', models.PositiveBigIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('reached_limit', models.BooleanField(db_default=False, help_text='The limit of scans has blacklisted the code, which it does once.')),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='portal.company')),
            ],
        ),
        migrations.CreateModel(
            name='ScanDay',
            fields=[
                ('pk', models.CompositePrimaryKey('company', 'day', blank=True, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('count', models.PositiveBigIntegerField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='portal.company')),
            ],
            options={
                'ordering': ['day'],
            },
        ),
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('queued', 'queued'), ('processing', 'processing'), ('completed', 'completed'), ('error', 'error'), ('cancelled', 'cancelled')], default='queued', max_length=10)),
                ('status_updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('rows_total', models.PositiveIntegerField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('waits_for', models.CharField(choices=[('database', 'database'), ('storage', 'storage'), ('disk', 'disk'), ('broker', 'broker')], db_default='', default='', max_length=10)),
                ('outages', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How many of the attempts met an outage, and so do not count.')),
                ('outage_since', models.DateTimeField(help_text='When the first of them did.', null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('filters', models.JSONField(default=dict, help_text='As `workorders.codes.filters` keeps them.')),
                ('format', models.CharField(choices=[('csv', 'CSV'), ('jsonl', 'JSON lines'), ('xlsx', 'Excel'), ('epcis', 'EPCIS events')], max_length=5)),
                ('is_gzipped', models.BooleanField(default=False)),
                ('neutralises_formulas', models.BooleanField(default=False)),
                ('phase', models.CharField(choices=[('waiting', 'waiting'), ('counting', 'counting codes'), ('writing', 'writing codes'), ('ended', 'ended')], default='waiting', max_length=10)),
                ('expected', models.PositiveBigIntegerField(help_text='Codes, where that was known when it was asked for.', null=True)),
                ('size', models.PositiveBigIntegerField(help_text='Bytes of the file.', null=True)),
                ('refusal', models.TextField(blank=True, help_text='Why these codes cannot be exported so, for the person.')),
                ('detail', models.TextField(blank=True, help_text='Why it was given up.')),
                ('file_deleted_at', models.DateTimeField(null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exports', to='portal.company')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('status__in', ('queued', 'processing'))), fields=['id'], name='export_open'), models.Index(fields=['company', '-id'], name='export_of_company')],
            },
        ),
        migrations.CreateModel(
            name='ScanLimitReached',
            fields=[
                ('pk', models.CompositePrimaryKey('company', 'identifier', blank=True, editable=False, primary_key=True, serialize=False)),
                ('identifier', models.CharField(db_collation='C', max_length=145)),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='portal.company')),
            ],
        ),
        migrations.CreateModel(
            name='DeclaredField',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('label', models.CharField(blank=True, max_length=100, validators=[portal.values.texts.Visible()])),
                ('type', models.CharField(choices=[('text', 'Text'), ('whole_number', 'Whole number'), ('decimal', 'Decimal number'), ('date', 'Date'), ('choice', 'One of a list')], default='text', max_length=20)),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('choices', models.JSONField(blank=True, default=list, help_text="The list's values.")),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='declared_fields', to='portal.company')),
            ],
            options={
                'ordering': ['key'],
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('key'), name='declared_field_of_company')],
            },
        ),
        migrations.CreateModel(
            name='Summarized',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('filenode', models.BigIntegerField()),
                ('blocks', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='DomainProof',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('host', models.CharField(max_length=253)),
                ('way', models.CharField(blank=True, choices=[('dns', 'DNS'), ('file', 'a file there')], max_length=4)),
                ('proven_at', models.DateTimeField(null=True)),
                ('asked_at', models.DateTimeField(help_text='When a check was asked for that a worker has not done yet.', null=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('problem', models.TextField(blank=True, help_text='What the last check found instead.')),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='domains', to='portal.company')),
            ],
            options={
                'verbose_name': 'domain',
                'ordering': ['host'],
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('host'), name='domain_of_company')],
            },
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.CharField(max_length=500, verbose_name='URL')),
                ('description', models.CharField(blank=True, max_length=200)),
                ('events', models.JSONField(default=list, help_text='The types of events that it is told.')),
                ('secret', models.BinaryField(help_text='Encrypted.')),
                ('old_secret', models.BinaryField(default=bytes, help_text='The secret before, encrypted.')),
                ('old_secret_until', models.DateTimeField(help_text='Until then the old secret signs as well.', null=True)),
                ('stopped', models.CharField(blank=True, choices=[('by_hand', 'disabled'), ('gone', 'disabled, since it answered 410 (Gone)'), ('failing', 'disabled, since it failed for 3 days'), ('full', 'disabled, since too much waits for it')], help_text='Why nothing is sent.', max_length=10)),
                ('stopped_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0, help_text='Attempts that failed since the last that did not.')),
                ('failing_since', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('lease_until', models.DateTimeField(null=True)),
                ('woken_at', models.DateTimeField(help_text='When the sweep woke a worker for it.', null=True)),
                ('is_deleted', models.BooleanField(default=False, help_text='It is gone for everybody, and a sweep deletes it.')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='webhooks', to='portal.company')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message_id', models.CharField(help_text='The same for every attempt and every endpoint.', max_length=40)),
                ('type', models.CharField(max_length=40)),
                ('body', models.TextField(help_text='The JSON that is posted, byte for byte.')),
                ('status', models.CharField(choices=[('waiting', 'waiting'), ('delivered', 'delivered'), ('failed', 'failed')], default='waiting', max_length=10)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('queued_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), help_text='When it was made, or asked for again.')),
                ('due_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('attempted_at', models.DateTimeField(null=True)),
                ('answer_status', models.PositiveSmallIntegerField(null=True)),
                ('answer', models.TextField(blank=True, help_text="The beginning of the answer's body.")),
                ('problem', models.TextField(blank=True, help_text='Why there was no answer.')),
                ('webhook', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='workorders.webhook')),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['webhook', '-id'], name='delivery_of_webhook'), models.Index(fields=['message_id'], name='delivery_of_message'), models.Index(fields=['webhook', 'status', '-id'], name='delivery_by_status'), models.Index(condition=models.Q(('status', 'waiting')), fields=['webhook', 'due_at', 'id'], name='delivery_due'), models.Index(condition=models.Q(('status', 'waiting')), fields=['queued_at'], name='delivery_waiting')],
            },
        ),
        migrations.RunSQL(TABLES, migrations.RunSQL.noop),
    ]
