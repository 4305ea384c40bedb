"""Parts of the OpenAPI schema that all calls share: introduction, tags, errors, headers, and the upload form."""

from __future__ import annotations

from typing import Any

from portal.api.idempotency import HEADER as IDEMPOTENCY_KEY
from portal.api.idempotency import REPEATED
from portal.http.error_codes import CODES
from portal.http.error_codes import HEADER as ERROR_CODE
from portal.http.request_ids import HEADER as REQUEST_ID
from portal.values.bodies import FORM_BYTES

ABOUT = """Upload files of your own ids, follow what becomes of them, order ids that the portal makes, and fetch the \
archives.

**Tokens.** Send `Authorization: UAT <token>`. A token can do what both it and its person may; each call names the \
permission that it needs. What belongs to another company does not exist: it is answered 404. The portal's own pages \
call with their session and the CSRF token instead.

**Bodies** are JSON in UTF-8 with a `Content-Length` (otherwise 411). Answers are JSON unless the call says \
otherwise, whatever `Accept` asks for.

**Refusals** are `{"detail": message}`, or `{field: [messages]}` where fields are at fault. Their header `Error-Code` \
names the reason and stays when words change. Methods that an address does not have are answered 405.

**Lists** are `{"count", "next", "previous", "results"}`, `limit` rows at a time. Follow `next` to walk a list: it \
keeps to the rows that were there when the walk began and goes on behind the last one shown, so that none comes twice \
and none is left out, whatever comes and goes; with `offset` alone, rows that come and go shift the pages.

**Repeats.** A POST with an `Idempotency-Key` is done once, however often it is sent within 24 hours by the same \
token: a repeat is answered like the first call, with `Idempotency-Replayed: true`.

**Names of requests.** Every answer has an `X-Request-Id`, yours if you send one; name it when you ask for help.

**Limits.** Each token may make so many calls in each minute of the clock, 1,200 unless the operator chose otherwise; \
more are answered 429 with the seconds to wait in `Retry-After`. Answers say by `RateLimit-Limit`, \
`RateLimit-Remaining` and `RateLimit-Reset` how many calls a minute there are, how many are left, and in how many \
seconds the next minute begins."""
NAMES = ", ".join(f"`{code}`" for code in CODES.values())
LIMITS = {
    "RateLimit-Limit": "Calls of this token in each minute.",
    "RateLimit-Remaining": "Calls that are left of them.",
    "RateLimit-Reset": "Seconds until the next minute begins.",
}
DETAIL = {
    "type": "object",
    "properties": {"detail": {"type": "string"}},
    "required": ["detail"],
    "description": "A refusal as a whole.",
}
FIELD_ERRORS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
    "description": "What is wrong with each field or parameter; `non_field_errors` is the body as a whole.",
}


def _refusal(description: str, message: str, **more: Any) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Detail"}, "example": {"detail": message}}
    named = {name: {"$ref": f"#/components/headers/{name}"} for name in (REQUEST_ID, ERROR_CODE)}
    headers = {**named, **more}
    return {"description": description, "headers": headers, "content": {"application/json": content}}


