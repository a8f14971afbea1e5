"""Addresses of the vendor files."""

from __future__ import annotations

from django.urls import include, path

from midwatch.desk.vendors.views import (
    company,
    contracts,
    findings,
    money,
    papers,
    policies,
    reviews,
    vendors,
)

_OF_ONE = [
    path("", vendors.vendor, name="vendor"),
    path("move/", vendors.move, name="vendor_move"),
    path("company/", company.company, name="vendor_company"),
    path("company/identity/", vendors.identity, name="vendor_identity"),
    path("company/service/", company.service, name="vendor_service_add"),
    path("company/service/<int:service>/", company.service, name="vendor_service"),
    path(
        "company/service/<int:service>/remove/",
        company.service_remove,
        name="vendor_service_remove",
    ),
    path("company/list/<slug:section>/", company.row, name="vendor_row_add"),
    path("company/list/<slug:section>/<int:number>/", company.row, name="vendor_row"),
    path(
        "company/list/<slug:section>/<int:number>/remove/",
        company.row_remove,
        name="vendor_row_remove",
    ),
    path("contact/<int:number>/", company.contact, name="vendor_contact"),
    path("contact/<int:number>/drill/", company.drill, name="vendor_drill"),
    path("money/", money.money, name="vendor_money"),
    path("money/add/", money.statement, name="vendor_statement_add"),
    path("money/file/", money.statements_file, name="vendor_statements_file"),
    path("money/promise/", money.promise, name="vendor_promise"),
    path("money/sighting/", money.sighting, name="vendor_sighting"),
    path("money/<int:statement>/", money.statement, name="vendor_statement"),
    path("money/<int:statement>/remove/", money.statement_remove, name="vendor_statement_remove"),
    path("papers/", papers.papers, name="vendor_papers"),
    path("papers/add/", papers.paper_add, name="vendor_paper_add"),
    path("papers/<int:filed>/", papers.paper, name="vendor_paper"),
    path("papers/<int:filed>/change/", papers.paper_change, name="vendor_paper_change"),
    path("papers/<int:filed>/remove/", papers.paper_remove, name="vendor_paper_remove"),
    path("papers/<int:filed>/file/", papers.paper_file, name="vendor_paper_file"),
    path("papers/<int:filed>/soc/", papers.soc, name="vendor_soc"),
    path("contracts/", contracts.contracts, name="vendor_contracts"),
    path("contracts/add/", contracts.contract_edit, name="vendor_contract_add"),
    path("contracts/<int:contract>/", contracts.contract, name="vendor_contract"),
    path(
        "contracts/<int:contract>/change/", contracts.contract_edit, name="vendor_contract_change"
    ),
    path("contracts/<int:contract>/clauses/", contracts.clauses, name="vendor_clauses"),
    path(
        "contracts/<int:contract>/remove/", contracts.contract_remove, name="vendor_contract_remove"
    ),
    path("findings/", findings.findings, name="vendor_findings"),
    path("findings/add/", findings.finding_add, name="vendor_finding_add"),
    path("findings/<int:finding>/", findings.finding, name="vendor_finding"),
    path("findings/<int:finding>/step/", findings.finding_step, name="vendor_finding_step"),
    path("findings/<int:finding>/measure/", findings.measure_add, name="vendor_measure_add"),
    path("measures/<int:measure>/done/", findings.measure_done, name="vendor_measure_done"),
    path("reviews/", reviews.reviews, name="vendor_reviews"),
    path("reviews/rule/", reviews.review_rule, name="vendor_rule"),
    path("reviews/open/", reviews.review_open, name="vendor_review_open"),
    path("reviews/<int:review>/", reviews.review, name="vendor_review"),
    path("reviews/<int:review>/talk/", reviews.review_talk, name="vendor_talk"),
    path("reviews/<int:review>/decide/", reviews.review_decide, name="vendor_decide"),
]
"""Below ``vendor/<reference>/``."""
_OF_CLIENT = [
    path("vendors/", vendors.client_vendors, name="client_vendors"),
    path("vendors/add/", vendors.add, name="vendor_add"),
    path("vendors/calendar/", reviews.calendar, name="vendor_calendar"),
    path("vendors/calendar/make/", reviews.calendar_make, name="vendor_calendar_make"),
    path("vendors/calendar/<int:link>/end/", reviews.calendar_end, name="vendor_calendar_end"),
    path("policies/", policies.policy_set, name="policies"),
    path("policies/begin/", policies.policy_begin, name="policy_begin"),
    path("policies/add/", policies.policy_write, name="policy_add"),
    path("policies/of/<vendor:policy>/", policies.policy, name="policy"),
    path("policies/of/<vendor:policy>/write/", policies.policy_write, name="policy_write"),
    path("policies/of/<vendor:policy>/approve/", policies.policy_approve, name="policy_approve"),
]
"""Below ``c/<client>/``."""
urlpatterns = [
    path("vendors/", vendors.vendors, name="vendors"),
    path("vendors/statements.<str:form>", money.statements_template, name="statements_template"),
    path("vendor/<vendor:vendor>/", include(_OF_ONE)),
    path("c/<name:tenant>/", include(_OF_CLIENT)),
    path("drill/<token:token>/", company.drill_answer, name="drill_answer"),
    path("calendar/<token:token>/vendors.ics", reviews.calendar_feed, name="calendar_feed"),
]
