"""Every refusal as application/problem+json (RFC 9457), its sentences from the one catalogue. Knows no Django."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

from tabard.rules.refusals import Forbidden, Refused
from tabard.vocab import catalogue
from tabard.vocab.words import LANGUAGES

MEDIA_TYPE = "application/problem+json"
FAULT = 422  # what was sent can be read, and cannot be used
STATUS = {
    "bad_json": 400,
    "bad_request": 400,
    "key_needed": 400,
    "token_needed": 401,
    "not_allowed": 403,
    "not_found": 404,
    "table_unknown": 404,
    "method_not_allowed": 405,
    "not_acceptable": 406,
    "already_imported": 409,
    "already_so": 409,
    "erased_before": 409,
    "key_reused": 409,
    "key_used_twice": 409,
    "next_of_kin_wait": 409,
    "no_snapshot": 409,
    "nothing_to_mend": 409,
    "nothing_to_undo": 409,
    "only_revision": 409,
    "undo_the_decision": 409,
    "erased": 410,
    "changed_meanwhile": 412,
    "too_large": 413,
    "zip_bomb": 413,
    "unsupported_form": 415,
    "revision_needed": 428,
    "too_fast": 429,
    "engines_differ": 500,
    "internal": 500,
    "snapshot_damaged": 500,
    "write_outside_door": 500,
    "not_now": 503,
}
WEIGHED = re.compile(
    r"\s*([A-Za-z*]{1,8})(?:-[A-Za-z0-9-]{1,40})?\s*(?:;\s*q\s*=\s*(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*)?"
)
MOST = 20  # languages that are looked at


def status_of(refusal: Refused) -> int:
    """The HTTP status of a refusal."""
    return 403 if isinstance(refusal, Forbidden) else STATUS.get(refusal.code, FAULT)


def problem(code: str, status: int, language: str = "en", **fields: str | int) -> bytes:
    """The body of a refusal: what happened, what to do next, and the code that a program can act on."""
    said = {
        "type": f"/api/v1/docs#{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": catalogue.message(code, language, **fields),
        "next_step": catalogue.next_step(code, language, **fields),
        "code": code,
    }
    if "field" in fields:
        said["field"] = str(fields["field"])
    return json.dumps(said, ensure_ascii=False).encode()


def language_of(header: str) -> str:
    """The best of our languages for an Accept-Language header; English where it names none of them."""
    wanted = [found for part in header.split(",")[:MOST] if (found := WEIGHED.fullmatch(part))]
    ranked = sorted(wanted, key=lambda each: -float(each[2] or 1))
    known = (each[1].lower() for each in ranked if float(each[2] or 1) > 0)
    return next((code for code in known if code in LANGUAGES), "en")
