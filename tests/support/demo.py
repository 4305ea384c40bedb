"""The demo companies and people, in the database of a test."""

from __future__ import annotations

from dataclasses import dataclass

from portal.embedded.demo import create_demo_data
from portal.models import Company, User

PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class Demo:
    """The demo companies and people, as a first start makes them."""

    company: Company
    other: Company
    printco: Company
    staff: User
    admin: User
    support: User
    printer: User
    other_staff: User
    root: User
    password: str = PASSWORD


def make_demo() -> Demo:
    """Create the cast in the test's database."""
    create_demo_data(PASSWORD)
    companies = {company.slug: company for company in Company.objects.all()}
    people = {user.email: user for user in User.objects.select_related("company")}
    return Demo(
        company=companies["demo"],
        other=companies["other"],
        printco=companies["printco"],
        staff=people["staff@demo.example"],
        admin=people["admin@demo.example"],
        support=people["support@demo.example"],
        printer=people["printer@printco.example"],
        other_staff=people["staff@other.example"],
        root=people["root@codeport.example"],
    )
