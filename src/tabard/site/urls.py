"""All addresses."""

from __future__ import annotations

from django.urls import include, path

from tabard.site.views import (
    attachments,
    deciding,
    drafts,
    editing,
    errors,
    figures,
    filters,
    flash,
    imports,
    incidents,
    mending,
    needs,
    queue,
    receipts,
    reporting,
    sign_in,
    situation,
    splitting,
    together,
    told,
)

urlpatterns = [
    path("api/v1/", include("tabard.api.urls")),
    path("", situation.situation, name="situation"),
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("incidents/", incidents.incidents, name="incidents"),
    path("incidents/find/", incidents.find, name="incidents-find"),
    path("incidents/export.<str:kind>", incidents.export, name="incidents-export"),
    path("incidents/new/", reporting.new, name="incidents-new"),
    path("incidents/drafts/", drafts.own, name="incidents-drafts"),
    path("incidents/drafts/<str:pk>/delete/", drafts.delete, name="incidents-draft-delete"),
    path("incidents/received/<str:pk>/", receipts.receipt, name="incidents-receipt"),
    path("incidents/<str:reference>/", incidents.incident, name="incident"),
    path("incidents/<str:reference>/edit/", editing.edit, name="incident-edit"),
    path("incidents/<str:reference>/attach/", attachments.attach, name="incident-attach"),
    path("incidents/<str:reference>/flash/", flash.flash_page, name="incident-flash"),
    path("incidents/<str:reference>/flash.txt", flash.flash_text, name="incident-flash-text"),
    path("incidents/<str:reference>/needs/", needs.ask, name="incident-need"),
    path("incidents/<str:reference>/tell/", told.tell, name="incident-tell"),
    path("incidents/<str:reference>/untell/", told.untell, name="incident-untell"),
    path("needs/", needs.needs_page, name="needs"),
    path("needs/<str:pk>/", needs.change, name="needs-change"),
    path("incidents/<str:reference>/decide/", deciding.decide, name="incident-decide"),
    path("incidents/<str:reference>/split/", splitting.split_page, name="incident-split"),
    path("filters/", filters.keep, name="filter-keep"),
    path("filters/<str:pk>/", filters.change, name="filter-change"),
    path("notices/", filters.notices_page, name="notices"),
    path("review/", queue.queue_page, name="review"),
    path("review/preview/", together.preview, name="review-preview"),
    path("review/apply/", together.apply, name="review-apply"),
    path("review/acts/<str:act>/", together.act_page, name="review-act"),
    path("attachments/<str:pk>/", attachments.attached, name="attachment"),
    path("attachments/<str:pk>/remove/", attachments.remove, name="attachment-remove"),
    path("imports/", imports.imports, name="imports"),
    path("imports/new/", imports.new, name="imports-new"),
    path("imports/<str:pk>/", imports.one, name="imports-one"),
    path("imports/<str:pk>/rows/<int:number>/", mending.row, name="imports-row"),
    path("imports/<str:pk>/undo/", imports.undo, name="imports-undo"),
    path("imports/<str:pk>/confirm/", imports.confirm, name="imports-confirm"),
    path("figures/", figures.figures, name="figures"),
    path("figures/freeze/", figures.freeze, name="figures-freeze"),
    path("figures/<str:name>/", figures.table, name="figures-table"),
    path("figures/<str:name>/export.<str:kind>", figures.export, name="figures-export"),
    path("figures/<str:name>/<str:row>/<str:year>/", figures.cell, name="figures-cell"),
]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.absent
handler500 = errors.broken
