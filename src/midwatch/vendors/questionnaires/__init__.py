"""Questionnaires: versions, answers, scores, foreign formats, and the mapping between them."""

from midwatch.vendors.questionnaires.answers import (
    Answer,
    Judgement,
    Ownership,
    Reply,
    Submission,
    Verdict,
    carried_over,
    contradictions,
    is_asked,
    new_submission,
    put_answer,
    put_verdict,
)
from midwatch.vendors.questionnaires.library import (
    full_questionnaire,
    own_in,
    own_versions,
    short_questionnaire,
    translations,
)
from midwatch.vendors.questionnaires.scoring import Because, Line, Score, score_of
from midwatch.vendors.questionnaires.templates import (
    Kind,
    Question,
    Section,
    TemplateVersion,
    make_version,
)

__all__ = [
    "Answer",
    "Because",
    "Judgement",
    "Kind",
    "Line",
    "Ownership",
    "Question",
    "Reply",
    "Score",
    "Section",
    "Submission",
    "TemplateVersion",
    "Verdict",
    "carried_over",
    "contradictions",
    "full_questionnaire",
    "is_asked",
    "make_version",
    "new_submission",
    "own_in",
    "own_versions",
    "put_answer",
    "put_verdict",
    "score_of",
    "short_questionnaire",
    "translations",
]
