"""Pages of user authorization tokens."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.tokens import STATES, TokenForm, found, grantable, revoke, tokens_for, worded
from portal.pages.access import PersonRequest, page
from portal.pages.lists import page_of, picked, searched


@page()
def token_list(request: PersonRequest) -> HttpResponse:
    """Tokens, newest first: the company's for its admins, else the own ones."""
    query, state = searched(request), picked(request, "state", STATES)
    tokens = found(tokens_for(request.user), query, state)
    shown = page_of(request, tokens.select_related("user").prefetch_related("permissions"))
    context = {
        "page": shown,
        "query": query,
        "state": state,
        "states": STATES.items(),
        "is_filtered": bool(query or state),
        "lines": [(token, worded(token.permissions.all())) for token in shown],
        "whose": request.user.company_id is not None and request.user.may("company_tokens"),
        "can_create": grantable(request.user).exists(),
    }
    return render(request, "tokens/token_list.html", context)


@page()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def token_create(request: PersonRequest) -> HttpResponse:
    """The form for a new token; what it answers is the only page that ever shows the secret."""
    given = request.POST if request.method == "POST" else None
    form = TokenForm(request.user, given, uploads=request.GET.get("for") == "uploads")
    if not form.is_valid():
        return render(request, "tokens/token_create.html", {"form": form})
    token, secret = form.issue()
    context = {"token": token, "secret": secret, "url": f"{settings.PUBLIC_URL}/api/v2/me/"}
    return render(request, "tokens/token_created.html", context)


@page()
@require_http_methods(["GET", "HEAD", "POST"])
def token_revoke(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask, then revoke a token."""
    token = get_object_or_404(tokens_for(request.user).select_related("user"), pk=pk)
    if request.method == "POST":
        if revoke(tokens_for(request.user).filter(pk=pk)):
            messages.success(
                request, gettext("{token_name} is revoked. It opens nothing any more.").format(token_name=token.name)
            )
        else:
            messages.error(request, gettext("{token_name} was revoked already.").format(token_name=token.name))
    elif token.state == "active":
        return render(request, "tokens/token_revoke.html", {"token": token})
    return redirect("token-list")
