import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
import ingestion.models
from django.conf import settings
from django.db import migrations, models

from portal.database.squashed import Squashed


class Migration(Squashed):
    """The tables as the migrations of `replaces` leave them, made at once.

    An installation that has some of these applies the others, and one that has all of them nothing. What only moved
    rows of an earlier version is left out: a database that is empty has none.
    """

    replaces = [
        ('ingestion', '0001_initial'),
        ('ingestion', '0002_warnings_and_facts'),
        ('ingestion', '0003_error_value'),
        ('ingestion', '0004_result_index'),
        ('ingestion', '0005_release_unused_prefixes'),
        ('ingestion', '0006_by_command'),
        ('ingestion', '0007_is_long'),
        ('ingestion', '0008_outages'),
        ('ingestion', '0009_permissions_of_changes'),
        ('ingestion', '0010_changes_of_codes'),
        ('ingestion', '0011_records_without_a_file'),
        ('ingestion', '0012_withdrawals'),
        ('ingestion', '0013_templates'),
        ('ingestion', '0014_remembered_names'),
        ('ingestion', '0015_files_kept'),
        ('ingestion', '0016_drops'),
        ('ingestion', '0017_results_told_again'),
        ('ingestion', '0018_dropped_files_by_time'),
    ]

    initial = True

    dependencies = [
        ('portal', '0001_squashed_0024_audit_trail'),
        ('workorders', '0001_squashed_0032_files_kept'),
    ]

    operations = [
        migrations.CreateModel(
            name='IngestionRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(default=ingestion.models.new_key, editable=False, max_length=12, unique=True)),
                ('description', models.CharField(default='Code ingestion file upload', max_length=100)),
                ('type', models.CharField(choices=[('code', 'new codes'), ('scm', 'changes of codes')], default='code', max_length=20)),
                ('ingestion_mode', models.CharField(choices=[('api', 'API'), ('portal', 'portal')], max_length=10)),
                ('filetype', models.CharField(blank=True, choices=[('csv', 'CSV'), ('json', 'JSON'), ('xlsx', 'Excel')], help_text='Empty for a change of selected codes, and for an undo.', max_length=4)),
                ('file_name', models.CharField(blank=True, max_length=255)),
                ('file_size', models.BigIntegerField(null=True)),
                ('status', models.CharField(choices=[('uploading', 'uploading'), ('queued', 'queued'), ('processing', 'processing'), ('completed', 'completed'), ('error', 'error'), ('cancelled', 'cancelled')], default='uploading', max_length=10)),
                ('status_updated_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('parameters', models.JSONField(default=dict)),
                ('result_data', models.JSONField(default=dict)),
                ('phase', models.CharField(choices=[('waiting', 'waiting'), ('checking', 'checking rows'), ('sorting', 'looking for repeated ids'), ('creating', 'creating codes'), ('comparing', 'comparing with the codes'), ('changing', 'changing codes'), ('reporting', 'listing the errors'), ('ended', 'ended')], default='waiting', max_length=10)),
                ('rows_done', models.PositiveIntegerField(default=0)),
                ('rows_total', models.PositiveIntegerField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('lease_until', models.DateTimeField(null=True)),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ingestions', to='portal.company')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ingestions', to=settings.AUTH_USER_MODEL)),
                ('workorder', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ingestions', to='workorders.workorder')),
                ('file_facts', models.JSONField(default=dict)),
                ('warnings', models.JSONField(default=list)),
                ('by_command', models.BooleanField(db_default=False, default=False, help_text='Uploaded by `manage.py ingest`.')),
                ('is_long', models.BooleanField(db_default=False, editable=False, help_text='It unpacked to much, though it is small.')),
                ('outage_since', models.DateTimeField(help_text='When the first of them did.', null=True)),
                ('outages', models.PositiveSmallIntegerField(db_default=0, default=0, help_text='How many of the attempts met an outage, and so do not count.')),
                ('waits_for', models.CharField(choices=[('database', 'database'), ('storage', 'storage'), ('disk', 'disk'), ('broker', 'broker')], db_default='', default='', max_length=10)),
                ('file_deleted_at', models.DateTimeField(help_text='When its file and its errors had been kept long enough.', null=True)),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('ingestion_code_create', 'Can upload codes'), ('ingestion_view', 'Can see ingestion records'), ('ingestion_cancel', 'Can cancel ingestions'), ('ingestion_withdraw', 'Can withdraw uploads')],
                'indexes': [models.Index(fields=['company', '-id'], name='ingestion_of_company'), models.Index(condition=models.Q(('status__in', ('queued', 'processing'))), fields=['id'], name='ingestion_open'), django.contrib.postgres.indexes.GinIndex(fields=['result_data'], name='ingestion_result', opclasses=['jsonb_path_ops']), models.Index(condition=models.Q(('file_deleted_at', None), ('status__in', ('completed', 'error'))), fields=['status_updated_at'], name='ingestion_kept')],
            },
        ),
        migrations.CreateModel(
            name='IngestionError',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('row', models.PositiveIntegerField(null=True)),
                ('column', models.TextField(blank=True)),
                ('value', models.TextField(blank=True)),
                ('error', models.CharField(max_length=40)),
                ('detail', models.TextField(blank=True)),
                ('record', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='errors', to='ingestion.ingestionrecord')),
            ],
            options={
                'ordering': ['row', 'id'],
                'indexes': [models.Index(fields=['record', 'row', 'id'], name='ingestion_error_of_record')],
            },
        ),
        migrations.CreateModel(
            name='Withdrawal',
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
                ('reason', models.TextField()),
                ('deletes', models.BooleanField()),
                ('phase', models.CharField(choices=[('waiting', 'waiting'), ('deleting', 'deleting codes'), ('updating', 'blacklisting codes'), ('ended', 'ended')], default='waiting', max_length=10)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='withdrawal', to='ingestion.ingestionrecord')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status__in', ('queued', 'processing'))), fields=['id'], name='withdrawal_open')],
            },
        ),
        migrations.CreateModel(
            name='IngestionTemplate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('parameters', models.JSONField(default=dict)),
                ('declared', models.JSONField(default=list)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ingestion_templates', to='portal.company')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(models.F('company'), models.F('name'), name='ingestion_template_name_of_company')],
            },
        ),
        migrations.CreateModel(
            name='RememberedName',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('new_name', models.CharField(max_length=64)),
                ('used_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='remembered_names', to='portal.company')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'name'), name='remembered_name_of_company')],
            },
        ),
        migrations.CreateModel(
            name='Drop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folder', models.CharField(max_length=60)),
                ('is_watched', models.BooleanField(default=True)),
                ('problem', models.TextField(blank=True)),
                ('visited_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('company', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='drops', to='portal.company')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('template', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='drop', to='ingestion.ingestiontemplate')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('company', 'folder'), name='drop_folder_of_company')],
            },
        ),
        migrations.CreateModel(
            name='DroppedFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200)),
                ('version', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('seen', 'seen, perhaps not complete yet'), ('taken', 'taken'), ('told', 'result written'), ('gone', 'deleted with its result')], default='seen', max_length=5)),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('is_aside', models.BooleanField(default=False, help_text='It is not where it was dropped any more.')),
                ('problem', models.TextField(blank=True)),
                ('drop', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='files', to='ingestion.drop')),
                ('record', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='dropped', to='ingestion.ingestionrecord')),
                ('lease_until', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'indexes': [models.Index(condition=models.Q(('is_aside', False)), fields=['drop', 'name'], name='dropped_file_there'), models.Index(condition=models.Q(('state', 'taken')), fields=['drop', 'id'], name='dropped_file_untold'), models.Index(condition=models.Q(('state', 'told')), fields=['drop', 'seen_at'], name='dropped_file_told'), models.Index(fields=['drop', 'name', 'id'], name='dropped_file_named'), models.Index(fields=['drop', 'id'], name='dropped_file_latest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'seen')), fields=('drop', 'name'), name='dropped_file_seen_once')],
            },
        ),
    ]
