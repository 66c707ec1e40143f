"""Records taken away as a file: what the same filter lists, streamed to disk first so that memory stays flat."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import BinaryIO, Literal, cast

from django.http import FileResponse, HttpRequest
from ninja import Query, Router

from tabard.api.describing import file
from tabard.api.filters import Asked
from tabard.api.signin import account
from tabard.incidents.exporting import EXTENSIONS, write

router = Router(tags=["Exports"])
TYPES = {
    "hxl-csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "geojson": "application/geo+json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@router.get(
    "/{form}", summary="Export incidents", openapi_extra=file("The records as a file", *TYPES.values())
)
def export_incidents(
    request: HttpRequest, form: Literal["hxl-csv", "json", "geojson", "xlsx"], asked: Query[Asked]
) -> FileResponse:
    """HXL-CSV, XLSX, GeoJSON or JSON; exact places only where they may be read. Each export is an audit line."""
    filters = asked.filters()
    out = TemporaryFile()  # noqa: SIM115 - the answer closes it once it is sent
    try:
        write(form, filters, cast(BinaryIO, out), by=account(request))
    except BaseException:
        out.close()
        raise
    out.seek(0)
    name = f"tabard-incidents.{EXTENSIONS[form]}"
    return FileResponse(out, as_attachment=True, filename=name, content_type=TYPES[form])
