"""The WSGI door of the web server."""

import os

from django.core.wsgi import get_wsgi_application

os.umask(0o077)  # what is written holds what is restricted
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tabard.site.settings")
application = get_wsgi_application()
