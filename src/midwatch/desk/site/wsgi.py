"""The entry for the web server."""

from __future__ import annotations

import gc
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
# What is loaded by now lives as long as the worker. A page makes tens of thousands of objects and
# hardly a circle: looking for circles every 700 objects costs an eighth of its time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
