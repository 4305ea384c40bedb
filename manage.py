#!/usr/bin/env python
"""Codeport's command line: `manage.py up` serves the portal, `manage.py help` lists the rest."""

import os
import signal
import sys
from contextlib import nullcontext
from typing import NoReturn

WITHOUT_DATABASE = {
    *("help", "version", "check", "diffsettings", "startapp", "startproject"),
    *("collectstatic", "findstatic", "makemessages", "compilemessages"),
    *("up", "upgrade_postgres"),  # start their own
}

NO_TABLES = "The database does not have this version's tables: run `manage.py migrate` or `make run` first."
REFUSED = {
    "42P01": NO_TABLES,  # undefined table
    "42703": NO_TABLES,  # undefined column
    "25006": "The database that DATABASE_URL names is a replica, or may only be read: name the one that is written to.",
    "42501": "The role that DATABASE_URL names may not do that; let it own the database and its tables",
}
"""What is to be mended where the database refuses a statement, by SQLSTATE."""


def leave(*_: object) -> NoReturn:
    """End at a signal that comes before anything is started."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    sys.exit(0)


def end(signum: int, _: object) -> NoReturn:
    """End a command, which takes back on its way out what it has half done."""
    sys.exit(128 + signum)


def main() -> None:
    """Run a command, with the embedded database if it needs one; settings and services fail in one plain sentence."""
    words = sys.argv[1:]
    if any("\udc80" <= sign <= "\udcff" for word in words for sign in word):  # a byte that is no character
        sys.exit("An argument is not in UTF-8, which names and files have to be.")
    signal.signal(signal.SIGTERM, end)
    if words[:1] == ["up"]:
        signal.signal(signal.SIGINT, leave)
        signal.signal(signal.SIGTERM, leave)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError, OperationalError
    from django.db.migrations.exceptions import MigrationSchemaMissing

    from portal.database.connections import OldServerError
    from portal.embedded import postgres, supervisor

    try:
        embedded = settings.EMBEDDED_DATABASE
        named = any(word.startswith("--database") for word in words)  # as `check` is told to look into it
        if not words or (words[0] in WITHOUT_DATABASE and not named) or {"--help", "-h", "--version"} & set(words):
            embedded = False
        with postgres.running(settings.CODEPORT_HOME) if embedded else nullcontext():
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        supervisor.say(str(error))
        sys.exit(2)
    except supervisor.ServiceError as error:
        supervisor.say(str(error))
        sys.exit(1)
    except OldServerError as error:
        supervisor.say(str(error))
        sys.exit(2)
    except OperationalError as error:
        reason = str(error).strip().partition("\n")[0]
        supervisor.say(f"The database does not answer, or broke off: {reason}")
        sys.exit(1)
    except DatabaseError as error:
        known = error.__context__ if isinstance(error, MigrationSchemaMissing) else error
        cause = known and known.__cause__
        sentence = REFUSED.get(getattr(cause, "sqlstate", ""), "")
        if not sentence:
            raise
        reason = str(cause).partition("\n")[0]
        supervisor.say(sentence if sentence.endswith(".") else f"{sentence}: {reason}.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
