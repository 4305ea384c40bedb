"""`/metrics`, which Prometheus reads, and the counts of requests."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, Metric, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from portal.background.figures import figures
from portal.http.health import require_token, states

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
OWN = CollectorRegistry()
REQUESTS = Histogram(
    "codeport_request_seconds",
    "Requests, from their arrival to the first byte of the answer, by the pattern of their path.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
    registry=OWN,
)


def measured(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Count each request. Labels are patterns and not paths, so that strangers cannot make more of them."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = request.resolver_match.route if request.resolver_match else "none"
        REQUESTS.labels(method, route, response.status_code).observe(time.perf_counter() - began)
        return response

    return middleware


class Everything(Collector):
    """What this portal is asked for besides requests."""

    def collect(self) -> Iterator[Metric]:
        up = GaugeMetricFamily("codeport_up", "1 where the part answers.", labels=["part"])
        for part, state in states().items():
            up.add_metric([part], state == "ok")
        yield up
        try:
            yield from list(figures())
        except DatabaseError:
            return  # which `codeport_up` says


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics in the text format of Prometheus: requests of this machine's web server, work of all machines."""
    if refusal := require_token(request):
        return refusal
    registry = CollectorRegistry()
    registry.register(Everything())
    requests = OWN
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:  # by which the library keeps the counts of several processes
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]  # no types
    return HttpResponse(generate_latest(registry) + generate_latest(requests), CONTENT_TYPE_LATEST)
