"""The modules whose tests are tried, and the tests that hold what they do.

Tests that take long or start a worker are left out: a change may cost no more than some seconds.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Group:
    """Modules, and the tests that hold what they do; the quickest first, as the first failure ends a run."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    only: tuple[str, ...] = ()
    """The classes and functions that are meant, of modules that hold much else."""


ACCESS = "tests/portal/api/test_api_access.py"
READERS = "tests/ingestion/readers"
SLOTS = "tests/portal/background/test_worker_slots.py"

GROUPS = {
    "rules": Group(("ingestion/rules",), ("tests/ingestion/rules",)),
    "readers": Group(
        ("ingestion/readers",),
        (
            READERS,
            *(f"--ignore={READERS}/{name}" for name in ("test_fuzz.py", "test_bombs.py", "test_files.py")),
            f"--deselect={READERS}/test_csv_reader.py::test_any_table_reads_back_equal",
            f"--deselect={READERS}/test_csv_reader.py::test_no_bytes_make_the_reader_fall_over",
            f"--deselect={READERS}/test_csv_reader.py::test_a_file_of_any_bytes_is_read_or_refused_with_a_reason",
        ),
    ),
    "leases": Group(
        ("portal/background/leases.py", "portal/background/pulse.py", "portal/background/worker_slots.py"),
        (
            "tests/portal/background/test_leases.py",
            SLOTS,
            f"--deselect={SLOTS}::test_a_small_upload_passes_large_ones_that_fill_the_queue",
            f"--deselect={SLOTS}::test_a_small_file_that_unpacks_to_much_waits_like_a_large_one",
        ),
    ),
    "policy": Group(
        ("portal/storage/upload_policy.py", "portal/storage/upload_form.py", "portal/storage/disk.py"),
        (
            "tests/portal/storage/test_upload_policy.py",
            "tests/portal/storage/test_storage_view.py",
            "tests/portal/storage/test_storage.py",
        ),
    ),
    "permissions": Group(
        (
            "portal/models.py",
            "portal/roles.py",
            "portal/api/authentication.py",
            "portal/pages/access.py",
            "portal/accounts/people.py",
            "portal/accounts/tokens.py",
            "workorders/visibility.py",
        ),
        (
            "tests/portal/accounts/test_roles.py",
            "tests/portal/accounts/test_tokens.py",
            "tests/portal/accounts/test_people.py",
            "tests/workorders/test_visibility.py",
            f"{ACCESS}::test_nobody_calls_without_a_valid_token[GET api/v2/products/]",
            f"{ACCESS}::test_the_calls_own_permission_is_needed_and_enough[GET api/v2/products/]",
            f"{ACCESS}::test_neither_token_nor_session_does_what_the_person_may_not[GET api/v2/products/]",
            f"{ACCESS}::test_me_tells_whose_token_it_is_and_what_it_may",
            f"{ACCESS}::test_a_token_is_found_by_its_secret_alone_and_notes_its_use",
        ),
        only=("User", "UserAuthorizationToken"),
    ),
}
