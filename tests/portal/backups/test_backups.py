"""Backups: what is in them, when they count, and where they are restored."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psycopg
import pytest
from botocore.config import Config
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from ingestion.models import IngestionRecord
from ingestion.stored_files import stored_names
from portal.backups import daily, postgres_programs, secret
from portal.backups.archive import Backup, BackupError, written
from portal.backups.targets import back_up_to
from portal.backups.writing import write
from portal.storage.base import storage
from portal.storage.s3 import PATIENT
from tests.support.commands import run
from tests.support.demo import Demo
from tests.support.paths import CHECKOUT
from tests.support.portals import environment
from tests.support.running import database_url, wait_for
from tests.support.second_database import another_database, contents
from tests.support.tokens import client_of
from tests.support.uploads import ingested, rows, uploaded
from workorders.archives.builder import build_archive
from workorders.models import Job, Workorder

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PASSPHRASE = "correct horse battery staple"
FORGOTTEN = ("django_session", "usersessions_usersession", "portal_cached")


@pytest.fixture(autouse=True)
def own_storage(settings: Settings, tmp_path: Path) -> None:
    """A storage in which there is only what the test stores."""
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "portal.storage.disk.EmbeddedStorage",
            "OPTIONS": {"location": tmp_path / "here" / "storage", "allow_overwrite": True},
        },
    }


def restored(path: Path, home: Path, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A restore by an installation of its own, with another secret key and the database `name`."""
    return subprocess.run(
        [sys.executable, "manage.py", "restore", str(path)],
        cwd=CHECKOUT,
        env=environment(home, DATABASE_URL=database_url(name), **variables),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def files_of(backup: Path) -> dict[str, bytes]:
    return {name: content.read() for name, _entry, content in Backup(backup).entries("files/")}


def changed(backup: Path, path: Path, **values: object) -> Path:
    """A whole backup at `path` that says something else of itself."""
    with tarfile.open(backup) as tar, written(path) as writer:
        for entry in tar.getmembers()[:-1]:
            content = tar.extractfile(entry).read()  # type: ignore[union-attr]  # all entries are files
            if entry.name == "codeport.json":
                content = json.dumps(json.loads(content) | values).encode()
            writer.add_bytes(entry.name, content)
    return path


def test_a_restored_installation_is_the_same(
    committed_demo: Demo, settings: Settings, tmp_path: Path, client: object
) -> None:
    """All rows and files, with the secret key, in another place; whoever was signed in signs in again."""
    client_of(committed_demo.staff).get("/api/v2/me/")
    record = ingested(committed_demo.staff, rows(2000))
    refused = ingested(committed_demo.staff, "id\nbottle\nbottle\n")
    waiting = uploaded(client_of(committed_demo.staff))
    build_archive(record.workorder, "archive")  # type: ignore[arg-type]  # it has one
    client.force_login(committed_demo.staff)  # type: ignore[attr-defined]  # it is Django's
    settings.BACKUP_PASSPHRASE = PASSPHRASE
    backup, where_key_is = back_up_to(str(tmp_path / "backups"), stored_names)
    assert where_key_is == "The secret key is in it, encrypted with BACKUP_PASSPHRASE."
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [Path(backup.path).name]
    assert (backup.files, Path(backup.path).stat().st_mode & 0o077) == (4, 0)
    assert settings.SECRET_KEY.encode() not in Path(backup.path).read_bytes()
    home = tmp_path / "there"
    with another_database() as name:
        done = restored(Path(backup.path), home, name, BACKUP_PASSPHRASE=PASSPHRASE)
        assert (done.stderr, done.returncode) == ("", 0)
        assert done.stdout == "Restored the database and 4 files; go on with `manage.py up`, or `migrate`.\n"
        here, there = contents(str(connection.settings_dict["NAME"])), contents(name)
        assert {table: there[table].partition(" ")[0] for table in FORGOTTEN} == dict.fromkeys(FORGOTTEN, "0")
        assert here["django_session"].startswith("1 ")
        assert {**there, **{table: here[table] for table in FORGOTTEN}} == here
        again = restored(Path(backup.path), home, name)
        assert again.stderr == (
            f"CommandError: A backup is restored into an empty database, and {name} has the table "
            "public.account_emailaddress.\n"
        )
    assert (home / "secret-key").read_text() == settings.SECRET_KEY
    archive = f"workorders/{committed_demo.company.pk}/{record.workorder_id}/archive.zip"
    names = {f"uploads/{record.key}", f"uploads/{refused.key}", f"incoming/{waiting}", archive}
    found = {path.relative_to(home / "storage").as_posix(): path for path in (home / "storage").rglob("*.*")}
    found |= {path.relative_to(home / "storage").as_posix(): path for path in (home / "storage").rglob("*")}
    assert {name for name, path in found.items() if path.is_file()} == names
    for name in names:
        with storage().open(name) as file:
            assert found[name].read_bytes() == file.read()
    with another_database() as name:
        assert "into an empty storage, and there is the file" in restored(Path(backup.path), home, name).stderr


def test_a_restore_needs_the_key_of_the_backup(
    committed_demo: Demo, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("backup", "--to", str(tmp_path)).splitlines()
    (path,) = tmp_path.glob("codeport-*.tar")
    (apart,) = tmp_path.glob("secret-key-*")
    assert told == [
        f"Backed up to {path}: {path.stat().st_size:,} bytes, 0 files.",
        f"The secret key is not in it but apart, as {apart}: keep a copy in another place than the backup.",
    ]
    assert (apart.read_text(), apart.stat().st_mode & 0o777) == (settings.SECRET_KEY, 0o600)
    ours = settings.SECRET_KEY
    settings.SECRET_KEY = "another-key-" * 4
    with pytest.raises(CommandError, match=r"^SECRET_KEY is set to another key than that of the backup: set that one"):
        call_command("restore", str(path))
    apart.unlink()
    with pytest.raises(CommandError, match=rf"of another secret key: set SECRET_KEY, or put the file {apart.name} be"):
        call_command("restore", str(path))
    settings.SECRET_KEY_FALLBACKS = [ours]
    with pytest.raises(CommandError, match="into an empty database, and "):
        call_command("restore", str(path))


def test_a_storage_that_is_another_is_told(
    committed_demo: Demo, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where DATABASE_URL is set, and CODEPORT_HOME is not."""
    run("backup", "--to", str(tmp_path))
    ingested(committed_demo.staff, rows(5))
    run("backup", "--to", str(tmp_path / "whole"))
    assert capsys.readouterr().err == ""
    default = settings.STORAGES["default"]
    elsewhere = default | {"OPTIONS": default["OPTIONS"] | {"location": tmp_path / "there" / "storage"}}
    settings.STORAGES = settings.STORAGES | {"default": elsewhere}
    run("backup", "--to", str(tmp_path / "elsewhere"))
    assert capsys.readouterr().err.startswith("The backup has the database alone: the storage has none of the files")


def test_a_key_apart_is_that_of_the_backup_or_nothing_is_restored(committed_demo: Demo, tmp_path: Path) -> None:
    """It is typed, or pasted from a safe, and opens the secrets only if every character of it is right."""
    run("backup", "--to", str(tmp_path))
    (path,) = tmp_path.glob("codeport-*.tar")
    (apart,) = tmp_path.glob("secret-key-*")
    key, home = apart.read_bytes(), tmp_path / "home"
    with another_database() as name:
        for wrong in (b"", key[:-1], b"another-key-" * 4, b"\xff\xfe", b"SECRET_KEY=" + key):
            apart.write_bytes(wrong)
            refused = restored(path, home, name)
            assert (refused.returncode, refused.stdout) == (1, "")
            assert refused.stderr == (
                f"CommandError: {apart} does not hold the secret key of the backup: put that one there, and nothing"
                " else.\n"
            )
        apart.write_bytes(b"\n " + key + b"\r\n")
        assert restored(path, home, name).returncode == 0
    assert (home / "secret-key").read_bytes() == key


def test_a_restore_that_is_ended_leaves_nothing_and_can_begin_again(committed_demo: Demo, tmp_path: Path) -> None:
    ingested(committed_demo.staff, rows(5))
    path = tmp_path / "backups" / "b.tar"
    write(path, stored_names)
    secret.write_apart(path.parent, settings.SECRET_KEY)
    home, server = tmp_path / "there", connection.settings_dict
    with another_database() as name:
        with psycopg.connect(host=str(server["HOST"]), user=str(server["USER"]), dbname=name) as other:
            other.execute("LOCK TABLE pg_catalog.pg_class IN SHARE MODE")  # no table can be made meanwhile
            surroundings = environment(home, DATABASE_URL=database_url(name))
            words = [sys.executable, "manage.py", "restore", str(path)]
            process = subprocess.Popen(words, cwd=CHECKOUT, env=surroundings)
            wait_for(lambda: [*home.glob("storage/uploads/*")], "a file is restored")
            process.terminate()
            assert process.wait(60) == 128 + signal.SIGTERM
        assert [each for each in home.glob("storage/**/*") if each.is_file()] == []
        done = restored(path, home, name)
        assert (done.returncode, done.stderr) == (0, "")


def test_an_encrypted_key_opens_with_its_passphrase_alone() -> None:
    sealed = secret.seal("the key of an installation", PASSPHRASE)
    assert secret.unseal(sealed, PASSPHRASE) == "the key of an installation"
    with pytest.raises(BackupError, match=r"^BACKUP_PASSPHRASE is not that of the backup\.$"):
        secret.unseal(sealed, PASSPHRASE + " ")


def test_only_a_whole_backup_of_this_version_counts(committed_demo: Demo, tmp_path: Path) -> None:
    storage().save(f"uploads/{ingested(committed_demo.staff, rows(3)).key}", ContentFile(os.urandom(30_000)))
    path = tmp_path / "whole.tar"
    write(path, stored_names)
    content = path.read_bytes()
    damaged = bytearray(content)
    damaged[content.index(b"files/uploads") + 20_000] ^= 1
    migrations = [*Backup(path).manifest.migrations, "workorders.9999_later"]
    with tarfile.open(path) as tar:
        ends = [entry.offset for entry in tar]
        at_end = tar.getmember("sha256").offset_data
    no_digest = content[:at_end] + b"\xff" + content[at_end + 1 :]
    bad = {"end.tar": (no_digest, "is damaged: its content does not have the digest at its end.")}
    bad |= {"damaged.tar": (bytes(damaged), "is damaged: its content does not have the digest at its end.")}
    bad |= {f"cut-{end}.tar": (content[:end], "was cut off: its end is missing.") for end in ends[1:]}
    bad |= {f"cut-{end - 700}.tar": (content[: end - 700], "was cut off") for end in ends[2:]}
    bad |= {"none.tar": (b"not a tar", "is no backup, or was cut off"), "empty.tar": (b"", "was cut off")}
    for name, (bytes_of, _why) in bad.items():
        (tmp_path / name).write_bytes(bytes_of)
    changed(path, tmp_path / "newer.tar", migrations=migrations)
    changed(path, tmp_path / "postgres.tar", postgres=99)
    changed(path, tmp_path / "format.tar", format=2)
    whys = {name: why for name, (_bytes, why) in bad.items()}
    whys |= {"newer.tar": "newer version of Codeport, with the migration workorders.9999_later: install that version."}
    whys |= {"postgres.tar": "The backup is of PostgreSQL 99, and the database here is 18."}
    whys |= {"format.tar": "is of a newer version of Codeport", "gone.tar": "cannot be read: No such file"}
    for name, why in whys.items():
        with pytest.raises(CommandError) as raised:
            call_command("restore", str(tmp_path / name))
        assert why in str(raised.value), name
        assert "\n" not in str(raised.value)
    assert IngestionRecord.objects.count() == 1


@pytest.mark.parametrize(
    "manifest", [b"{", b"[]", b"{}", b'{"format": 1}', b'{"format": 1, "x": 1}', b"[" * 100_000, b"\xff"]
)
def test_a_tar_that_is_no_backup_of_ours_is_told_so(tmp_path: Path, manifest: bytes) -> None:
    with written(tmp_path / "foreign.tar") as writer:
        writer.add_bytes("codeport.json", manifest)
    with pytest.raises(BackupError, match=r"foreign.tar is no backup of Codeport.$"):
        Backup(tmp_path / "foreign.tar")


def test_values_that_a_backup_never_has_are_told_so_and_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    right = {"made_at": "", "postgres": 18, "migrations": [], "key": "", "sealed_key": None, "format": 1}
    for wrong in ({"postgres": "18"}, {"migrations": None}, {"migrations": [1]}, {"key": 1}):
        with written(tmp_path / "wrong.tar") as writer:
            writer.add_bytes("codeport.json", json.dumps(right | wrong).encode())
        with pytest.raises(BackupError, match=r"wrong.tar is no backup of Codeport.$"):
            Backup(tmp_path / "wrong.tar")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(BackupError, match=r"pipe is no regular file.$"):
        Backup(tmp_path / "pipe")


def test_what_is_cut_off_never_has_the_name_of_a_backup(tmp_path: Path) -> None:
    """By a kill, by a full disk; the next backup removes what is left, but not what another is writing."""
    code = (
        "import sys, pathlib; from portal.backups.archive import written\n"
        "with written(pathlib.Path(sys.argv[1])) as writer:\n"
        "    writer.add_bytes('x', bytes(100_000)); print('begun', flush=True)\n"
        "    sys.stdin.read() if sys.argv[2] == 'wait' else writer.add_bytes('y', bytes(100_000))\n"
    )
    one, full = tmp_path / "one.tar", tmp_path / "full.tar"
    command = [sys.executable, "-c", code]
    killed = subprocess.Popen([*command, one, "wait"], cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert killed.stdout
    assert killed.stdout.readline() == b"begun\n"
    limited: list[str | Path] = ["prlimit", "--fsize=150000", *command, full, "go on"]
    done = subprocess.run(limited, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert "File too large" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"one.tar.part"}, "its writer lives"
    killed.kill()
    killed.communicate()
    assert {path.name for path in tmp_path.iterdir()} == {"one.tar.part"}
    with written(tmp_path / "two.tar") as writer:
        assert {path.name for path in tmp_path.iterdir()} == {"two.tar.part"}
        writer.add_bytes("x", b"x")
    assert {path.name for path in tmp_path.iterdir()} == {"two.tar"}


def test_where_no_backup_can_be_is_one_sentence(committed_demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for target, reason in (
        (f"{tmp_path}/file", "File exists"),
        (f"{tmp_path}/file/folder", "Not a directory"),
        (f"{tmp_path}/{'x' * 300}", "File name too long"),
    ):
        with pytest.raises(CommandError, match=f"^No backup was written to {target}: {reason}.$"):
            call_command("backup", "--to", target)
    for command in (["backup", "--to"], ["restore"]):
        with pytest.raises(
            CommandError, match=r"^ftp://host/x is no address in a bucket: write it as s3://BUCKET/NAME.$"
        ):
            call_command(*command, "ftp://host/x")


def test_a_dump_that_fails_leaves_no_backup(
    committed_demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.ensure_connection()
    monkeypatch.setenv("PGCHANNELBINDING", "require")  # of pg_dump's own connection
    with pytest.raises(CommandError, match=r"^pg_dump failed: .*channel binding required"):
        call_command("backup", "--to", str(tmp_path))
    assert [path for path in tmp_path.iterdir() if path.is_file()] == []


def test_a_server_that_is_newer_than_pg_dump_is_one_sentence(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres_programs, "server_version", lambda: 99)
    with pytest.raises(BackupError) as raised:
        postgres_programs._program("pg_dump", 99)
    assert str(raised.value) == (
        "The database is PostgreSQL 99, which needs pg_dump of 99 or newer, and the one here is of 18: "
        "install postgresql-client-99."
    )


def test_behind_a_pooler_a_backup_is_refused(committed_demo: Demo, tmp_path: Path, settings: Settings) -> None:
    settings.DATABASE_POOLER = "transaction"
    with pytest.raises(BackupError, match=r"^pg_dump needs a session, .* without DATABASE_POOLER"):
        write(tmp_path / "backup.tar", stored_names)
    assert list(tmp_path.glob("*.tar*")) == []


def test_files_are_those_that_the_rows_of_the_moment_name(committed_demo: Demo, tmp_path: Path) -> None:
    """What came later would be found by the next row of that number, and what went meanwhile is made again."""
    record = ingested(committed_demo.staff, rows(5))
    company, workorder = committed_demo.company.pk, record.workorder_id
    order = Workorder.objects.create(
        company=committed_demo.company,
        created_by=committed_demo.staff,
        reference="secure",
        type=Workorder.Type.SSC,
        quantity=9,
        uploaded_quantity=5,
        url_prefix="x",
        longest_id=8,
    )
    job, cancelled = (
        Job.objects.create(
            workorder=order,
            what=Job.What.SECURE,
            parameters={"n": status},
            status=status,
            created_by=committed_demo.staff,
        )
        for status in ("completed", "cancelled")
    )
    folder, other = f"workorders/{company}/{order.pk}", f"workorders/{company}/{order.pk + 9}"
    taken = {f"workorders/{company}/{workorder}/serial-numbers.zip", f"{folder}/archive-5.zip"}
    taken |= {f"{folder}/secure-{job.pk}.zip"}
    left = {f"{folder}/archive-6.zip", f"{folder}/secure-{cancelled.pk}.zip", f"{folder}/secure-5-5.zip"}
    left |= {f"{other}/archive.zip", "uploads/unknown", "exports/9.csv"}
    for name in (*taken, *left):
        storage().save(name, ContentFile(name.encode()))
    waiting = uploaded(client_of(committed_demo.staff))
    storage().move(f"incoming/{waiting}", f"uploads/{waiting}")  # as a `process` does that comes meanwhile
    gone = ingested(committed_demo.staff, "id\ngone-0001\n")
    storage().delete(f"uploads/{gone.key}")
    backup = write(tmp_path / "backup.tar", stored_names)
    found = files_of(tmp_path / "backup.tar")
    assert {*found} == taken | {f"uploads/{record.key}", f"uploads/{waiting}"}
    assert found[f"{folder}/archive-5.zip"] == f"{folder}/archive-5.zip".encode()
    assert (backup.files, backup.gone) == (5, 2)  # the file that was uploaded is looked for in two places


def test_a_day_has_one_backup_and_fourteen_stay(
    committed_demo: Demo, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CODEPORT_HOME = tmp_path
    assert (daily.back_up_daily(stored_names), daily.back_up_daily(stored_names)) == (True, False)
    (first,) = (tmp_path / "backups").glob("daily-*.tar")
    assert Backup(first).manifest.postgres == 18
    olds = [first.with_name(f"daily-202001{day:02}T000000Z.tar") for day in range(1, 16)]
    for path in (*olds, first.with_name("codeport-20200101T000000Z.tar")):
        path.write_bytes(b"x")
    yesterday = first.stat().st_mtime - daily.DAY
    first = first.rename(first.with_name("daily-20200120T000000Z.tar"))
    os.utime(first, (yesterday, yesterday))
    with monkeypatch.context() as patch:
        patch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=10))
        assert daily.back_up_daily(stored_names) is False
    assert daily.back_up_daily(stored_names) is True
    names = sorted(path.name for path in (tmp_path / "backups").glob("*.tar"))
    assert names[:13] == ["codeport-20200101T000000Z.tar", *(path.name for path in olds[3:])]
    assert (names[13], len(names)) == (first.name, 15)


def test_a_backup_goes_to_a_bucket_and_comes_from_one(
    bucket: S3Client, committed_demo: Demo, settings: Settings, tmp_path: Path
) -> None:
    """Files are in the bucket as well; the key does not go there."""
    name = settings.STORAGES["default"]["OPTIONS"]["bucket_name"]
    record = ingested(committed_demo.staff, rows(10))
    told = run("backup", "--to", f"s3://{name}/kept/here/").splitlines()
    keys = [entry["Key"] for entry in bucket.list_objects_v2(Bucket=name)["Contents"]]
    assert keys[0].startswith("kept/here/codeport-")
    assert keys[1:] == [f"uploads/{record.key}"]
    assert told[0].startswith(f"Backed up to s3://{name}/{keys[0]}: ")
    assert told[0].endswith(" bytes, 1 files.")
    assert told[1].startswith("The secret key is not in it but apart, as ")
    assert list(settings.SPOOL_DIR.glob("codeport-*")) == []
    bucket.download_file(name, keys[0], str(tmp_path / "backup.tar"))
    assert files_of(tmp_path / "backup.tar") == {f"uploads/{record.key}": rows(10).encode()}
    with pytest.raises(CommandError, match="into an empty database"):
        call_command("restore", f"s3://{name}/{keys[0]}")
    for address, why in (
        (f"s3://{name}/nothing.tar", f"There is no nothing.tar in the bucket {name}."),
        (f"s3://{name}-2/x.tar", f"The bucket {name}-2 does not exist at S3_ENDPOINT_URL."),
        (
            f"s3://{name}",
            rf"s3://{name} names no backup: add the name of one, like s3://{name}/codeport-\d{{8}}T\d{{6}}Z.tar.",
        ),
        (
            f"s3://{name}/kept/",
            f"s3://{name}/kept/ names no backup: add the name of one, like s3://{name}/kept/codeport-.*",
        ),
    ):
        with pytest.raises(CommandError, match=f"^{why}$"):
            call_command("restore", address)
    with pytest.raises(CommandError, match=f"^The bucket {name}-2 does not exist at S3_ENDPOINT_URL.$"):
        call_command("backup", "--to", f"s3://{name}-2")
    assert storage().any_file() == f"uploads/{record.key}"


@pytest.mark.parametrize("command", [("backup", "--to"), ("restore",)])
def test_a_bucket_that_is_not_reached_says_what_to_mend(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, command: tuple[str, ...]
) -> None:
    """Before anything is written."""
    keys = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE")
    for variable in (*keys, "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr("portal.backups.targets.PATIENT", PATIENT.merge(Config(retries={"total_max_attempts": 1})))

    def told(address: str) -> str:
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)  # which keeps the keys that it found
        with pytest.raises(CommandError) as refused:
            call_command(*command, address)
        return str(refused.value)

    for wrong in ("s3:/there/x.tar", "S3://there/x.tar", "s3://two words/x.tar", "s3://"):
        assert told(wrong) == f"{wrong} is no address in a bucket: write it as s3://BUCKET/NAME."
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nowhere")
    assert told("s3://there/x.tar") == "AWS_ENDPOINT_URL is no address like https://s3.example.com."
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    assert told("s3://there/x.tar") == ("Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, the key to AWS_ENDPOINT_URL.")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    assert told("s3://there/x.tar").startswith('AWS_ENDPOINT_URL: Could not connect to the endpoint URL: "http://127.')
    assert list(settings.SPOOL_DIR.glob("codeport-*")) == []


def test_a_key_that_is_wrong_is_told_from_one_that_may_not(
    bucket: S3Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    name = settings.STORAGES["default"]["OPTIONS"]["bucket_name"]
    monkeypatch.setattr("portal.backups.targets.storage", lambda: None)  # it is on a disk
    monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.meta.endpoint_url)
    for variable, why in (
        ("AWS_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY does not fit AWS_ACCESS_KEY_ID, or AWS_REGION is not the "),
        ("AWS_ACCESS_KEY_ID", "AWS_ENDPOINT_URL does not know the key AWS_ACCESS_KEY_ID."),
    ):
        monkeypatch.setenv(variable, "wrong")
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
        for command in (("backup", "--to"), ("restore",)):
            with pytest.raises(CommandError, match=f"^{why}"):
                call_command(*command, f"s3://{name}/x.tar")
