"""Environment variables: which are set, and the one sentence about a bad one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from environs import ValidationError

from portal.configuration import checks
from portal.configuration.environment import env, forget_empty, invalid, stops_at_bad_values
from portal.configuration.secret_key import kept_key
from portal.configuration.services import mail_server, sender, storages, with_our_connections


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEPORT_TEST", "  ")
    assert (env.str("CODEPORT_TEST", "usual"), env.int("CODEPORT_TEST", 5)) == ("usual", 5)
    monkeypatch.setenv("CODEPORT_TEST", " 7 ")
    assert env.int("CODEPORT_TEST", 5) == 7


def test_empty_variables_are_deleted_for_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEPORT_TEST_ONE", "")
    monkeypatch.setenv("CODEPORT_TEST_TWO", "value")
    monkeypatch.setenv("OTHER_CODEPORT_TEST", "")
    forget_empty("CODEPORT_TEST_")
    assert "CODEPORT_TEST_ONE" not in os.environ
    assert (os.environ["CODEPORT_TEST_TWO"], os.environ["OTHER_CODEPORT_TEST"]) == ("value", "")


def test_a_bad_value_stops_the_start_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODEPORT_TEST", "many")
    with pytest.raises(ImproperlyConfigured) as caught, stops_at_bad_values("CODEPORT_HOME"):
        env.int("CODEPORT_TEST")
    assert str(caught.value) == 'Environment variable "CODEPORT_TEST" invalid: Not a valid integer.'
    with pytest.raises(ImproperlyConfigured) as caught, stops_at_bad_values("CODEPORT_HOME"):
        raise invalid("CODEPORT_TEST", "Needed with the other.")
    assert str(caught.value) == 'Environment variable "CODEPORT_TEST" invalid: Needed with the other.'


def test_an_error_of_the_file_system_is_that_of_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as caught, stops_at_bad_values("CODEPORT_HOME"):
        (tmp_path / "none" / "file").touch()
    told = f'Environment variable "CODEPORT_HOME" invalid: No such file or directory: {tmp_path}/none/file'
    assert str(caught.value) == told
    monkeypatch.setenv("CODEPORT_HOME", "/somewhere")
    with pytest.raises(ImproperlyConfigured, match=r"CODEPORT_HOME.*/somewhere"), stops_at_bad_values("CODEPORT_HOME"):
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("url", ["https://codes.example.com", "http://10.0.0.1:8000/codes", "http://x/a~b/c.d_e-f/"])
def test_a_base_of_urls_may_have_a_port_and_a_path(url: str) -> None:
    checks.is_base_url(url)


@pytest.mark.parametrize(
    "url",
    ["codes.example.com", "ftp://codes.example", "https://", "https://a/?x=1", "https://a/#b", "https://a b/"],
)
def test_what_cannot_stand_before_a_code_is_no_base_of_urls(url: str) -> None:
    with pytest.raises(ValidationError, match=r"^Must look like https://codes\.example\.com\.$"):
        checks.is_base_url(url)


def test_host_names_and_keys_are_checked_one_by_one() -> None:
    checks.are_host_names(["*", ".example.com", "a-b.example", "[::1]", "10.0.0.1", "localhost"])
    for wrong in ("https://a.example", "a.example:80", "a b", "", "a..b"):
        with pytest.raises(ValidationError, match="is no host name"):
            checks.are_host_names(["a.example", wrong])
    checks.are_secret_keys(["a" * 32, "b" * 50])
    with pytest.raises(ValidationError, match="32 characters"):
        checks.are_secret_keys(["a" * 32, "b" * 31])


@pytest.mark.parametrize(
    ("digits", "rate", "is_good"),
    [
        (4, "1/s", True),
        (4, "9999/day", True),
        (4, "10000/day", False),
        (6, "999999/hour", True),
        (4, "0/min", False),
        (4, "05/min", False),
        (4, "60/month", False),
        (4, "60", False),
        (4, "60/min\n", False),
        (4, " 60/min", False),
    ],
)
def test_a_rate_is_a_number_and_a_period(digits: int, rate: str, is_good: bool) -> None:
    check = checks.is_rate("60/min", digits)
    if is_good:
        assert check(rate) == rate
    else:
        with pytest.raises(ValidationError, match=r"^Must look like 60/min\.$"):
            check(rate)


def test_the_key_of_the_first_start_is_kept(tmp_path: Path) -> None:
    key = kept_key(tmp_path)
    assert (len(key), kept_key(tmp_path)) == (64, key)
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_of_two_first_starts_one_key_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    link = Path.hardlink_to

    def after_another(self: Path, target: Path) -> None:
        self.write_text("of the other start")
        link(self, target)

    monkeypatch.setattr(Path, "hardlink_to", after_another)
    assert kept_key(tmp_path) == "of the other start"
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_options_of_an_address_go_before_ours() -> None:
    entry = with_our_connections({"NAME": "codes", "OPTIONS": {"connect_timeout": 30}})
    assert (entry["NAME"], entry["CONN_MAX_AGE"], entry["CONN_HEALTH_CHECKS"]) == ("codes", 600, True)
    assert (entry["OPTIONS"]["connect_timeout"], entry["OPTIONS"]["keepalives"]) == (30, 1)
    assert with_our_connections({"NAME": "codes"})["OPTIONS"]["connect_timeout"] == 5


@pytest.mark.parametrize(("pooler", "name", "without_cursors"), [("", None, False), ("transaction", "codeport", True)])
def test_behind_a_pooler_nothing_outlives_a_transaction(pooler: str, name: str | None, without_cursors: bool) -> None:
    entry = with_our_connections({"NAME": "codes"}, pooler)
    assert (entry["OPTIONS"].get("application_name"), entry["DISABLE_SERVER_SIDE_CURSORS"]) == (name, without_cursors)


def test_files_are_in_the_bucket_or_below_the_home(tmp_path: Path) -> None:
    options = {"bucket_name": "codes"}
    assert storages(options, tmp_path)["default"] == {
        "BACKEND": "portal.storage.s3.BucketStorage",
        "OPTIONS": options,
    }
    assert storages(None, tmp_path)["default"]["OPTIONS"]["location"] == tmp_path / "storage"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://codes.example.com/x", "codeport@codes.example.com"),
        ("http://127.0.0.1:8000", "codeport@localhost"),
        ("http://[::1]:8000", "codeport@localhost"),
    ],
)
def test_mails_come_from_the_portals_host(url: str, address: str) -> None:
    assert sender(url) == f"Codeport <{address}>"


def test_a_mail_server_is_read_from_its_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMAIL_URL", "smtp://me:p%40ss@mail.example:587/?tls=True&_default_from_email=a@b.example")
    mail = mail_server()
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_HOST_USER"]) == ("mail.example", 587, "me")
    assert (mail["EMAIL_HOST_PASSWORD"], mail["EMAIL_USE_TLS"]) == ("p@ss", True)
    assert mail["DEFAULT_FROM_EMAIL"] == "a@b.example"
    monkeypatch.setenv("EMAIL_URL", "file:///var/mail")
    assert mail_server()["EMAIL_FILE_PATH"] == "/var/mail"
