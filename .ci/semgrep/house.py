"""What each rule of `semgrep.yaml` finds and lets pass; nothing imports this."""

import pickle
# ruleid: xml-by-one-reader
import xml.etree.ElementTree

from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template import Template
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
# ok: xml-by-one-reader
from xml.sax.saxutils import escape
# ruleid: connections-by-one-guard
import urllib.request

import socket
from os import path


# ruleid: forms-without-a-token
@csrf_exempt
def unchecked(request):
    # ruleid: rows-of-every-company
    code = get_object_or_404(Code, pk=request.POST["pk"])
    # ok: rows-of-every-company
    code = get_object_or_404(mine(request), pk=request.POST["pk"])
    # ok: rows-of-every-company
    code = get_object_or_404(Code, pk=request.POST["pk"], company=request.user.company)
    # ruleid: rows-of-every-company
    code = Code.objects.get(pk=request.POST["pk"])
    # ruleid: redirects-to-what-was-asked
    return redirect(request.GET["next"])


# ok: forms-without-a-token
def checked(request):
    target = request.GET.get("next")
    # ruleid: files-named-by-a-request
    open("/srv/" + request.GET["name"])
    # ok: files-named-by-a-request
    open("/srv/name")
    # ruleid: connections-by-one-guard
    socket.create_connection((request.POST["host"], 443))
    # ok: redirects-to-what-was-asked
    redirect("record-detail", key=request.GET["key"])
    # ruleid: redirects-to-what-was-asked
    return HttpResponseRedirect(target)


def texts(given, settings, archive):
    # ruleid: html-by-hand
    mark_safe(given)
    # ok: html-by-hand
    escape(given)
    # ruleid: templates-from-texts
    Template(given)
    # ruleid: objects-from-bytes
    pickle.loads(given)
    # ruleid: archives-unpacked-whole
    archive.extractall("/tmp")
    # ok: archives-unpacked-whole
    archive.extractfile("name")
    # ruleid: secrets-compared-in-time
    return given == settings.METRICS_TOKEN
