"""The addresses of one's own account."""

from __future__ import annotations

from django.urls import path

from tabard.site.views import provider
from tabard.site.views.account import browsers, machines, opening, overview, second

urlpatterns = [
    path("", overview.overview, name="account"),
    path("prove/", opening.prove, name="account-prove"),
    path("prove/ask/", opening.ask, name="account-prove-ask"),
    path("password/", opening.password, name="account-password"),
    path("factors/", second.every, name="account-factors"),
    path("factors/app/", second.totp, name="account-totp"),
    path("factors/codes/", second.codes, name="account-codes"),
    path("factors/passkey/", second.add_passkey, name="account-passkey"),
    path("factors/passkey/ask/", second.ask_passkey, name="account-passkey-ask"),
    path("factors/<str:pk>/remove/", second.remove, name="account-factor-remove"),
    path("factors/provider/bind/", provider.bind, name="account-link"),
    path("factors/provider/unbind/", opening.unlink, name="account-unlink"),
    path("sessions/", browsers.every, name="account-sessions"),
    path("sessions/end/", browsers.end_others, name="account-sessions-end"),
    path("sessions/<str:ref>/end/", browsers.end, name="account-session-end"),
    path("tokens/", machines.every, name="account-tokens"),
    path("tokens/<str:pk>/revoke/", machines.revoke, name="account-token-revoke"),
]
