"""What people type about money, papers and contracts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from midwatch.desk.vendors.forms import (
    amount_field,
    currency_field,
    day_field,
    text_field,
    told_yes_no,
    yes_no,
)
from midwatch.desk.vendors.models import Paper
from midwatch.desk.vendors.papers import LARGEST
from midwatch.desk.vendors.words import choices, word
from midwatch.vendors.contracts import Clause, ClauseKind, Contract, Strength
from midwatch.vendors.evidence import (
    Assurance,
    BridgeLetter,
    EvidenceKind,
    Opinion,
    SocException,
    SocKind,
    SocReview,
    SocType,
    SubserviceMethod,
    UserControl,
)
from midwatch.vendors.finance.amounts import read_amount
from midwatch.vendors.finance.statements import (
    MEANINGS,
    Audit,
    FinancialStatement,
    GoingConcern,
    Item,
)

_ITEM: Final = "item-"
_UNITS: Final = (
    ("1", _("single units")), ("1000", _("thousands")), ("1000000", _("millions")),
)  # fmt: skip
_YES: Final = {"yes": True, "no": False, "ja": True, "nein": False}


class StatementForm(forms.Form):
    """One period's figures, as they stand in the paper; an empty field is not zero."""

    end = day_field(_("Last day of the period"), required=True)
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=18, initial=12)
    currency = currency_field(required=True)
    unit = forms.ChoiceField(label=_("Amounts are in"), choices=_UNITS)
    audit = forms.ChoiceField(
        label=_("Who looked at them"), choices=lambda: choices(Audit),
        initial=Audit.SELF_DECLARED.value,
    )  # fmt: skip
    going_concern = forms.ChoiceField(
        label=_("Does the firm go on"), choices=lambda: choices(GoingConcern),
        initial=GoingConcern.NOT_KNOWN.value,
    )  # fmt: skip
    source = forms.CharField(label=_("Where they are from"), max_length=200, required=False)

    def __init__(self, *args: Any, known: FinancialStatement | None = None, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``known``: the statement to start from."""
        if known is not None:
            more["initial"] = {
                "end": known.end, "months": known.months, "currency": known.currency,
                "unit": str(known.unit), "audit": known.audit.value,
                "going_concern": known.going_concern.value, "source": known.source,
                **{f"{_ITEM}{i.name}": f"{a / known.unit:f}" for i, a in known.amounts.items()},
            }  # fmt: skip
        super().__init__(*args, **more)
        for item in Item:
            self.fields[f"{_ITEM}{item.name}"] = forms.CharField(
                label=word(item), required=False, max_length=40,
                help_text=_MEANINGS[item],
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Amounts as people write them; what could mean two things is refused."""
        found = super().clean() or {}
        for item in Item:
            name = f"{_ITEM}{item.name}"
            try:
                found[name] = read_amount(str(found.get(name) or ""))
            except ValueError as error:
                self.add_error(name, str(error))
        return found

    def statement(self) -> FinancialStatement:
        """What was typed."""
        given, unit = self.cleaned_data, int(self.cleaned_data["unit"])
        return FinancialStatement(
            end=given["end"],
            currency=given["currency"].upper(),
            months=given["months"],
            audit=Audit(given["audit"]),
            going_concern=GoingConcern(given["going_concern"]),
            unit=unit,
            source=given["source"].strip(),
            amounts={
                item: given[f"{_ITEM}{item.name}"] * unit
                for item in Item
                if given[f"{_ITEM}{item.name}"] is not None
            },
        )


_MEANINGS: Final = {
    Item.CASH: _("Cash and bank balances, restricted cash included."),
    Item.RESTRICTED_CASH: _("The part that is pledged or held for others. Write 0 if none."),
    Item.SECURITIES: _("Securities that can be sold within a year."),
    Item.RECEIVABLES: _("What customers owe, after allowances."),
    Item.INVENTORY: _("Goods and work in progress."),
    Item.CURRENT_ASSETS: _("All that turns into cash within a year."),
    Item.TOTAL_ASSETS: _("The balance sheet's total."),
    Item.CURRENT_LIABILITIES: _("All that is due within a year."),
    Item.TOTAL_LIABILITIES: _("All debts and provisions, short and long."),
    Item.EQUITY: _("Book equity; with a minus sign when debts exceed all it owns."),
    Item.RETAINED_EARNINGS: _("Profits kept over all years; a minus sign for losses."),
    Item.REVENUE: _("Sales of the period."),
    Item.EBIT: _("Earnings before interest and taxes."),
    Item.INTEREST: _("Interest paid, as a positive number."),
    Item.NET_INCOME: _("Profit after taxes; a minus sign for a loss."),
    Item.RESEARCH: _("Spending on research and development."),
    Item.OPERATING_CASH_FLOW: _("Cash from operations; a minus sign when it flows out."),
    Item.CAPITAL_EXPENDITURE: _("Cash spent on equipment and software, positive."),
}
assert set(_MEANINGS) == set(MEANINGS)  # noqa: S101  # a defect of ours, not input


def check_size(uploaded: UploadedFile[Any] | None) -> UploadedFile[Any] | None:
    """The file, if it is not too large.

    Raises:
        ValidationError: It is.
    """
    if uploaded is not None and (uploaded.size or 0) > LARGEST:
        raise forms.ValidationError(_("The file has more than 25 MB."))
    return uploaded


class StatementsFileForm(forms.Form):
    """Statements as a table."""

    file = forms.FileField(
        label=_("Table with statements"), max_length=200,
        help_text=_("CSV or XLSX, filled in from the template."),
    )  # fmt: skip

    def clean_file(self) -> UploadedFile[Any] | None:
        """Not too large."""
        return check_size(self.cleaned_data["file"])


class PaperForm(forms.Form):
    """A paper, and what stands about it."""

    kind = forms.ChoiceField(label=_("What it is"), choices=lambda: choices(EvidenceKind))
    title = forms.CharField(label=_("Title"), max_length=200)
    file = forms.FileField(
        label=_("File"), required=False, max_length=200,
        help_text=_("Up to 25 MB. It is kept as it is, and never opened here."),
    )  # fmt: skip
    received = day_field(_("Received"), required=True)
    effective = day_field(_("Speaks from"))
    expires = day_field(_("Last day it holds"), help_text=_("You are reminded before it ends."))
    issuer = forms.CharField(label=_("Who issued it"), max_length=200, required=False)
    scope = text_field(_("What it covers, in its own words"))
    assurance = forms.ChoiceField(
        label=_("How far it carries"), required=False,
        choices=lambda: choices(Assurance, empty=_("as usual for its kind")),
    )  # fmt: skip
    replaces = forms.ChoiceField(label=_("Is the new version of"), required=False)

    def __init__(self, *args: Any, papers: Sequence[Paper], **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``papers``: those it may replace."""
        super().__init__(*args, **more)
        replaces = self.fields["replaces"]
        assert isinstance(replaces, forms.ChoiceField)  # noqa: S101  # it is declared above
        replaces.choices = [("", _("nothing on file")), *((p.reference, p.title) for p in papers)]

    def clean_file(self) -> UploadedFile[Any] | None:
        """Not too large."""
        return check_size(self.cleaned_data["file"])


def lines_of(text: str, most: int = 4) -> list[list[str]]:
    """Lines of parts between upright strokes; each has ``most`` parts, empty where not given."""
    found = []
    for line in text.splitlines():
        if line.strip():
            parts = [each.strip() for each in line.split("|", most - 1)]
            found.append(parts + [""] * (most - len(parts)))
    return found


class SocForm(forms.Form):
    """What a reader finds in a SOC report; its cover proves little."""

    report = forms.ChoiceField(
        label=_("Report"), choices=lambda: choices(SocKind), initial=SocKind.SOC2.value
    )
    type = forms.ChoiceField(
        label=_("Type"), choices=lambda: choices(SocType), initial=SocType.TYPE2.value
    )
    start = day_field(_("Period from"), required=True)
    end = day_field(_("Period to"), required=True, help_text=_("Type 1: the same day."))
    auditor = forms.CharField(label=_("Auditor"), max_length=200)
    opinion = forms.ChoiceField(label=_("Opinion"), choices=lambda: choices(Opinion))
    covers_our_service = yes_no(_("The service we use is in its scope"))
    criteria = forms.CharField(
        label=_("Criteria"), max_length=300, required=False,
        help_text=_("Between commas: security, availability, confidentiality."),
    )  # fmt: skip
    exceptions = text_field(
        _("Exceptions"),
        help_text=_("One a line: control | what was found | what the vendor says | yes or no "
                    "(does it concern us)"),
    )  # fmt: skip
    subservice = forms.ChoiceField(
        label=_("The vendor's own vendors"), choices=lambda: choices(SubserviceMethod)
    )
    carved_out = text_field(_("Carved out"), help_text=_("One name a line."))
    user_controls = text_field(
        _("What it expects of us"),
        help_text=_("One a line: control | who of us owns it | yes or no (is it in place)"),
    )
    bridges = text_field(_("Bridge letters"), help_text=_("One a line: 2026-01-01 | 2026-03-31"))

    def __init__(self, *args: Any, known: SocReview | None = None, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``known``: the review to start from."""
        if known is not None:
            more["initial"] = _soc_initial(known)
        super().__init__(*args, **more)

    def clean_bridges(self) -> tuple[BridgeLetter, ...]:
        """Two days a line.

        Raises:
            ValidationError: One is no day.
        """
        try:
            return tuple(
                BridgeLetter(date.fromisoformat(start), date.fromisoformat(end))
                for start, end in lines_of(self.cleaned_data["bridges"], 2)
            )
        except ValueError:
            raise forms.ValidationError(
                _("Write two days a line: 2026-01-01 | 2026-03-31")
            ) from None

    def review(self, evidence: str) -> SocReview:
        """What was typed. ``evidence``: the paper's reference."""
        given = self.cleaned_data
        return SocReview(
            evidence=evidence,
            report=SocKind(given["report"]),
            type=SocType(given["type"]),
            start=given["start"],
            end=given["end"],
            auditor=given["auditor"].strip(),
            opinion=Opinion(given["opinion"]),
            covers_our_service=given["covers_our_service"],
            criteria=tuple(each.strip() for each in given["criteria"].split(",") if each.strip()),
            exceptions=tuple(
                SocException(
                    control=control, found=found, answer=answer, concerns_us=_YES.get(ours.lower())
                )
                for control, found, answer, ours in lines_of(given["exceptions"])
            ),
            subservice=SubserviceMethod(given["subservice"]),
            carved_out=tuple(each for (each,) in lines_of(given["carved_out"], 1)),
            user_controls=tuple(
                UserControl(control=control, owner=owner, in_place=_YES.get(there.lower()))
                for control, owner, there in lines_of(given["user_controls"], 3)
            ),
            bridges=given["bridges"],
        )


def _soc_initial(known: SocReview) -> dict[str, Any]:
    def told(*parts: str) -> str:
        return " | ".join(parts).rstrip(" |")

    return {
        "report": known.report.value, "type": known.type.value, "start": known.start,
        "end": known.end, "auditor": known.auditor, "opinion": known.opinion.value,
        "covers_our_service": told_yes_no(known.covers_our_service),
        "criteria": ", ".join(known.criteria), "subservice": known.subservice.value,
        "carved_out": "\n".join(known.carved_out),
        "exceptions": "\n".join(
            told(e.control, e.found, e.answer, told_yes_no(e.concerns_us)) for e in known.exceptions
        ),
        "user_controls": "\n".join(
            told(each.control, each.owner, told_yes_no(each.in_place))
            for each in known.user_controls
        ),
        "bridges": "\n".join(f"{each.start} | {each.end}" for each in known.bridges),
    }  # fmt: skip


class ContractForm(forms.Form):
    """An agreement."""

    title = forms.CharField(label=_("Title"), max_length=200)
    start = day_field(_("From"), required=True)
    end = day_field(_("Last day"), help_text=_("Empty where it runs on."))
    notice_days = forms.IntegerField(
        label=_("Days of notice"), min_value=0, max_value=3650, initial=0
    )
    renews_months = forms.IntegerField(
        label=_("Months by which it renews itself"), min_value=0, max_value=120, initial=0,
        help_text=_("0 where it does not."),
    )  # fmt: skip
    yearly_price = amount_field(_("Price a year"))
    currency = currency_field()
    capped = yes_no(_("Liability is capped"))
    cap = amount_field(_("Most it is liable for"))
    exposure = amount_field(
        _("What a breach could cost us"),
        help_text=_("Your own estimate, in the same currency; the cap is held against it."),
    )


class ClausesForm(forms.Form):
    """How each clause was read: one row a clause."""

    def __init__(self, *args: Any, known: Contract, **more: Any) -> None:  # noqa: ANN401  # Django's own signature
        """``known``: the contract whose clauses they are."""
        super().__init__(*args, **more)
        for kind in ClauseKind:
            clause = known.clause(kind) or Clause(kind=kind, strength=Strength.NOT_READ)
            name, title = kind.value, word(kind)
            self.fields[f"{name}-strength"] = forms.ChoiceField(
                label=title, choices=choices(Strength), initial=clause.strength.value
            )
            self.fields[f"{name}-page"] = forms.CharField(
                label=_("Page"), required=False, max_length=20, initial=clause.page
            )
            self.fields[f"{name}-note"] = forms.CharField(
                label=_("Note"), required=False, max_length=400, initial=clause.note
            )
            if kind is ClauseKind.BREACH_NOTICE:
                self.fields[f"{name}-hours"] = forms.DecimalField(
                    label=_("Hours until notice"), required=False, min_value=Decimal(0),
                    max_value=Decimal(10_000), initial=clause.hours,
                )  # fmt: skip
                self.fields[f"{name}-trigger"] = forms.CharField(
                    label=_("Counted from"), required=False, max_length=200, initial=clause.trigger
                )

    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields of each clause, with its title."""
        return [
            (
                word(kind),
                [self[name] for name in self.fields if name.split("-")[0] == kind.value],
            )
            for kind in ClauseKind
        ]

    def clauses(self) -> list[Clause]:
        """What was typed."""
        given = self.cleaned_data
        return [
            Clause(
                kind=kind,
                strength=Strength(given[f"{kind.value}-strength"]),
                page=given[f"{kind.value}-page"].strip(),
                note=given[f"{kind.value}-note"].strip(),
                hours=given.get(f"{kind.value}-hours"),
                trigger=given.get(f"{kind.value}-trigger", ""),
            )
            for kind in ClauseKind
        ]
