"""Every template of the pure room's sentences, marked for the translators.

A test holds this list against the room: what it can say stands here, and nothing else does.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop as _

TEMPLATES: Final = frozenset(
    (
        # cadence.py
        _(
            "%(what)s: promised every %(promised)s h, not kept: %(seen)s seen, longest gap "
            "%(longest)s h, last one %(running)s h ago"
        ),
        _("%(what)s: promised every %(promised)s h, nothing observed"),
        _(
            "%(what)s: promised every %(promised)s h, kept: %(seen)s seen, longest gap "
            "%(longest)s h, last one %(running)s h ago"
        ),
        # comparing/comparison.py
        _("must-have %(state)s: %(need)s"),
        _("unanswered: %(question)s"),
        _("no financial statements were seen"),
        # comparing/terms.py
        _("and %(n)s more on file"),
        _("a breach could cost %(amount)s %(currency)s"),
        _("page %(page)s"),
        _("not capped"),
        _("%(insurer)s, until %(day)s"),
        _("less than it is liable for"),
        _("%(strength)s, within %(hours)s hours"),
        _("Contract"),
        _("Liable for at most, against what a breach could cost"),
        _("Insured for, against what it is liable for"),
        _("none on file"),
        _("not known"),
        _("capped, but at how much is not on file"),
        _("none in force on file"),
        _("what it must cover is not known"),
        _("%(strength)s, names no hours"),
        _("what a breach could cost is not estimated"),
        _("only in %(currencies)s"),
        _("not compared"),
        _("not looked for"),
        _("Clause: %(clause)s"),
        # contracts.py
        _("contract %(title)s ends"),
        _(
            "last day for notice of contract %(title)s; else it renews for %(months)s months on "
            "%(day)s"
        ),
        _("last day for notice of contract %(title)s; it ends on %(day)s"),
        _("no clause makes the vendor tell of a breach within a time"),
        _("the vendor need not tell the firm's clients directly"),
        _("whether liability is capped is not known"),
        _("liability is capped, but at how much is not on file"),
        _("what a breach could cost is not estimated, so the cap cannot be judged"),
        _('the breach clause names no hours ("promptly" is no time)'),
        _("liability ends at %(cap)s %(currency)s; a breach could cost %(exposure)s"),
        _("no insurance in %(currency)s stands behind it today"),
        _("no insurance in its currency stands behind it today"),
        _("insurance pays at most %(limit)s, less than the cap of %(cap)s"),
        _("nobody looked for a clause on %(clause)s"),
        _("the vendor may wait %(hours)s hours; %(asked)s are asked for"),
        _("the clause on %(clause)s is %(strength)s (page %(page)s)"),
        _("the clause on %(clause)s is %(strength)s"),
        # evidence.py
        _(
            "SAS 70 was retired in 2011. For financial reporting it was replaced by SSAE 16, now "
            "SSAE 18 (SOC 1); for security ask for a SOC 2 type 2 report. Nobody has issued a "
            "valid SAS 70 report since."
        ),
        _("the auditor's opinion is %(opinion)s"),
        _("a SOC 1 report speaks of financial reporting, not of security: ask for SOC 2"),
        _("nobody checked whether the service we use is in its scope"),
        _("type 1 says how controls were designed on one day, not whether they worked"),
        _("exception in %(control)s: %(found)s"),
        _("the report's period ended %(days)s days ago"),
        _("the service we use is not in its scope"),
        _("its period has only %(days)s days"),
        _("carved out, so nobody looked at: %(vendors)s"),
        _("carved out, so nobody looked at: vendors it does not name"),
        _("nobody of ours owns what it expects of us: %(control)s"),
        _("a bridge letter of more than three months replaces no report"),
        _("nothing covers %(first)s to %(last)s"),
        _("nothing covers the time since %(day)s"),
        _("%(owner)s has yet to put in place: %(control)s"),
        # finance/health.py
        _("this score does not suit a bank: its balance sheet is built otherwise"),
        _("this score does not suit a start-up: look at runway and investors instead"),
        _("this form of the score was made for firms that do not manufacture"),
        _("%(standing)s: %(score)s. %(audit)s figures to %(day)s, %(age)s."),
        _("%(line)s They cannot be right as they are."),
        _("current ratio"),
        _("research share"),
        _("no Z'': %(why)s"),
        _("whatever the score says (%(score)s)"),
        _("%(months)s months old"),
        _("which is not over yet"),
        _(
            "the period to %(day)s is not over: a plan, not a result, or its date is mistyped; "
            "it is left out"
        ),
        _("equity is negative (%(amount)s %(currency)s): debts exceed what it owns"),
        _("%(day)s: the auditor doubted that the firm goes on"),
        _("the statements are in %(currencies)s: ratios are compared, amounts are not"),
        _("an accountant asked questions, but did not audit"),
        _("an accountant put them in order, and checked nothing"),
        _("nobody but the vendor vouches for them"),
        _("the newest figures are %(audit)s: %(why)s"),
        _("the newest period ends in the future (%(day)s): a plan, not a result"),
        _("%(n)s of %(asked)s years given"),
        _("whether an auditor doubts that the firm goes on is not known"),
        _("cash lasts %(months)s months: ask who pays after that"),
        _("ask for a guarantee by the owner or a bank"),
        _("have source code and data held in escrow where the service is software"),
        _("write an exit plan: who takes over, how the data come back, in how many days"),
        _("ask the vendor to explain the difference before anything is built on the figures"),
        _("ask for audited statements, or those filed with the register"),
        _("ask for what is missing; it was not taken for zero"),
        _("%(day)s: an auditor doubts that the firm goes on; that is not left out"),
        _("the newest figures are %(months)s months old"),
        _("no statement for the time between %(first)s and %(last)s"),
        _("two currencies"),
        _("periods of different length"),
        # finance/ratios.py
        _(
            "6.56 (current assets - current liabilities) / total assets + 3.26 retained earnings "
            "/ total assets + 6.72 ebit / total assets + 1.05 equity / total liabilities"
        ),
        _("%(item)s must be above zero for this score"),
        _("%(terms)s; EBIT is that of %(months)s months, not of a year"),
        _("runway"),
        _("(cash - restricted cash) / ((capital expenditure - operating cash flow) / months)"),
        _("%(n)s months"),
        _("current assets / current liabilities"),
        _("quick ratio"),
        _("(cash + short-term securities + receivables) / current liabilities"),
        _("debt to equity"),
        _("total liabilities / equity"),
        _("interest cover"),
        _("ebit / interest expense"),
        _("research and development / revenue"),
        _("operating margin"),
        _("ebit / revenue"),
        _("the period has no length"),
        _("not burning cash"),
        _("the divisor is zero or negative"),
        _("not given: %(items)s"),
        _(
            "equity is zero or negative: the ratio has no meaning, and debts exceed or equal all "
            "the firm owns"
        ),
        _("no interest is paid"),
        _("there is no revenue"),
        # finance/statements.py
        _("the parts of current assets exceed them by %(amount)s"),
        _("a period of %(months)s months is no financial year"),
        _(
            "does not balance: total assets less liabilities and equity is %(difference)s "
            "%(currency)s"
        ),
        _(
            "does not balance: total assets less liabilities and equity is %(difference)s "
            "%(currency)s (%(share)s of assets)"
        ),
        _("%(item)s is negative (%(amount)s)"),
        _("%(part)s exceeds %(whole)s by %(amount)s"),
        # holdings.py
        _("said to be returned or deleted, but nothing proves it"),
        _("%(category)s data is out of bounds, and no written reason allows it"),
        _("nobody decided whether the partner needs it"),
        _("it was decided to take it back, and it is still there"),
        _("it was decided to reduce it, and that is not done"),
        _("the decision about it has run out"),
        _("where it lies is not known"),
        _("not every copy is known to be encrypted"),
        _("nothing is on file about backups of it"),
        _("how long it is kept is not known"),
        _("it is held without a purpose"),
        # questionnaires/own
        _(
            "The backups are said to be encrypted, but the data are said not to be encrypted "
            "where they are stored."
        ),
        _(
            "Only what the job needs is said to be taken, but the data are also used for other "
            "purposes."
        ),
        _(
            "Everything is said to be returned and deleted in the end, but nothing is deleted by "
            "rule and no list of it can be given."
        ),
        _(
            "Somebody is said to be awake at every hour, with fewer than two people to share the "
            "watch."
        ),
        _(
            "Signatures are said to be shown for each device at any time, but no list of devices "
            "is kept."
        ),
        _("The report's scope is said to cover our service, but there is no report."),
        _("A SAS 70 report cannot cover a service of today: the standard was retired in 2011."),
        _("The call is promised within 24 hours, but no number is answered at every hour."),
        _(
            "Affected customers can be named within a day, but there is no list of the data held "
            "for them."
        ),
        _("A continuity plan is said to be tested, but no backups are kept."),
        # questionnaires/answers.py
        _("yes or no is asked for"),
        _("a number is asked for"),
        _("one of the words to choose is asked for"),
        _("a day is asked for"),
        _("a text is asked for"),
        _("its note has more than %(most)s characters"),
        _("%(given)s is no number that is zero or more"),
        _("%(given)s is none of: %(words)s"),
        _("%(given)s is no day; write it as 2025-12-31"),
        _("nothing is written"),
        # reminders.py
        _("review of %(vendor)s"),
        _("%(title)s is to be put right"),
        _("the accepted risk %(title)s is open again"),
        _("a breach contact is to be tried again"),
        _("decide again about %(what)s"),
        _("%(what)s is to be done by %(who)s"),
        _("policy %(title)s is to be reviewed"),
        _("%(kind)s insurance %(policy)s ended"),
        _("%(kind)s insurance %(policy)s ends"),
        _("the accepted risk %(title)s ends"),
        _("no breach contact was ever tried"),
        _("no breach contact is named"),
        _("%(title)s ended"),
        _("%(title)s ends"),
        # reviews.py
        _("by %(day)s: %(what)s"),
        # tiers.py
        _("sees business papers"),
        _("sees data about people"),
        _("sees the customers' records"),
        _("sees health, card or other specially protected data"),
        _("has an account in one system"),
        _("can enter the network from outside"),
        _("works with an administrator's rights"),
        _("work suffers within days without it"),
        _("work stops within hours without it"),
        _("concerns %(n)s people"),
        _("hands work on to others"),
        _("an examiner asks about it"),
        _("it can move money"),
        _("an administrator can reach everything"),
        _("the law protects this data specially"),
        _("work stops within hours, and nobody knows how to replace it"),
        _("nobody knows how long replacing it would take"),
        _("replacing it would take %(days)s days"),
        # vendor.py
        _("nobody is named to call after a breach"),
        _("no breach contact answers round the clock"),
        _("no breach contact has a telephone number"),
        _("who owns the vendor is not known"),
        _("the owners' shares add up to %(total)s %%"),
        _("the owners of %(share)s %% are not named"),
        _("no breach contact was tried within a year"),
    )
)
