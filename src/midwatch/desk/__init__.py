"""The desk: where people look, decide and answer. Django console, portal and API.

One small app per noun: ``people`` (who may come in, as what), ``audit`` (what was changed and
what was revealed), ``home``, ``theme`` and one for each place people work in. What they may see
goes through ``access.scope`` alone; the watch's own records stay in the rooms below.

Run by ``python -m midwatch.desk``, which ``midwatch desk`` and ``midwatch up`` call.
"""
