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
    "people.rescue_link": _("made a link that lets somebody choose anew how to sign in"),
    "people.rescue": _("chose anew how to sign in, by a link made on the machine"),
    "people.profile": _("changed the own name, language or time zone"),
    "people.mask_staff": _("chose what the provider's people see"),
    "vendor.add": _("opened a vendor's file"),
    "vendor.change": _("changed a vendor's file"),
    "vendor.move": _("decided where a vendor stands"),
    "vendor.service": _("said what a vendor does"),
    "vendor.service_remove": _("took a service off a vendor's file"),
    "vendor.statement": _("filed figures of a vendor"),
    "vendor.statement_remove": _("removed figures of a vendor"),
    "vendor.contract": _("kept a contract with a vendor"),
    "vendor.clauses": _("read the clauses of a contract"),
    "vendor.contract_remove": _("removed a contract with a vendor"),
    "vendor.promise": _("kept a vendor's promise"),
    "vendor.sighting": _("noted that a vendor kept a promise"),
    "vendor.paper": _("filed a paper of a vendor"),
    "vendor.paper_change": _("changed what stands about a paper"),
    "vendor.paper_remove": _("removed a paper of a vendor"),
    "vendor.soc": _("read a SOC report"),
    "vendor.finding": _("raised a finding"),
    "vendor.finding_step": _("took a finding a step on"),
    "vendor.measure": _("wrote a measure into a policy"),
    "vendor.measure_done": _("finished a measure"),
    "vendor.rule": _("agreed on reviews of a vendor"),
    "vendor.review_open": _("began a review of a vendor"),
    "vendor.talk": _("put a talk with a vendor on record"),
    "vendor.review": _("finished a review of a vendor"),
    "vendor.drill": _("sent an exercise to a vendor"),
    "vendor.call": _("tried a vendor's number"),
    "vendor.calendar": _("made an address for a calendar"),
    "vendor.calendar_end": _("closed the address of a calendar"),
    "policy.write": _("wrote a policy"),
    "policy.approve": _("approved a policy"),
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
