"""Addresses of the questionnaires: the client's side, and the vendor's behind its link."""

from __future__ import annotations

from django.urls import path

from midwatch.desk.answers.views import acts, asked, asked_files, bringing, lists, review, sending

_OF = "vendor/<vendor:vendor>/questionnaires/"
_ONE = "questionnaire/<vendor:asking>/"
_FILE = "questionnaire/file/<vendor:brought>/"
_LINK = "answer/<asked:ask>/"

urlpatterns = [
    path("questionnaires/", lists.questionnaires, name="questionnaires"),
    path(
        "c/<name:tenant>/questionnaires/",
        lists.client_questionnaires,
        name="client_questionnaires",
    ),
    path(_OF, lists.vendor_questionnaires, name="vendor_answers"),
    path(f"{_OF}send/", sending.send, name="questionnaire_send"),
    path(f"{_OF}preview/", sending.preview, name="questionnaire_preview"),
    path(f"{_OF}bring/", bringing.bring, name="questionnaire_bring"),
    path(_FILE, bringing.brought, name="questionnaire_file"),
    path(f"{_FILE}use/", bringing.use, name="questionnaire_file_use"),
    path(_ONE, review.review, name="questionnaire"),
    path(f"{_ONE}score/", review.score, name="questionnaire_score"),
    path(f"{_ONE}answers.xlsx", review.workbook, name="questionnaire_workbook"),
    path(f"{_ONE}paper/<vendor:paper>/", review.paper, name="questionnaire_paper"),
    path(f"{_ONE}paper/<vendor:paper>/file/", acts.file, name="questionnaire_paper_file"),
    path(f"{_ONE}judge/", acts.judge, name="questionnaire_judge"),
    path(f"{_ONE}note/", acts.note, name="questionnaire_note"),
    path(f"{_ONE}back/", acts.back, name="questionnaire_back"),
    path(f"{_ONE}settle/<int:number>/", acts.settle, name="questionnaire_settle"),
    path(f"{_ONE}reopen/", acts.reopen, name="questionnaire_reopen"),
    path(f"{_ONE}close/", acts.close, name="questionnaire_close"),
    path(f"{_ONE}revoke/", sending.revoke, name="questionnaire_revoke"),
    path(f"{_ONE}link/", sending.link, name="questionnaire_link"),
    path(f"{_ONE}code/<int:number>/", sending.code, name="questionnaire_code"),
    path(_LINK, asked.overview, name="asked"),
    path(_LINK.removesuffix("/"), asked.without_slash),
    path(f"{_LINK}code/", asked.code, name="asked_code"),
    path(f"{_LINK}open/", asked.let_in, name="asked_open"),
    path(f"{_LINK}leave/", asked.leave, name="asked_leave"),
    path(f"{_LINK}part/<int:number>/", asked.part, name="asked_part"),
    path(f"{_LINK}part/<int:number>/save/", asked.autosave, name="asked_save"),
    path(f"{_LINK}part/<int:number>/pass-on/", asked.pass_on, name="asked_pass_on"),
    path(f"{_LINK}take-back/<int:number>/", asked.take_back, name="asked_take_back"),
    path(f"{_LINK}reply/<int:number>/", asked.reply, name="asked_reply"),
    path(f"{_LINK}hand-in/", asked.hand_in, name="asked_hand_in"),
    path(f"{_LINK}give/", asked_files.give, name="asked_give"),
    path(f"{_LINK}paper/<vendor:paper>/", asked_files.paper, name="asked_paper"),
    path(f"{_LINK}paper/<vendor:paper>/remove/", asked_files.remove, name="asked_paper_remove"),
    path(f"{_LINK}answers.xlsx", asked_files.workbook, name="asked_workbook"),
    path(f"{_LINK}workbook/", asked_files.bring, name="asked_bring"),
]
