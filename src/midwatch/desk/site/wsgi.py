"""The entry for the web server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from midwatch.desk.site.heart import start_heart
from midwatch.desk.site.reminding import start_reminding
from midwatch.watch.lifeline import end_with_forker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "midwatch.desk.site.settings")
# A worker that outlives its server would answer for ever with what is old by then.
end_with_forker()
application = get_wsgi_application()
# Whoever loads the entry is a worker; its heart tells the watch that the desk lives.
start_heart()
# One of the workers, whoever is first, mails what is due with vendors.
start_reminding()
