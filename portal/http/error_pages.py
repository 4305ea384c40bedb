"""The answers 400, 404 and 500, and the icon that browsers look for."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views import defaults
from django.views.decorators.csrf import requires_csrf_token


def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect browsers to the icon they look for when no page names one."""
    return redirect(static("icons/favicon.svg"))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 for a request that no view was asked about, as JSON for callers of the API."""
    if request.path.startswith("/api/"):
        is_elsewhere = isinstance(exception, DisallowedHost)
        said = "The portal does not answer to this host name." if is_elsewhere else "The request is malformed."
        return JsonResponse({"detail": said}, status=400)
    return defaults.bad_request(request, exception)


@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, as JSON for callers of the API."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "Not found."}, status=404)
    return render(request, "404.html", status=404)


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500, as JSON for callers of the API."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "The portal failed. Its operators can read why in the log."}, status=500)
    return render(request, "500.html", status=500)
