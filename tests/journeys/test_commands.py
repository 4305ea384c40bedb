"""`create_token` and `ingest` at the command line."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from rest_framework.test import APIClient

from ingestion.models import IngestionRecord
from ingestion.options.templates import keep_template
from ingestion.results.timeline import history_of
from portal.accounts import letters
from portal.models import Letter, UserAuthorizationToken
from tests.support.commands import run
from tests.support.demo import Demo
from tests.support.pages import as_
from tests.support.running import database_url
from tests.support.second_database import another_database, contents
from tests.support.uploads import SPEC_EXAMPLE
from workorders.models import Code


def test_create_token_prints_a_token_that_works_and_nothing_else(demo: Demo) -> None:
    printed = run("create_token", "staff@demo.example", "--name", "line 4", "--days", "2")
    assert printed.count("\n") == 1
    client = APIClient()
    assert client.get("/api/v2/products/", HTTP_AUTHORIZATION=f"UAT {printed.strip()}").json()["count"] == 6
    token = UserAuthorizationToken.objects.get(name="line 4")
    assert (token.expires_at - token.created_at).days in (1, 2)
    assert set(token.permissions.values_list("codename", flat=True)) >= {"ingestion_code_create", "product_view"}
    assert not token.permissions.filter(codename="ingestion_cancel").exists()


def test_create_token_gives_only_the_permissions_named(demo: Demo) -> None:
    run("create_token", "staff@demo.example", "--permission", "product_view", "--permission", "workorder_view")
    permissions = UserAuthorizationToken.objects.get().permissions.values_list("codename", flat=True)
    assert sorted(permissions) == ["product_view", "workorder_view"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["staff@demo.example\udcff"], r"No active user has the e-mail staff@demo.example\\udcff."),
        (["staff@demo.example", "--name", "x" * 101], "--name must have 1 to 100 printable characters."),
        (["staf@demo.example"], "has the e-mail staf@demo.example. The nearest is `staff@demo.example`."),
        (["staff@demo.example", "--days", "0"], "--days must be from 1 to 3650."),
        (
            ["staff@demo.example", "--permission", "ingestion_cancel"],
            "staff@demo.example does not hold ingestion_cancel",
        ),
        (["staff@demo.example", "--permission", "fly"], "does not hold fly"),
        (["staff@demo.example", "--permission", "product_veiw"], "workorder_view. The nearest is `product_view`."),
    ],
)
def test_create_token_refuses_with_the_reason(demo: Demo, words: list[str], reason: str) -> None:
    with pytest.raises(CommandError, match=reason):
        run("create_token", *words)
    assert not UserAuthorizationToken.objects.exists()


def test_ingest_prints_the_key_of_a_completed_record(committed_demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text(SPEC_EXAMPLE)
    key = run("ingest", str(file), "--company", "demo", "--default-scm-data", '{"lot": "7"}').strip()
    record = IngestionRecord.objects.get(key=key)
    assert (record.status, record.file_name) == ("completed", "codes.csv")
    assert set(Code.objects.values_list("scm_data__lot", flat=True)) == {"7"}


def test_ingest_ignores_repeats_when_asked(committed_demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "codes.txt"
    file.write_text("id\nabc12345\nabc12345\n")
    run("ingest", str(file), "--company", "demo", "--filetype", "csv", "--allow-posted-duplicates")
    assert Code.objects.count() == 1


def test_ingest_refuses_a_file_with_the_error_summary(committed_demo: Demo, tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("id,product\nshort,sku9\nabc,sku1\n")
    with pytest.raises(CommandError) as refused:
        run("ingest", str(file), "--company", "demo")
    assert refused.value.returncode == 1
    assert "invalid_id_error (2)" in str(refused.value)
    assert "product_not_found_error (1)" in str(refused.value)
    assert not Code.objects.exists()


def test_ingest_says_what_may_not_be_meant(
    committed_demo: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "codes.csv"
    options = ("--company", "demo", "--url-prefix", "https://typo.example/c")
    file.write_text("id,prodcut\nabc12345,sku1\nabc12346,sku1\n")
    key = run("ingest", str(file), *options).strip()
    record = IngestionRecord.objects.get(key=key)
    said = capsys.readouterr().err.splitlines()
    column, prefix = (found["message"] for found in record.warnings)
    assert said == [
        f"unknown_column_warning (1): Row 1, prodcut: {column}",
        f"url_prefix_warning (1): {prefix}",
    ]
    file.write_text("id,lot\nabc12347,1E+20\nabc,2E+20\n")
    with pytest.raises(CommandError, match="invalid_id_error"):
        run("ingest", str(file), "--company", "demo")
    assert "shortened_number_warning (2): Row 2, lot: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("codes.csv", {"company": "nobody"}, "No brand owner has the slug nobody."),
        ("codes.csv", {"company": "printco"}, "No brand owner has the slug printco."),
        ("missing.csv", {}, "There is no regular file"),
        ("codes.dat", {}, "Say with --filetype what codes.dat is: csv, json."),
        ("codes.csv", {"default_scm_data": "{"}, "--default-scm-data is not JSON."),
        ("codes.csv", {"default_scm_data": '{"product": "x"}'}, "default_scm_data: product"),
    ],
)
def test_ingest_refuses_nonsense_with_the_reason(
    committed_demo: Demo, tmp_path: Path, name: str, options: dict[str, Any], reason: str
) -> None:
    for file in ("codes.csv", "codes.dat"):
        (tmp_path / file).write_text(SPEC_EXAMPLE)
    with pytest.raises(CommandError, match=reason):
        call_command("ingest", tmp_path / name, **{"company": "demo", "stdout": io.StringIO()} | options)
    assert not Code.objects.exists()


FILE = "Nummer;Sorte\nabc12345;sku1\n"
HOW = ["--delimiter", "semicolon", "--columns", '{"Nummer": "id", "Sorte": "product"}', "--id-format", "default"]


def test_ingest_takes_what_process_takes_and_signs_by_the_command(committed_demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(FILE)
    words = ["ingest", str(tmp_path / "codes.csv"), "--company", "demo", *HOW, "--url-prefix", "https://a.example/"]
    key = run(*words, "--by", "ADMIN@demo.example", "--reference", "May").strip()
    record = IngestionRecord.objects.get(key=key)
    assert (record.status, record.created_by, record.by_command) == ("completed", committed_demo.admin, True)
    assert Code.objects.get().url == "https://a.example/abc12345"
    assert (record.workorder and record.workorder.reference) == "May"
    told = [(said, event.by) for said, event in history_of(record)]
    assert told[:2] == [
        ("Upload begun, by the command", committed_demo.admin),
        ("File received, check asked for, by the command", committed_demo.admin),
    ]
    (letter,) = Letter.objects.all()
    letters.send(letter.pk)
    assert mail.outbox[-1].to == ["admin@demo.example"]
    assert "the file was uploaded in your name, by the command." in str(mail.outbox[-1].body)
    page = as_(committed_demo.staff).get(f"/ingestions/{key}/").content.decode()
    assert "by admin@demo.example, by the command" in page


def test_ingest_takes_the_options_of_a_template_where_it_says_nothing(committed_demo: Demo, tmp_path: Path) -> None:
    kept = {"columns": {"Serial No": "id"}, "delimiter": ";", "header_row": 2, "sheet": "Codes"}
    kept |= {"default_scm_data": {"product": "sku1", "market": "BE"}, "allow_posted_duplicates": True}
    keep_template(committed_demo.company, "Rolls", kept, committed_demo.staff)
    file = tmp_path / "codes.csv"
    file.write_text("Rolls of line 2\nSerial No;lot\nabc12345;7\nabc12345;8\n")
    words = ["ingest", str(file), "--company", "demo", "--template"]
    key = run(*words, "Rolls", "--default-scm-data", '{"market": "NL"}').strip()
    code = Code.objects.get()
    assert (code.identifier, code.product and code.product.sku) == ("abc12345", "sku1")
    assert code.scm_data == {"market": "NL", "lot": "7"}
    assert IngestionRecord.objects.get().key == key
    with pytest.raises(CommandError, match=r"template: .*nearest is `Rolls`"):
        run(*words, "Rols")
    with pytest.raises(CommandError, match=r"--template is for files of new codes alone; leave it out\."):
        run(*words, "Rolls", "--type", "scm")
    assert not IngestionRecord.objects.filter(status="queued").exists()


def test_nobody_signs_or_gets_mail_who_was_not_named(committed_demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(SPEC_EXAMPLE)
    key = run("ingest", str(tmp_path / "codes.csv"), "--company", "demo").strip()
    record = IngestionRecord.objects.get(key=key)
    assert [event.by for _said, event in history_of(record)] == [None] * 4
    assert not Letter.objects.exists()
    assert mail.outbox == []


@pytest.mark.parametrize("delimiter", [";", "semicolon", "Semicolons"])
def test_a_delimiter_is_said_by_its_name_or_itself(committed_demo: Demo, tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "codes.csv").write_text("id;a,b\nabc12345;1\n")
    run(
        "ingest", str(tmp_path / "codes.csv"), "--company", "demo", "--delimiter", delimiter, "--columns", '{"a,b": ""}'
    )
    assert Code.objects.get().identifier == "abc12345"


def test_encoding_and_header_row_are_said_as_to_process(committed_demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_bytes("Werk Köln\nid;plant\nabc12345;Süd\n".encode("cp1252"))
    how = ["--encoding", "windows-1252", "--header-row", "2"]
    run("ingest", str(tmp_path / "codes.csv"), "--company", "demo", *how)
    assert Code.objects.get().scm_data == {"plant": "Süd"}


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--company", "dmo"], "No brand owner has the slug dmo. Did you mean demo?"),
        (
            ["--by", "staf@demo.example"],
            "active person of the company has the e-mail staf@demo.example. Did you mean staff",
        ),
        (["--by", "staff@other.example"], "active person of the company has the e-mail staff@other.example."),
        (["--columns", "{"], "--columns is not JSON."),
        (["--columns", "[]"], "columns: "),
        (["--default-scm-data", r'{"a": "\ud800"}'], "--default-scm-data is not JSON."),
        (["--columns", '{"a": "Pallet"}'], "columns: a: a field's name begins"),
        (["--delimiter", "semicolumn"], "is none of comma, semicolon, tab, bar. Did you mean semicolon?"),
        (["--delimiter", "x"], "--delimiter 'x' is none of comma, semicolon, tab, bar."),
        (["--encoding", "latin-1"], "and `euc-kr`. The nearest is `windows-1252`."),
        (["--header-row", "0"], "header_row: Ensure this value is greater than or equal to 1."),
        (["--url-prefix", "https://127.0.0.2/"], "url_prefix: "),
        (["--workorder", "1.000"], "argument --workorder: '1.000': A valid integer is required."),
        (["--filetype", "cvs"], "invalid choice: 'cvs'"),
    ],
)
def test_what_the_command_cannot_do_is_refused_by_name(
    committed_demo: Demo, tmp_path: Path, words: list[str], reason: str
) -> None:
    (tmp_path / "codes.csv").write_text(SPEC_EXAMPLE)
    company = [] if "--company" in words else ["--company", "demo"]
    with pytest.raises(CommandError) as refused:
        run("ingest", str(tmp_path / "codes.csv"), *company, *words)
    assert reason in str(refused.value)
    assert not Code.objects.exists()
    assert not IngestionRecord.objects.exclude(status="cancelled").exists()


def test_who_may_not_upload_cannot_be_named(committed_demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text(SPEC_EXAMPLE)
    committed_demo.staff.groups.clear()
    with pytest.raises(CommandError, match="may not upload codes"):
        run("ingest", str(tmp_path / "codes.csv"), "--company", "demo", "--by", "staff@demo.example")


def test_an_argument_that_is_not_in_utf_8_is_refused(tmp_path: Path) -> None:
    for words in ([b"forget", b"person", b"\xff"], [b"ingest", b"codes.csv", b"--template", b"caf\xe9"]):
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=settings.BASE_DIR, capture_output=True)
        assert (done.returncode, done.stdout) == (1, b"")
        assert done.stderr == b"An argument is not in UTF-8, which names and files have to be.\n"


def test_a_database_without_tables_is_said_in_one_sentence(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "manage.py", "create_token", "staff@demo.example"],
        env=environment | {"CODEPORT_HOME": str(tmp_path)},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.strip() == (
        "The database does not have this version's tables: run `manage.py migrate` or `make run` first."
    )


def test_a_database_that_does_not_answer_is_said_in_one_sentence(tmp_path: Path) -> None:
    away = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "CODEPORT_HOME": str(tmp_path)}
    real = {"SECRET_KEY": "x" * 25 + "y" * 25 + "0123456789", "ALLOWED_HOSTS": "x.test", "PUBLIC_URL": "https://x.test"}
    done = subprocess.run(
        [sys.executable, "manage.py", "create_token", "staff@demo.example"],
        env=dict(os.environ) | away | real,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database does not answer, or broke off: connection failed: ")
    assert len(done.stderr.splitlines()) == 1


READ_ONLY = "The database that DATABASE_URL names is a replica, or may only be read: name the one that is written to."


def command(database: str, *words: str, **variables: str) -> tuple[int, str]:
    """The exit code of a command on `database`, and what it says of its refusal."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        env=os.environ | {"DATABASE_URL": database} | variables,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_check_of_the_database_asks_it_or_says_that_it_does_not_answer(tmp_path: Path) -> None:
    code, told = command("postgres://nobody@127.0.0.1:1/none", "check", "--database", "default")
    assert (code, told.partition(": ")[0]) == (1, "The database does not answer, or broke off")
    assert command("", "check", "--database", "default", CODEPORT_HOME=str(tmp_path)) == (0, "")
    assert (tmp_path / "postgres").is_dir()  # which was started for it


