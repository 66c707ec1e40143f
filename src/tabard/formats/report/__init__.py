"""One report as JSON: what the API, the forms, drafts and the worker write and read."""

from tabard.formats.report.read import LARGEST, ReportIn, RevisionIn, read, read_revision
from tabard.formats.report.told import Told

__all__ = ["LARGEST", "ReportIn", "RevisionIn", "Told", "read", "read_revision"]
