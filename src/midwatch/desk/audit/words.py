"""The verbs of the record as sentences go on after a name."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS: Final[dict[str, Promise]] = {
    "reveal": _("looked behind the mask"),
    "incident.acknowledge": _("acknowledged an incident"),
    "incident.work": _("began to work on an incident"),
    "incident.remark": _("added a remark"),
    "incident.resolve": _("resolved an incident"),
    "incident.reopen": _("opened an incident again"),
    "people.first_manager": _("became the first manager"),
    "people.invite": _("invited somebody"),
    "people.revoke_invitation": _("withdrew an invitation"),
    "people.accept": _("came in by an invitation"),
    "people.change": _("changed somebody's access"),
    "people.end": _("ended an access"),
    "people.mask_staff": _("chose what the provider's people see"),
    "vendor.add": _("opened a vendor's file"),
    "vendor.holding": _("wrote down data that a vendor holds"),
    "vendor.holding_remove": _("took an entry about a vendor's data off the file"),
    "vendor.necessity": _("decided whether a vendor needs some data"),
    "vendor.facts": _("filed a provider's service facts"),
    "vendor.facts_key": _("compared a provider's key"),
    "facts.export": _("signed the watch's own service facts"),
    "choice.begin": _("began a choice between vendors"),
    "choice.needs": _("changed the needs of a choice"),
    "choice.candidate": _("set a candidate of a choice"),
    "choice.drop": _("took a candidate away"),
    "choice.decide": _("chose a vendor"),
    "answers.send": _("sent a questionnaire"),
    "answers.link": _("made a new link to a questionnaire"),
    "answers.told_code": _("made a code to be told"),
    "answers.code": _("had a code for a questionnaire mailed"),
    "answers.code_fail": _("typed a wrong code for a questionnaire"),
    "answers.open": _("opened a questionnaire by its link"),
    "answers.guess": _("tried a link that was never given"),
    "answers.guess_stopped": _("was stopped trying links"),
    "answers.delegate": _("passed a part of a questionnaire on"),
    "answers.hand_in": _("handed a questionnaire in"),
    "answers.judge": _("judged an answer"),
    "answers.note": _("noted something about an answer"),
    "answers.ask_back": _("asked a vendor back"),
    "answers.file": _("filed a paper given with an answer"),
    "answers.settle": _("settled a question back"),
    "answers.reopen": _("opened a questionnaire again"),
    "answers.close": _("closed the review of a questionnaire"),
    "answers.revoke": _("took a questionnaire back"),
    "answers.bring": _("brought a vendor's file"),
    "answers.fill": _("made a questionnaire of a file"),
    "answers.reuse": _("added answers of a file"),
    "answers.template": _("kept a questionnaire to be sent"),
    "token.make": _("made a token for a program"),
    "token.revoke": _("revoked a token"),
    "sign_in.done": _("signed in"),
    "sign_in.out": _("signed out"),
    "sign_in.fail": _("failed to sign in"),
    "sign_in.moved": _("went on from another address"),
    "sign_in.end": _("signed another browser out"),
    "sign_on.add": _("connected single sign-on"),
    "sign_on.remove": _("disconnected single sign-on"),
    "password.change": _("changed the password"),
    "password.set": _("set a password"),
    "password.reset": _("chose a new password by mail"),
    "factor.add": _("added a second factor"),
    "factor.remove": _("removed a second factor"),
    "factor.renew": _("made new recovery codes"),
    "factor.recover": _("used a recovery code"),
    "factor.fail": _("failed at the second factor"),
}


def in_words(verb: str) -> str:
    """The verb as people say it; one that is not known here, as it stands."""
    return str(WORDS.get(verb, verb.replace(".", ": ").replace("_", " ")))