def test_a_database_that_may_only_be_read_is_said_in_one_sentence(committed_demo: Demo) -> None:
    """As that of a replica, or of a server that is no primary any more."""
    url = database_url(str(connection.settings_dict["NAME"])) + "?options=-c%20default_transaction_read_only%3Don"
    for words in (["create_token", "staff@demo.example"], ["renew_secrets"], ["createsuperuser", "--noinput"]):
        refused = command(url, *words, DJANGO_SUPERUSER_EMAIL="ann@codeport.example", DJANGO_SUPERUSER_PASSWORD="x")
        assert refused == (1, f"{READ_ONLY}\n")


@pytest.mark.django_db(transaction=True)  # a database is made outside of transactions
def test_a_role_that_may_not_make_tables_is_said_in_one_sentence() -> None:
    with another_database() as name, connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS guest_of_tests")
        cursor.execute("CREATE ROLE guest_of_tests LOGIN")
        try:
            url = database_url(name).replace(f"{connection.settings_dict['USER']}@", "guest_of_tests@")
            refused = command(url, "migrate", "--verbosity", "0")
        finally:
            cursor.execute("DROP ROLE guest_of_tests")
    told = "The role that DATABASE_URL names may not do that; let it own the database and its tables"
    assert refused == (1, f"{told}: permission denied for schema public.\n")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_has_not_every_character_is_refused_before_there_are_tables(encoding: str) -> None:
    """An upload with others would fail again and again, or its values be measured in bytes."""
    with another_database(f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'") as name:
        code, said = command(database_url(name), "migrate")
        tables = contents(name)
    assert (code, tables) == (1, {})
    assert f"The database has the encoding {encoding}, and needs UTF8." in said
    assert "Traceback" not in said


def test_what_the_file_system_refuses_is_said_in_one_sentence(committed_demo: Demo, tmp_path: Path) -> None:
    long = tmp_path / f"{'x' * 300}.csv"
    with pytest.raises(CommandError) as refused:
        run("ingest", str(long), "--company", "demo")
    assert str(refused.value) == f"{long}: File name too long."


@pytest.mark.parametrize("name", ["codes.tsv", "codes.TXT", "codes.csv.gz", "codes.txt.gz"])
def test_ingest_takes_tables_of_text_by_any_of_their_endings(committed_demo: Demo, tmp_path: Path, name: str) -> None:
    data = "\ufeffid\tproduct\r\nreport-0211\tsku1\r\n".encode("utf-16-le")
    file = tmp_path / name
    file.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    key = run("ingest", str(file), "--company", "demo").strip()
    record = IngestionRecord.objects.get(key=key)
    assert (record.status, record.filetype, record.file_facts["delimiter"]) == ("completed", "csv", "\t")
