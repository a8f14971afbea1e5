"""Needs to begin with, for who chooses a help desk or a watch: a file to be changed."""

from __future__ import annotations

from typing import Final

import msgspec

from midwatch.vendors.comparing.needs import Need, Needs, read_needs
from midwatch.vendors.questionnaires.languages import words_of
from midwatch.vendors.questionnaires.library import full_questionnaire
from midwatch.vendors.questionnaires.templates import TemplateVersion

EXAMPLE: Final = """# What we need of a provider. Weights are ours; change them and look again.
title = "Help desk and watch for two offices"
currency = "EUR"
weight_price = 3          # the price beside the needs; 0 shows it only

[[need]]
id = "call"
title = "Calls us within 24 hours of a breach"
weight = 5
must = true
questions = ["breach.call-24h", "breach.contact"]

[[need]]
id = "awake"
title = "Somebody is awake at night"
weight = 5
must = true
least = 0.8               # the credit from which the must-have is met
questions = ["desk.night", "desk.night-answer"]

[[need]]
id = "people"
title = "Everyone is screened, contractors too"
weight = 4
questions = ["people.background", "people.contractors", "people.leavers"]

[[need]]
id = "data"
title = "Takes little, guards it, gives it back"
weight = 4
questions = ["data.inventory", "data.minimised", "data.card", "data.encrypted-rest", "data.return"]

[[need]]
id = "fresh"
title = "Signatures and patches are fresh"
weight = 3
questions = ["security.signatures", "security.patching"]

# One table for each file of answers.
[candidate."acme.xlsx"]
name = "Acme Desk"
yearly_price = 30000
# statements = "acme-statements.csv"
"""


def example_needs(version: TemplateVersion) -> Needs:
    """The example as far as a questionnaire asks about it, in its language, without candidates."""
    whole = read_needs(EXAMPLE.encode(), "example", full_questionnaire())
    titles = words_of(version.language).needs
    kept: list[Need] = []
    for need in whole.need:
        asked = tuple(name for name in need.questions if version.question(name) is not None)
        if any(question.weight for question in version.questions if question.id in asked):
            title = titles.get(need.id, need.title)
            kept.append(msgspec.structs.replace(need, title=title, questions=asked))
    return msgspec.structs.replace(whole, need=tuple(kept), candidate={})
