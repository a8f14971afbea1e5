"""What the events of common formats mean, told by their plain words.

CEF and LEEF carry events of any product. Names, categories and outcomes are the vendor's
own words, and the keys differ; ``cases`` makes one list of cases for one set of keys.
"""

import re
from typing import Final

from midwatch.events.readers import ANY, When

SEVERITIES: Final = {
    **dict.fromkeys(("10", "9", "8", "7", "very-high", "high", "critical"), 1),
    **dict.fromkeys(("6", "5", "4", "medium"), 2),
    **dict.fromkeys(("3", "2", "1", "low"), 3),
    **dict.fromkeys(("0", "informational", "information"), 4),
}

_LOGIN = r"(?:log[ -]?[io]n|logged[ -]?[io]n|sign(?:ed)?[ -]?in|authenticat\w*|\bauth\b|credential\w*|password)"
_FAIL = r"(?:fail\w*|denied|invalid|incorrect|reject\w*|unsuccessful\w*|bad|wrong|not allowed)"
_DONE = r"(?:succe\w+|accepted|allowed|\bok\b)"


def _text(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_FAILED_LOGIN = _text(rf"{_LOGIN}.{{0,60}}{_FAIL}|{_FAIL}.{{0,40}}{_LOGIN}")
_FAILED_LOGIN_SENTENCE = _text(
    r"failed to (?:log|sign) ?[io]n|failed log[ -]?[io]n|failed password|(?:log[ -]?[io]n|authentication) (?:has )?(?:failed|failure|denied)"
    r"|invalid (?:user ?name|password|credentials)|wrong (?:user ?name|password|credentials)"
)
_SUCCESSFUL_LOGIN = _text(
    rf"{_LOGIN}.{{0,40}}{_DONE}|{_DONE}.{{0,40}}{_LOGIN}"
    r"|^(?:user|admin\w*)?.{0,40}(?:signed|logged|logs) ?[io]n\b|^admin accessed"
)
_LOGIN_EVENT = _text(rf"{_LOGIN}")
_LOGOUT = _text(
    r"log(?:ged)?[ -]?(?:out|off)|sign(?:ed)?[ -]?out|session (?:ended|terminated|closed)"
)
_LOCKED = _text(r"lock(?:ed)?[ -]?out|account locked")
_FAILED = _text(r"^(?:/?fail|denied|deny|error|reject|invalid|blocked|false$|0x)")
_SUCCEEDED = _text(r"^/?succ|^allow|^accept|^ok$|^true$")
_MALWARE = _text(
    r"malware|virus|trojan|ransom|spyware|infected|worm\b|eicar|malicious file|riskware"
)
_ATTACKS = (
    r"\bI[DP]S\b|intrusion|exploit|attack|\bthreats?\b|injection|cross.?site|brute.?force|scan\b|"
    r"command.?and.?control|c&c|botnet|signature|violation|anomaly|\bwaf\b|\bdos\b|flood|backdoor|probe"
)
_ATTACK = _text(_ATTACKS)
_BLOCKED = _text(
    r"^(?:block|den[iy]|drop|reject|reset|prevent|quarantin|discard|refus|disconnect|terminat)"
)
_REFUSALS = r"\b(?:blocked|denied|dropped|prevented|rejected|deny|drop|block)\b"
_BLOCKED_NAME = _text(_REFUSALS)
_BLOCKED_ATTACK = _text(rf"^(?=.*(?:{_ATTACKS}))(?=.*{_REFUSALS})")
_PASSED = _text(r"^(?:allow|accept|permit|pass|forward|connect|built|start|open)")
_CLOSED = _text(r"^(?:clos|timeout|end|client-rst|server-rst|teardown)")
_CHANGE = _text(
    r"config\w* (?:change|modif|updat)|(?:settings?|polic(?:y|ies)|rules?) (?:was |were )?(?:changed|modified|edited|updated|deleted|created|added)"
)

_FAILURE = {"category": "authentication", "outcome": "failure", "action": "login"}
_SUCCESS = {"category": "authentication", "outcome": "success", "action": "login"}


def cases(
    *,
    names: tuple[str, ...],
    action: str,
    outcome: str,
    message: str,
    source: str,
    destination: str,
) -> tuple[When, ...]:
    """Cases for the keys that hold the event's names, its action, outcome and so on."""
    return (
        *(
            When({name: _LOCKED}, category="authentication", outcome="failure", action="lockout")
            for name in names
        ),
        *(When({name: _FAILED_LOGIN}, **_FAILURE) for name in names),
        *(
            When({name: _LOGIN_EVENT, key: _FAILED}, **_FAILURE)
            for name in names
            for key in (outcome, action)
        ),
        *(When({name: _LOGOUT}, category="authentication", action="logout") for name in names),
        *(When({name: _SUCCESSFUL_LOGIN}, **_SUCCESS) for name in names),
        *(
            When({name: _LOGIN_EVENT, key: _SUCCEEDED}, **_SUCCESS)
            for name in names
            for key in (outcome, action)
        ),
        When({message: _FAILED_LOGIN_SENTENCE}, **_FAILURE),
        *(When({name: _MALWARE}, category="malware", action="detect") for name in names),
        *(
            When({name: _ATTACK, action: _BLOCKED}, category="ids", action="block")
            for name in names
        ),
        *(When({name: _BLOCKED_ATTACK}, category="ids", action="block") for name in names),
        *(When({name: _ATTACK}, category="ids", action="alert") for name in names),
        *(When({name: _CHANGE}, category="configuration", action="change") for name in names),
        When({"requestMethod": ANY, action: _BLOCKED}, category="web", action="deny"),
        When({"requestMethod": ANY}, category="web", action="request"),
        When({action: _BLOCKED, source: ANY}, category="network", action="block"),
        *(
            When(
                {name: _BLOCKED_NAME, source: ANY, destination: ANY},
                category="network",
                action="block",
            )
            for name in names
        ),
        When({action: _PASSED, source: ANY, destination: ANY}, category="network", action="allow"),
        When({action: _CLOSED, source: ANY, destination: ANY}, category="network", action="close"),
        When({source: ANY, destination: ANY}, category="network"),
    )
