"""Template tag: a panel that a room brings, rendered with what it needs inside the page's own context."""

from __future__ import annotations

from django.template import Library
from django.template.context import RequestContext
from django.utils.safestring import SafeString

from tabard.site.components.panel import Panel

register = Library()


@register.simple_tag(takes_context=True)
def brought(context: RequestContext, panel: Panel) -> SafeString:
    """The panel's own section."""
    engine = context.template.engine  # type: ignore[union-attr]
    with context.push(**panel.shown):
        return engine.get_template(panel.template).render(context)
