"""The pages of the links of a product and of the company."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from portal.models import Company
from portal.pages.access import PersonRequest, page
from workorders.company.views import own_company
from workorders.links.forms import LinkForm
from workorders.links.link import Link
from workorders.links.services import Owner, TooMany, change_links, links_of
from workorders.models import Product
from workorders.products.services import products_for


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def company_links(request: PersonRequest) -> HttpResponse:
    """Show the links of the own company, add one, and remove one."""
    return _links(request, own_company(request))


@page("company_settings")
@require_http_methods(["GET", "HEAD", "POST"])
def product_links(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the links of a product, add one, and remove one."""
    return _links(request, get_object_or_404(products_for(request.user).select_related("company"), pk=pk))


def _links(request: PersonRequest, owner: Owner) -> HttpResponse:
    removed = request.POST.get("remove", "")
    form = LinkForm(request.POST if request.method == "POST" and not removed else None)
    try:
        if removed:
            change_links(owner, lambda links: [link for link in links if _key(link) != removed])
            messages.success(request, gettext("The link is removed."))
            return redirect(request.path)
        if form.is_valid():
            link = form.link()
            change_links(owner, lambda links: [*(each for each in links if _key(each) != _key(link)), link])
            messages.success(request, gettext("The link is saved."))
            return redirect(request.path)
    except TooMany as reason:
        form.add_error(None, str(reason))
    context = {
        "company": owner if isinstance(owner, Company) else owner.company,
        "product": owner if isinstance(owner, Product) else None,
        "links": [(_key(link), link) for link in links_of(owner)],
        "form": form,
    }
    return render(request, "workorders/links.html", context)


def _key(link: Link) -> str:
    """Return what tells a link from others of its owner: type, languages and target."""
    return f"{link.type} {' '.join(link.languages)} {link.url}"
