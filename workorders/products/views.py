"""Pages of products: the list, one product, and what is done to them."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from portal.models import Company, User
from portal.pages.access import PersonRequest, page
from portal.pages.lists import chosen, ordered, page_of, picked, said_of, searched
from portal.pages.marks import tell_done
from portal.values.words import gettext_lazy
from workorders.models import Product
from workorders.products import services as products
from workorders.products.services import matching_products, products_for
from workorders.visibility import HIDDEN

ORDERS = {  # by what stands in the URL; by SKU when nothing does
    "name": (gettext_lazy("Name, A to Z"), ("name", "sku", "id")),
    "newest": (gettext_lazy("Newest first"), ("-created_at", "-id")),
    "oldest": (gettext_lazy("Oldest first"), ("created_at", "id")),
}


class NameForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """The form of what can be changed of a product."""

    class Meta:
        model = Product
        fields: ClassVar = ["name"]
        labels: ClassVar = {"name": gettext_lazy("Name")}
        help_texts: ClassVar = {
            "name": gettext_lazy("What people call it. The page behind a code's QR symbol shows it to everybody.")
        }
        widgets: ClassVar = {"name": forms.TextInput({"autocomplete": "off"})}


class ProductForm(NameForm):
    """A new product."""

    class Meta(NameForm.Meta):
        fields: ClassVar = ["sku", "name"]
        help_texts: ClassVar = {
            "sku": gettext_lazy(
                "Exactly as your files will name it, 100 characters at most. It cannot be changed later."
            ),
            **NameForm.Meta.help_texts,
        }
        widgets: ClassVar = {
            "sku": forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
            **NameForm.Meta.widgets,
        }


def brand_of(user: User) -> Company:
    """Return the company whose products the person makes. Answer 403 to people who belong to no brand owner."""
    if user.brand is None:
        raise PermissionDenied(gettext("Products belong to a brand owner; only its people can create them."))
    return user.brand


@page("product_view")
def product_list(request: PersonRequest) -> HttpResponse:
    """Products as the URL asks for them; hidden ones only when it does."""
    query, state = searched(request), picked(request, "state", [HIDDEN])
    listed = products_for(request.user).filter(is_archived=state == HIDDEN).order_by("sku", "id")
    shown, order = ordered(request, listed, ORDERS, gettext("SKU, A to Z"))
    if query:
        shown = shown.filter(matching_products(query))
    context: dict[str, Any] = {
        "page": page_of(request, shown.select_related("company")),
        "query": query,
        "is_hidden_list": state == HIDDEN,
        "is_filtered": bool(query or state),
        "more_choices": [
            ("state", gettext("State"), gettext("In use"), [(HIDDEN, gettext("hidden"))], state),
            order,
        ],
        "kept": _without_chosen(request).items(),
        "whose": request.user.company is None,
    }
    return render(request, "workorders/product_list.html", context)


@page("product_edit")
@require_http_methods(["GET", "HEAD", "POST"])
def product_create(request: PersonRequest) -> HttpResponse:
    """Show the form for a new product, and create it. Show a refused one again as it was typed.

    The URL may name its `sku`, and the page to go to `next`.
    """
    company, back = brand_of(request.user), _next_page(request)
    form = ProductForm(request.POST if request.method == "POST" else None, initial={"sku": request.GET.get("sku", "")})
    if form.is_valid():
        try:
            product = products.create(company, form.cleaned_data["sku"], form.cleaned_data["name"])
        except products.SkuTaken as taken:
            form.add_error("sku", str(taken))
        else:
            messages.success(
                request, gettext("{sku} is created. Uploads and orders can name it now.").format(sku=product.sku)
            )
            return redirect(back or reverse("product-detail", kwargs={"pk": product.pk}))
    context = {"form": form, "back": back or reverse("product-list")}
    return render(request, "workorders/product_create.html", context)


def _next_page(request: HttpRequest) -> str:
    """Return the page of ours that the URL says to go to next, if it says one."""
    asked = request.GET.get("next", "")
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else ""


@page("product_view")
@require_http_methods(["GET", "HEAD", "POST"])
def product_detail(request: PersonRequest, pk: int) -> HttpResponse:
    """One product, whose name can be changed."""
    product = get_object_or_404(products_for(request.user).select_related("company"), pk=pk)
    if request.method == "POST" and not request.user.may("product_edit"):
        raise PermissionDenied
    form = NameForm(request.POST if request.method == "POST" else None, instance=Product(name=product.name))
    if form.is_valid():
        products.change(products_for(request.user).filter(pk=pk), name=form.cleaned_data["name"])
        messages.success(request, gettext("The name is saved."))
        return redirect("product-detail", pk=pk)
    context = {"product": product, "form": form, "sku_stays": products.SKU_STAYS, "whose": request.user.company is None}
    return render(request, "workorders/product_detail.html", context)


@page("workorder_archive")
@require_http_methods(["GET", "HEAD", "POST"])
def product_archive(request: PersonRequest) -> HttpResponse:
    """Ask, then hide the products that the URL names, which also keeps the list's filter."""
    products_to_hide = chosen(request.GET.getlist("product"), products_for(request.user))
    if request.method == "POST" or not products_to_hide:
        return _set_hidden(request, products_to_hide, True)
    return render(request, "workorders/product_archive.html", {"products": products_to_hide})


@page("workorder_archive")
@require_POST
def product_bring_back(request: PersonRequest) -> HttpResponse:
    """Let the chosen products be used again."""
    return _set_hidden(request, chosen(request.POST.getlist("product"), products_for(request.user)), False)


def _set_hidden(request: PersonRequest, rows: QuerySet[Product], hidden: bool) -> HttpResponse:
    """Hide the products or show them again, and lead to the list, filtered as it was."""
    products.change(rows, is_archived=hidden)
    if rows:
        undo = reverse("product-bring-back", query=[("product", row.pk) for row in rows]) if hidden else ""
        if hidden:
            done = said_of(rows, gettext("{name} is hidden."), gettext("{number} products are hidden."))
        else:
            done = said_of(rows, gettext("{name} is in use again."), gettext("{number} products are in use again."))
        tell_done(request, done, undo)
    else:
        messages.error(request, gettext("No product was chosen."))
    return HttpResponseRedirect(reverse("product-list", query=_without_chosen(request)))


def _without_chosen(request: HttpRequest) -> QueryDict:
    """Return the filter, order and page of the list in the URL."""
    kept = request.GET.copy()
    kept.pop("product", None)
    return kept
