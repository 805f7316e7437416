"""WSGI entry: has a database first, then Django."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anju.settings")

from anju.core.database import server

server.ensure_database()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
