"""The WSGI door of the web server: reports are taken in on the doorstep, everything else goes to Django."""

import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what is written holds what is restricted
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tabard.site.settings")
django = get_wsgi_application()

from tabard.api.doorstep import Doorstep  # noqa: E402 - models can be imported from here on

application = Doorstep(django)
