"""macOS's unified log as ``log stream --style syslog`` and log collectors write it.

``[subsystem:category]`` and ``(library)`` stand before the sentence. Covered: loginwindow, authd
and opendirectoryd, screen sharing, sudo, SecurityAgent, the privacy database (TCC), sessions.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_LEAD: Final = (
    r"(?:\((?P<library>[^)]*)\) )?(?:\[(?P<subsystem>[^\]:]*):(?P<log_category>[^\]]*)\] ?)?"
)

SOURCE = Source(
    name="macos",
    title="macOS unified log",
    logsource=Logsource(product="macos"),
    programs=(
        "loginwindow",
        "authd",
        "opendirectoryd",
        "screensharingd",
        "securityagent",
        "securityd",
        "tccd",
        "sessionlogoutd",
        "screensaverengine",
        "authorizationhost",
        "com.apple.authd",
        "coreauthd",
        "localauthentication",
        "securityd_system",
        "securityagenthelper",
        "remotemanagementd",
        "ardagent",
        "xprotect",
        "xprotectservice",
        "xprotectremediator",
        "syspolicyd",
    ),
    marks=("[com.apple.", "com.apple.sessionagent.", "com.apple.sessionDidLogin"),
    claims=True,
    plain_login=False,
    readers=(
        Patterns(
            Pattern(
                rf"{_LEAD}Authentication: FAILED :: User Name: (?P<user>.*?) :: Viewer Address: (?P<src_ip>[^ ]+) :: Type: (?P<auth_method>[^\n]*)",
                service="rdp",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:Failed to authenticate user|Authentication failed for user|failed to authenticate user|Failed to authorize right [^ ]+ for user|Failed to authenticate) ['\"<]?(?P<user>[^'\"> (]*)['\">]?(?: from (?P<src_ip>[^ ]+))?",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}(?:ODRecordVerifyPassword failed|Authentication failed|Verify password failed|INCORRECT|FAILED LOGIN)[^\n]*",
                reason="bad_password",
            ),
            Pattern(
                rf"{_LEAD}.{{0,200}}?(?:Password verification failed|-\[[A-Za-z]+ [A-Za-z:]*\] \| (?:Failed|failed) (?:login|authentication|to verify))[^\n]*",
                reason="bad_password",
            ),
            category="authentication",
            outcome="failure",
            action="login",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}Authentication: SUCCEEDED :: User Name: (?P<user>.*?) :: Viewer Address: (?P<src_ip>[^ ]+) :: Type: (?P<auth_method>[^\n]*)",
                service="rdp",
                action="login",
                outcome="success",
            ),
            Pattern(
                rf"{_LEAD}.{{0,200}}?com\.apple\.(?:sessionagent\.screenIsUnlocked|sessionDidLogin)(?:, with userID:(?P<uid>\d+))?",
                action="login",
                outcome="success",
            ),
            Pattern(
                rf"{_LEAD}.{{0,200}}?(?:com\.apple\.sessionagent\.screenIsLocked|logout is complete)(?:, with userID:(?P<uid>\d+))?",
                action="logout",
            ),
            Pattern(
                rf"{_LEAD}Succeeded authorizing right '(?P<right>[^']*)' by client '(?P<process>[^']*)'[^\n]*",
                action="privilege",
            ),
            Pattern(
                rf"{_LEAD}Failed to authorize right '(?P<right>[^']*)' by client '(?P<process>[^']*)'[^\n]*",
                action="privilege",
            ),
            Pattern(
                rf"{_LEAD}.{{0,100}}?Session (?P<session>\d+) (?P<why>created|destroyed)(?:, uid:(?P<uid>\d+))?"
            ),
            category="authentication",
        ),
        Patterns(
            Pattern(
                rf"{_LEAD}Update Access Record: (?P<tcc_service>[^ ]+) for (?P<process>[^ ]+) to (?P<decision>[A-Za-z ]+?) at ",
                category="configuration",
                action="change",
            ),
            Pattern(
                r"(?:\((?P<library>[^)]*)\) )?\[(?P<subsystem>com\.apple\.[^\]:]*):(?P<log_category>[^\]]*)\] ?(?P<text>[^\n]*)",
                category="system",
            ),
        ),
    ),
)