COMPONENTS: dict[str, Any] = {
    "schemas": {
        "Detail": DETAIL,
        "FieldErrors": FIELD_ERRORS,
        "Refusal": {"anyOf": [{"$ref": "#/components/schemas/Detail"}, {"$ref": "#/components/schemas/FieldErrors"}]},
    },
    "headers": {
        REQUEST_ID: {
            "description": "The request's name: the one that was sent, or a new one.",
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
            "required": True,
        },
        ERROR_CODE: {
            "description": f"The name of the reason: {NAMES}, or a narrower one.",
            "schema": {"type": "string", "pattern": "^[a-z_]+$"},
            "required": True,
        },
        **{
            name: {"description": said, "schema": {"type": "integer"}, "required": True}
            for name, said in LIMITS.items()
        },
        REPEATED: {
            "description": "`true` where the answer was given before.",
            "schema": {"type": "string", "enum": ["true"]},
        },
        "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "required": True},
    },
    "securitySchemes": {
        "token": {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`UAT <token>`, a user authorization token.",
        }
    },
    "parameters": {
        IDEMPOTENCY_KEY: {
            "name": IDEMPOTENCY_KEY,
            "in": "header",
            "description": "Any text of your own, new for each new call, 1 to 255 printable ASCII characters.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
            "example": "2026-11-24-line-4-order-17",
        }
    },
    "responses": {
        "Invalid": _refusal("Something in the call is wrong.", "Invalid record"),
        "Unauthorized": _refusal(
            "No valid token.",
            "Invalid token: unknown, expired or revoked.",
            **{"WWW-Authenticate": {"schema": {"type": "string", "enum": ["UAT"]}, "required": True}},
        ),
        "Forbidden": _refusal(
            "The token or its person lacks the permission.",
            "You do not have permission to perform this action.",
        ),
        "NotFound": _refusal("There is none, or it is another company's.", "Not found."),
        "TooLarge": _refusal("The body is too large.", "The request's body may hold 2,621,440 bytes."),
        "NotJson": _refusal("The body is not JSON.", 'Unsupported media type "text/plain" in request.'),
        "KeyUsed": _refusal(
            "The `Idempotency-Key` was used with another body.",
            "This Idempotency-Key was used with another body; a new call needs a new key.",
        ),
        "TooMany": _refusal(
            "Too many calls in this minute.",
            "Request was throttled. Expected available in 17 seconds.",
            **{name: {"$ref": f"#/components/headers/{name}"} for name in ("Retry-After", *LIMITS)},
        ),
        "Failed": _refusal("The portal failed.", "The portal failed. Its operators can read why in the log."),
        "Unavailable": _refusal(
            "The database, the storage or the broker does not answer now.",
            "The database does not answer. Try again later.",
            **{"Retry-After": {"$ref": "#/components/headers/Retry-After"}},
        ),
    },
}
COMPONENTS["responses"]["Invalid"]["content"]["application/json"] = {
    "schema": {"$ref": "#/components/schemas/Refusal"},
    "examples": {
        "field": {"summary": "Fields are at fault", "value": {"quantity": ["This field is required."]}},
        "whole": {"summary": "The call as a whole", "value": {"detail": "Invalid record"}},
    },
}
ALWAYS = {
    "400": "Invalid",
    "401": "Unauthorized",
    "403": "Forbidden",
    "429": "TooMany",
    "500": "Failed",
    "503": "Unavailable",
}
OF_BODIES = {"413": "TooLarge", "415": "NotJson"}
TAGS = {
    "ingestion": ("Ingestion", "From an uploaded file to its codes, or to the list of everything that is wrong."),
    "scm": (
        "Changes",
        "Changes of many codes at once; each is an ingestion record of the type `scm`. A file of changes is an upload.",
    ),
    "workorders": (
        "Workorders",
        "Batches of codes, plain or secure, and their archives; ids that the portal makes itself.",
    ),
    "workorder-templates": ("Templates", "What orders of secure codes have in common; for people of a brand owner."),
    "equipment": ("Equipment", "The machines of a printing partner and their calibration; for its people."),
    "substrates": ("Substrates", "The materials that a printing partner prints on; for its people."),
    "codes": ("Codes", "Single codes: their ids, URLs, statuses and data."),
    "scans": ("Scans", "How often the public pages of codes were opened; nothing is kept of who opened them."),
    "products": ("Products", "What codes are put on."),
    "company": ("Webhooks", "What happens is posted to endpoints of a brand owner's own systems, signed."),
    "me": ("You", "Whose token it is."),
}
FORM_FIELD = {"type": "string", "maxLength": FORM_BYTES}  # which all of them have together
UPLOAD: dict[str, Any] = {
    "operationId": "upload",
    "tags": ["Ingestion"],
    "summary": "Upload the file by its signed form",
    "description": (
        "The address is the `url` of the form, this one where the portal keeps its files itself. Post every entry of "
        "`fields` as a field of its own and the file last, as `file`. The form is valid for 30 minutes and allows one "
        "name, one content type and a largest size; it is itself the permission, so send no token."
    ),
    "security": [],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "key": FORM_FIELD,
                        "Content-Type": FORM_FIELD,
                        "success_action_status": {"type": "string", "enum": ["201"]},
                        "policy": FORM_FIELD,
                        "file": {"type": "string", "format": "binary", "description": "Comes last."},
                    },
                    "required": ["key", "Content-Type", "success_action_status", "policy", "file"],
                    "additionalProperties": FORM_FIELD,
                }
            }
        },
    },
}
UPLOAD_ANSWERS = {
    "201": ("The file has arrived.", "PostResponse", {"Location", "Key", "ETag"}),
    "400": ("The form is malformed, or the file is too large.", "Error", {"Code", "Message"}),
    "403": ("The form is expired, was altered, or does not allow this file.", "Error", {"Code", "Message"}),
    "507": ("The server's disk is full.", "Error", {"Code", "Message"}),
}
