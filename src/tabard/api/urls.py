"""The addresses below /api/v1/."""

from __future__ import annotations

from django.urls import path

from tabard.api.pages import docs, openapi
from tabard.api.service import service

app_name = "api-pages"
urlpatterns = [
    path("openapi.json", openapi, name="openapi"),
    path("docs", docs, name="docs"),
    path("", service.urls),
]
