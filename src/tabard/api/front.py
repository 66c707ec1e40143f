"""The API's own front: everything below /api/ is answered here, past sessions, cookies, forms and pages.

So a session cookie never acts, no answer is a page, and whatever goes wrong on the way is a problem document."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.signals import got_request_exception
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

from tabard.api.answers import JSON, refusal, told
from tabard.api.problems import MEDIA_TYPE, language_of
from tabard.rules.refusals import Refused

BELOW = "/api/"
SAFE = ("GET", "HEAD", "OPTIONS")
DJANGO_NAMES = {"zh": "zh-hans"}
POLICY = "default-src 'none'; frame-ancestors 'none'"


class Front:
    """The middleware: what lies below /api/ goes no further."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(BELOW) and request.path_info != BELOW[:-1]:
            return self.get_response(request)
        language = language_of(request.headers.get("Accept-Language", ""))
        with translation.override(DJANGO_NAMES.get(language, language)):
            request.LANGUAGE_CODE = language
            response = _answered(request)
        return _finished(request, response, language)


def _answered(request: HttpRequest) -> HttpResponseBase:
    try:
        return _asked(request)
    except Exception as error:  # noqa: BLE001 - the last stop: whatever it is, it is answered as a problem
        response = told(request, error)
        if response.status_code >= 500:
            got_request_exception.send(sender=Front, request=request)
        return response


def _asked(request: HttpRequest) -> HttpResponseBase:
    request.get_host()
    if not _readable(request):
        raise Refused("bad_request")
    if request.method not in SAFE and not _accepts(request, JSON):
        raise Refused("not_acceptable")
    method, view = request.method, _view(request)
    if method == "OPTIONS":
        return _options(view)
    if method == "HEAD":
        request.method = "GET"
    response = view()
    request.method = method
    if isinstance(response, HttpResponseNotAllowed):
        return _not_allowed(request, response)
    kind = response.get("Content-Type", "").partition(";")[0]
    if response.status_code == 200 and kind and not _accepts(request, kind):
        _unread(response)
        return refusal(request, Refused("not_acceptable"))
    return response


def _readable(request: HttpRequest) -> bool:
    """Whether its length is a number, and no text of it holds what no database keeps."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    plain = length.isascii() and length.isdigit()
    return plain and not any("\0" in text for text in (request.path, *_texts(request.GET)))


def _view(request: HttpRequest) -> Callable[[], HttpResponseBase]:
    try:
        found = resolve(request.path_info)
    except Resolver404:
        raise Refused("not_found") from None
    request.resolver_match = found
    return lambda: found.func(request, *found.args, **found.kwargs)


def _accepts(request: HttpRequest, kind: str) -> bool:
    """Whether the answer may have this form; a problem may always be told."""
    return any(request.accepts(each) for each in (kind, MEDIA_TYPE))


def _options(view: Callable[[], HttpResponseBase]) -> HttpResponse:
    refused = view()  # no operation answers OPTIONS: what it allows stands in the refusal
    return HttpResponse(status=204, headers={"Allow": _allowed(refused)})


def _not_allowed(request: HttpRequest, refused: HttpResponseBase) -> HttpResponse:
    response = refusal(request, Refused("method_not_allowed"))
    response["Allow"] = _allowed(refused)
    return response


def _allowed(refused: HttpResponseBase) -> str:
    found = {method.strip() for method in refused.get("Allow", "GET").split(",")}
    return ", ".join(sorted(found | {"OPTIONS"} | ({"HEAD"} if "GET" in found else set())))


def _finished(request: HttpRequest, response: HttpResponseBase, language: str) -> HttpResponseBase:
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Content-Language", language)
    patch_vary_headers(response, ("Authorization", "Accept", "Accept-Language"))
    return _headed(response) if request.method == "HEAD" else response


def _headed(response: HttpResponseBase) -> HttpResponse:
    """The answer without its body."""
    headers = dict(response.headers)
    if isinstance(response, HttpResponse):
        headers["Content-Length"] = str(len(response.content))
    _unread(response)
    return HttpResponse(status=response.status_code, headers=headers)


def _unread(response: HttpResponseBase) -> None:
    """Let go of the file that nobody will read."""
    if isinstance(response, FileResponse) and response.file_to_stream is not None:
        response.file_to_stream.close()


def _texts(sent: QueryDict) -> Iterator[str]:
    for name, values in sent.lists():
        yield from (name, *map(str, values))
