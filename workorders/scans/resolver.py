"""The public page as a resolver of GS1 Digital Links, after the GS1-Conformant resolver standard 1.2.

`answer_gs1` says what a request for a GS1 id, or for its GTIN alone, is answered besides the page: all links as a
linkset (section 2.10), a redirect to the link that was asked for (2.6.2) or to the default one (2.5.8), the choice
where several fit (2.6.3), 404 where there is none. Query strings are passed on whole (2.12). An address that is no GS1
Digital Link is 400 (2.4.1).

A default link is followed for active codes alone: the page is the default link of a code that is inactive or
blacklisted, and of one that has no other. So nobody is led to a shop by a code that was blacklisted.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from workorders.identifiers import gs1
from workorders.links import linkset
from workorders.links.link import Link, defaults, fitting, of_type
from workorders.links.types import LINKSET, VERIFICATION, name_of
from workorders.scans.found import SLUG, Found, strip_address

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, Location",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT = {
    **CORS,
    "Allow": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
LINKSET_TYPES = (linkset.LINKSET_TYPE, linkset.JSON_LD, "application/json")


def is_gs1_address(address: str) -> bool:
    """Say whether the end of an address is meant as a GS1 Digital Link with a GTIN."""
    return strip_address(address).startswith("01/")


def class_of(address: str) -> str:
    """Return the GTIN of an address that names no single item; empty of others."""
    return gs1.class_of_address(strip_address(address))


def answer_options() -> HttpResponse:
    """Tell the methods, and scripts of other sites that they may ask."""
    return HttpResponse(status=204, headers=PREFLIGHT)


def answer_gs1(request: HttpRequest, slug: str, gtin: str, found: Found) -> HttpResponse | None:
    """Answer what is no page: a linkset, a redirect, the choice of links. None where a page has to say something.

    That is the code's page if `is_page_meant`, and else one that says that there is no such link.
    """
    asked = request.GET.get("linkType", "")
    sources = [found.links, found.links_of_company]
    if not found.identifier:
        sources = [[link for link in source if not link.needs_id] for source in sources]
    if asked == LINKSET or (not asked and linkset.LINKSET_TYPE in _accepted(request)):
        return _answer_linkset(request, slug, gtin, found)
    if asked:
        links: Sequence[Link] = of_type(name_of(asked), *sources)
    elif not found.identifier:
        links = linkset.default_of_class(*sources)
    else:
        links = defaults(*sources) if found.answer.verdict == "active" else ()
    fit = fitting(links, request.headers.get("Accept-Language", ""), request.headers.get("Accept", ""))
    if asked and len(fit) > 1:
        anchor = _root(slug) + (f"/{gs1.item_of(found.identifier)}" if found.identifier else f"/01/{gtin}")
        choice = linkset.link_context(anchor, found.answer.product, linkset.for_code(fit, found.identifier), ())
        return _linkset_response(linkset.make_linkset(choice), linkset.LINKSET_TYPE, status=300)
    return redirect_to(request, fit[0], found.identifier) if fit else None


def is_page_meant(request: HttpRequest, found: Found) -> bool:
    """Say whether a request that `answer_gs1` left alone is for the code's page."""
    return bool(found.identifier) and name_of(request.GET.get("linkType", "")) in ("", VERIFICATION)


def redirect_to(request: HttpRequest, link: Link, identifier: str) -> HttpResponse:
    """Lead to a link's target for a code, and pass the query on as it came (307, which keeps the method)."""
    url, mark, fragment = link.to(identifier).partition("#")
    if query := request.META.get("QUERY_STRING", ""):
        url += ("&" if "?" in url else "?") + query
    return HttpResponseRedirect(url + mark + fragment, preserve_request=True)


def link_header(slug: str, gtin: str, identifier: str) -> str:
    """Return the header that tells where the linkset of a code or a GTIN is."""
    path = gs1.item_of(identifier) if identifier else f"01/{gtin}"
    return f'<{_root(slug)}/{path}?linkType={LINKSET}>; rel="{LINKSET}"; type="{linkset.LINKSET_TYPE}"'


@csrf_exempt
@require_safe
def description(request: HttpRequest, slug: str = "") -> HttpResponse:
    """Describe the resolver: that of one company, below whose root its codes stand, or of the whole portal."""
    root = _root(slug) if slug and SLUG.fullmatch(slug) else f"{settings.PUBLIC_URL}/c"
    headers = {**CORS, "Cache-Control": "public, max-age=3600"}
    return JsonResponse(linkset.describe_resolver(root, "Codeport"), headers=headers)


def _root(slug: str) -> str:
    return f"{settings.PUBLIC_URL}/c/{slug}"


def _accepted(request: HttpRequest) -> list[str]:
    return [each.partition(";")[0].strip().lower() for each in request.headers.get("Accept", "").split(",")]


def _answer_linkset(request: HttpRequest, slug: str, gtin: str, found: Found) -> HttpResponse | None:
    """Answer with all links: those of the GTIN, and of the one item if a code was found. None where there are none."""
    sources = found.links, found.links_of_company
    shared = linkset.without_id(*sources)
    if not found.identifier and not shared:
        return None
    gtin = gtin or gs1.gtin_of(found.identifier)
    contexts = []
    if shared:
        default = linkset.default_of_class(*sources)
        contexts.append(linkset.link_context(f"{_root(slug)}/01/{gtin}", found.answer.product, shared, default))
    if found.identifier:
        contexts.append(_context_of_item(slug, found))
    accepted = _accepted(request)
    kind = next((each for each in LINKSET_TYPES if each in accepted), linkset.LINKSET_TYPE)
    return _linkset_response(linkset.make_linkset(*contexts, is_json_ld=kind == linkset.JSON_LD), kind)


def _context_of_item(slug: str, found: Found) -> dict[str, object]:
    """Return the links that one code has for itself: its page, and those that its id is put into."""
    anchor = f"{_root(slug)}/{gs1.item_of(found.identifier)}"
    page = Link(VERIFICATION, f"{anchor}?linkType=gs1:{VERIFICATION}", "Status of this item", (), "text/html")
    sources = found.links, found.links_of_company
    own = [link for source in sources for link in source if link.needs_id]
    followed = defaults(*sources) if found.answer.verdict == "active" else ()
    default = linkset.for_code(followed, found.identifier) or [page]
    return linkset.link_context(anchor, found.answer.product, [*linkset.for_code(own, found.identifier), page], default)


def _linkset_response(body: str, kind: str, status: int = 200) -> HttpResponse:
    return HttpResponse(body, content_type=kind, status=status, headers={"Link": linkset.CONTEXT_LINK})
