"""The reader's language, and refusals turned into pages that say what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import translation

from tabard.access.logs import REFUSAL
from tabard.rules.refusals import Refused
from tabard.site.language import known, remember
from tabard.site.views.errors import refusal, status_of

Answer = Callable[[HttpRequest], HttpResponse]


class LanguageMiddleware:
    """`?lang=ar` chooses and goes back to the same page; else the cookie; else what the browser asks for."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = known(request.GET.get("lang"))
        if chosen and request.method == "GET":
            return self._switch(request, chosen)
        code = known(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME))
        with translation.override(code or translation.get_language_from_request(request)):
            request.LANGUAGE_CODE = translation.get_language() or "en"
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    def _switch(self, request: HttpRequest, code: str) -> HttpResponse:
        rest = request.GET.copy()
        del rest["lang"]
        response = HttpResponseRedirect(request.path + ("?" + rest.urlencode() if rest else ""))
        remember(response, code)
        return response


class RefusalMiddleware:
    """A `Refused` becomes a page with its sentence; who may not know of a thing finds nothing there.

    No page is kept by a browser or a proxy: the next person at the desk must not find it with "back"."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def process_view(
        self, request: HttpRequest, view: Answer, args: Sequence[Any], named: Mapping[str, Any]
    ) -> HttpResponse | None:
        """No text of a database holds a NUL, and PostgreSQL breaks over one."""
        try:
            typed = [request.path, *_texts(request.GET), *_texts(request.POST)]
        except RequestDataTooBig as error:
            return self.process_exception(request, error)
        return refusal(request, "bad_request", status=400) if any("\0" in text for text in typed) else None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, RequestDataTooBig):
            return refusal(request, "too_large", status=413, limit="2.5 MB")
        if not isinstance(error, Refused):
            return None
        request.META[REFUSAL] = error.code
        return refusal(request, error.code, status=status_of(error), **error.fields)


def _texts(sent: QueryDict) -> Iterator[str]:
    for name, values in sent.lists():
        yield from (name, *map(str, values))
