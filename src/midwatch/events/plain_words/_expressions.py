"""The phrases, as expressions over lower-case text.

``BY_NOUN`` begins with a noun ("login … failed"), ``BY_VERDICT`` with what went wrong
("invalid password"), ``ABROAD`` is other languages; they are matched where a stem of
their group was found, never searched. Each runs in bounded time from one start: all
repetitions are counted.
"""

from __future__ import annotations

from typing import Final

from midwatch.events.late_expressions import compiled_late

_S: Final = r"[ _.:/-]"
_LOGIN: Final = (
    rf"(?:log{_S}?[io]n|sign{_S}?[io]n|logged[ _-]?[io]n|authenti(?:cation|fication)|authn?"
    r"|authorization)"
)
_NOUNS: Final = rf"(?:{_LOGIN}|passw(?:or)?d|passphrase|credentials?)"
# What follows a noun when the sentence is about machinery and not about an attempt.
_MACHINERY: Final = (
    r"(?![ _-]?(?:s )?(?:method|type|mechanism|module|plugin|scheme|provider|config|setting"
    r"|server|service|backend|header|protocol|polic|url|page|form\b|format|timeout|threshold|limit"
    r"|source|file|length|class|handler|option|parameter|mode\b|level|count|certificat|agent"
    r"|cache|hash|librar|delay|queue|database|daemon|socket|node|manager|store|cleanup|log\b"
    r"|script|role|rule|code\b|required))"
)
# After a failure: not a count of zero, not something that is counted, limited or reported.
_NO_STATISTICS: Final = (
    r"(?!(?:s|[ _]?attempts?|[\w-]{1,24})?[\"']?\s?[:=]\s?[\"']?0\b)"
    r"(?! (?:attempts? )?(?:threshold|limit|count|delay|timeout|polic|lockout|handl|rate\b|log\b"
    r"|logging|action|notif|alert|event))"
)
_QUOTED: Final = (
    r"\"[^\"]{0,128}\"|'[^']{0,128}'|“[^”]{0,128}”|<[^>]{0,128}>|\[[^\]]{0,128}\]|\([^)]{0,128}\)"
)
_LINKS: Final = (
    "for from by of with via on to at into using as user account username name client host ip"
    " address"
)
_AFTER_LINK: Final = "|".join(rf"(?<={link} )[^ ,;]{{1,128}}" for link in _LINKS.split())
_FILL: Final = (
    rf"(?:{_S}{{1,2}}(?:attempts?|requests?|tr(?:y|ies)|in|through|the|an?|your|this|admin"
    r"|id|ha[sd]|have|been|was|were|is|are|be|process|check|verification|validation"
    r"|web|gui|cli|webui|console|administration|interface|portal|panel|service|server|ssh|vpn"
    rf"|{'|'.join(_LINKS.split())}|{_QUOTED}|{_AFTER_LINK}))"
)
_FAILED: Final = (
    r"(?:fail(?:ed|ure|ures|s)?|errors?|denied|rejected|refused|unsuccessful|incorrect|invalid"
    r"|wrong|declined|blocked|rate[- ]limited|throttled|unauthorized"
    r"|not (?:successful|allowed|permitted|accepted|authori[sz]ed)"
    r"|mismatch|fehlgeschlagen|abgelehnt|verweigert|gescheitert|mislukt|fallid[oa]|denegad[oa]"
    r"|fallit[oa]|non riuscit[oa]|non valid[ae]|errat[ae]|échoué\w*|echoue\w*)\b"
    r"(?! to (?:load|start|init|open|read|write|parse|create|connect|bind|send|compile|find|be ))"
    rf"{_NO_STATISTICS}"
)
_PROOF: Final = (
    r"(?:passw(?:or)?ds?|passphrase|passcode|pass|pins?\b|pwd|credentials?|log[- ]?[io]n|totp|otp"
    r"|2fa|mfa"
    r"|(?:admin|auth\w*|access|login|bearer|api|session|security|totp|otp|verification|one-time"
    r"|two-factor|second factor|2fa|mfa|recovery) (?:tokens?|codes?|keys?))"
)
_ID: Final = (
    r"(?:user ?-?names?|user ?ids?|users?|log[ -]?[io]n|accounts?|e-?mails?|ids?|identit(?:y|ies))"
)
_WRONG: Final = r"(?:invalid|incorrect|wrong|bad|unknown|mismatched|erroneous|unrecogni[sz]ed)"
_NO_SUCH: Final = (
    r"(?:not[ _]found|does[ _]not[ _]exist|doesn't[ _]exist|not[ _]exist|not known|unknown"
    r"|not registered)"
)
_ACTIVE: Final = r"(?:(?:has been|is|was|been|temporarily|now|currently) ){0,3}"

BY_NOUN: Final = compiled_late(
    # login failed; authentication of user x was rejected
    rf"(?<![a-z]){_NOUNS}{_MACHINERY}s?(?:{_FILL}){{0,7}}{_S}{{1,4}}{_FAILED}"
    # LOGIN_ERROR, authFail, user.login.failed
    rf"|{_LOGIN}{_S}?(?:attempt)?{_S}?(?:fail|err(?:or)?\b|denied|rejected|invalid|refused"
    rf"|unsuccessful|ko\b)(?!\w* to ){_NO_STATISTICS}"
    # user name or password is incorrect; password mismatch; credentials did not match
    r"|(?:passw(?:or)?ds?|passphrase|passcode|credentials?|totp|otp|2fa code|login|username"
    r"|user name|user_credentials)(?: (?:for|of) (?:user )?[^ ,;]{1,128})?"
    r"[ _:](?:(?:is|are|was|were|has|given|provided|supplied|entered|you|code|do|did|does|check"
    r"|verification|validation) ){0,3}"
    r"(?:incorrect|invalid|wrong|not valid|not correct|not match|mismatch"
    r"|didn't match|doesn't match|rejected"
    r"|not accepted)"
    # access denied for user x; login not allowed
    r"|access denied (?:for|to) (?:user|account|login|'|\")|access denied \(using password"
    r"|login (?:is )?not (?:allowed|permitted)"
    # user x not found
    r"|(?P<unknown>(?:user|account|login|username|identity|email)[ _:](?:[^ ,;]{1,128} ){0,2}?"
    rf"(?:address |was |is |has |name ){{0,2}}{_NO_SUCH})"
    # account x is locked
    r"|(?P<locked>(?:account|user|login)\b[ _](?:[^ ,;]{1,64} ){0,3}?"
    rf"{_ACTIVE}(?:locked|banned)\b)"
)
BY_VERDICT: Final = compiled_late(
    # failed login; invalid sign-in attempt; unsuccessful ssh authentication
    r"(?<!\w)(?:failed|failure|failing|unsuccessful|invalid|bad|incorrect|wrong|illegal|rejected|blocked"
    rf"|denied|refused|unauthori[sz]ed|fail){_S}{{1,2}}"
    r"(?:(?!to |for |from |while |because |due |in |on |as |of |at |by )[\w./@()'\"-]{1,40} ){0,2}"
    rf"{_NOUNS}{_MACHINERY}(?![a-z]{{4}}){_NO_STATISTICS}"
    # failed_login, FailedLogin, fail.user.login
    r"|(?:failed|fail|invalid|bad|denied|unsuccessful|failure)"
    rf"{_S}?(?:user|admin|customer)?{_S}?(?:{_LOGIN}|passw(?:or)?d|credentials)\b{_MACHINERY}"
    rf"{_NO_STATISTICS}"
    # wrong user name or password; bad password; invalid TOTP code
    rf"|(?<![\w]){_WRONG}[ _](?:(?:the|[\w./-]{{1,24}}) )?(?:{_ID})?"
    r"(?: ?(?:and/or|and|or|/|,|&|\\|:) ?)?"
    rf"(?:(?:or|and|the|{_WRONG}) ){{0,2}}{_PROOF}{_MACHINERY}(?![a-z]{{2}})"
    rf"|{_WRONG} (?:token|code)(?: was)?(?: provided| given| entered| supplied)?"
    r" (?:for|by) (?:user|account)"
    # could not authenticate; failed to log in
    r"|(?:could not|couldn't|cannot|can't|can not|unable to|failed to|fail to|failure to|did not"
    r"|fails to) (?:be )?(?:successfully )?"
    r"(?:authenticated?|log[ -]?[io]n|sign[ -]?[io]n"
    r"|(?:validate|verify|check) (?:the )?"
    r"(?:user|passw(?:or)?d|credentials?|login|identity|t?otp))\b"
    r"(?! (?:with|to|against|at|via) (?:the )?(?:[\w.-]{1,64} )?(?:server|upstream|relay|smarthost"
    r"|api|registry|repository|directory|controller|broker|peer|gateway|cloud|endpoint|proxy))"
    r"|not (?:allowed|permitted|authori[sz]ed) to (?:log|sign)[ -]?[io]n"
    # brute force
    rf"|(?P<brute>brute[ -]?force (?:attempt|attack|{_LOGIN}))"
    r"|unauthori[sz]ed user (?:is |was )?(?:attempting|tried|trying)"
    # unknown user x
    r"|(?P<unknown>(?:unknown|no such|nonexist\w{1,8}|non-exist\w{1,8}|invalid|illegal"
    rf"|unrecogni[sz]ed|unregistered)[ _]{_ID}(?! agent|[ -]?mode|[ -]?data|[ -]?space))"
    # locked out
    r"|(?P<locked>(?<!un)locked (?:out\b|user\b|account\b)|account_?locked|lockedout"
    rf"|too many(?: \w{{1,24}}){{0,2}} (?:{_LOGIN}|password|credential)"
    rf"|max(?:imum)?(?: number of)?(?: \w{{1,24}}){{0,2}} (?:{_LOGIN}|password)"
    r"(?: \w{1,24}){0,2} "
    r"(?:exceeded|reached))"
)
ABROAD: Final = compiled_late(
    r"(?:anmelde|anmeldung|authentifizierung|passwortpr)[\wäöüß-]{0,24}(?: [^ ,;]{1,128}){0,5}? "
    r"(?:fehlgeschlagen|abgelehnt|verweigert|gescheitert|nicht möglich|ungültig|fehler)"
    r"|(?:fehlgeschlagene|ungültige|gescheiterte|falsche|erfolglose|fehlerhafte)[rsn]? "
    r"(?:[\w-]{1,32} ){0,2}?(?:anmelde|anmeldung|login|passw|kennw|benutzer|zugangs|authentifi)"
    r"|(?:passwort|kennwort|benutzername|zugangsdaten)(?: [^ ,;]{1,128}){0,4}? "
    r"(?:falsch|ungültig|inkorrekt|fehlerhaft)"
    r"|(?:échec|echec|erreur)s? (?:de |d['\u2019])(?:la |l['\u2019]|tentative de )?"
    r"(?:connexion|authentification|identification|ouverture|login)"
    r"|(?:tentative de )?(?:connexion|authentification|identification)(?: [^ ,;]{1,128}){0,4}? "
    r"(?:échou|echou|refusée|incorrect|invalide|infructueu)"
    r"|(?:mots? de passe|identifiants?|nom d['\u2019]utilisateur)(?: [^ ,;]{1,128}){0,5}? "
    r"(?:incorrect|invalide|erron|inconnu)|mauvais mot de passe"
    r"|(?:inicio de sesi[oó]n|autenticaci[oó]n|acceso)(?: [^ ,;]{1,128}){0,4}? "
    r"(?:fallid|err[oó]ne|denegad|incorrect|inv[aá]lid|no exitos)"
    r"|(?:contraseña|clave|usuario|credenciales)(?: [^ ,;]{1,128}){0,4}? "
    r"(?:incorrect|inv[aá]lid|err[oó]ne)"
    r"|(?:error|fallo) (?:de|en) (?:la |el )?(?:autenticaci[oó]n|inicio de sesi[oó]n|acceso)"
    r"|intentos? (?:[^ ,;]{1,128} ){0,4}?fallid"
    r"|(?:accesso|autenticazione|tentativ\w di \w{1,24})(?: [^ ,;]{1,128}){0,3}? "
    r"(?:fallit|negat|non riuscit)|credenziali(?: [^ ,;]{1,128}){0,3}? (?:errat|non valid)"
    r"|mislukte (?:login|aanmeld|inlog)"
    r"|(?:aanmelding|inloggen|inlogpoging)(?: [^ ,;]{1,128}){0,4}? mislukt"
    r"|(?:wachtwoord|gebruikersnaam)(?: [^ ,;]{1,128}){0,4}? (?:onjuist|ongeldig|verkeerd)"
    r"|(?:falha|erro) (?:de|na|no|ao) (?:fazer )?(?:login|autentica|senha)"
    r"|senha(?: [^ ,;]{1,128}){0,2}? (?:incorreta|inválida|errada)"
    r"|nieudan\w{1,3} (?:prób\w )?logowani|błędn\w{1,3} (?:hasł|login)"
)

NEGATIONS: Final = (
    "reset", "threshold", "limit", "counter", "lockout",
    "if ", "when", "in case", "unless", " be ", "previous", "last ", "after ", "logging",
    " on fail",
    " of fail", " for fail", "abled", "configured", "unlock", "unblock", "unban", "expire",
    "changed", "updated", "created", "deleted", "failed to ", "failure to ",
)  # fmt: skip
"""One of these stands in every text that ``NO_FAILURE`` is about."""

NO_BEFORE: Final = compiled_late(
    r"\b(?:no|zero|without|without any|never|0) (?:[\w-]{1,32} ){0,2}$"
)
"""Directly before a failure this denies it."""

NO_FAILURE: Final = compiled_late(
    r"\breset(?:ting)? (?:the )?(?:[\w']{1,32} )?(?:failed|login|auth|bad)"
    r"|(?:threshold|limit|counter?|lockout)s? (?:[\w-]{1,32} ){0,4}?"
    r"(?:set|reset|changed|cleared|configured|updated|enabled|disabled)\b"
    r"|\b(?:if|when|whenever|in case|unless) (?:the |a |an )?(?:[\w-]{1,32} )?"
    r"(?:login|auth|password|log in|user)"
    r"|(?:will|would|should|may|must|can) (?:then )?be "
    r"(?:locked|blocked|denied|rejected|banned|logged)"
    r"|\b(?:previous|last) (?:failed|unsuccessful|login)|since (?:the )?last successful"
    r"|\bafter \d{1,6} (?:failed|unsuccessful|wrong|invalid|bad)"
    r"|\b(?:log|record|report|alert|notif|monitor|track|audit)[a-z]{0,8}(?: \w{1,24})? "
    r"(?:of|on|for) "
    r"(?:\w{1,24} )?(?:failed|failure|invalid)"
    r"|(?:failed|invalid|failure)[\w -]{0,40} (?:enabled|disabled|configured)\b"
    r"|\bun(?:locked|blocked|banned)\b|\bunlock(?:ing)? "
    r"|\b(?:password|credentials?|account|user)s? (?:[^ ,;]{1,64} ){0,3}?"
    r"(?:will expire|expires|was changed|changed|updated|was reset|created|deleted)\b"
    r"|fail(?:ed|ure) to (?:load|parse|read|open|initiali[sz]e|start|create|write|send|bind|compile"
    r"|register) "
)

_SUCCESS_TAIL: Final = (
    r"(?:success\w{0,5}|succeeded|accepted|granted|ok|approved|allowed|permitted)\b"
)
SUCCESS: Final = compiled_late(
    r"(?<!\w)(?:successful|successfully|success|succeeded|accepted|granted|valid)[ _.:-]{1,2}"
    r"(?:(?!to |for |from )[\w./@-]{1,40} ){0,2}"
    rf"(?:{_LOGIN}|logged|signed in|password|publickey|credentials|authenticated)\b"
    rf"|(?:{_LOGIN}|password){_MACHINERY}(?:{_FILL}){{0,7}}{_S}{{1,4}}(?:\w{{1,32}} )??"
    rf"{_SUCCESS_TAIL}"
    rf"|{_LOGIN}{_S}?(?:success|ok\b|succeeded)"
    r"|(?<!not )(?<!never )(?<!last )(?<!already )(?<!be )(?<!currently )(?<!isn't )"
    r"(?:logged|signed)[ -]?(?:in|on)\b(?! users?\b)"
    r"|session opened for user|access granted (?:for|to) (?:user|account|')"
    r"|(?<!not )(?<!un)(?<!be )authenticated (?:successfully|as (?:user )?[^ ,;]{1,64})"
    r"|anmeldung(?: [^ ,;]{1,64}){0,4}? erfolgreich|connexion(?: [^ ,;]{1,64}){0,4}? réussie"
)
NO_SUCCESS: Final = compiled_late(
    r"\bnot (?:been )?(?:logged|success|authenticated|accepted|granted)|\bmust (?:be )?log"
    r"|\blast (?:login|successful)|login (?:page|form|url|screen|banner|grace)"
    r"|\b(?:no|number of) (?:\w{1,24} )?(?:logged|users?)|unsuccess|\bfail"
    r"|requests? (?:was |were )?success"
)

BLOCK: Final = compiled_late(
    r"\b(?:connections?|packets?|traffic|access|requests?|sessions?|flow|inbound|outbound|incoming"
    r"|outgoing|ip|tcp|udp|icmp)\b(?: [^ ,;]{1,128}){0,6}? (?:(?:was|is|has|been|were|are) ){0,2}"
    r"(?:blocked|denied|dropped|rejected|discarded|prevented)\b"
    r"|\b(?:block|blocked|deny|denied|drop|dropped|reject|rejected|discard(?:ed)?|blocking"
    r"|dropping)[ :_-]{1,2}(?:[\w-]{1,32} ){0,2}?(?:connections?|packets?|traffic|inbound|outbound"
    r"|incoming|outgoing|tcp|udp|icmp|ip|access from|src=|request from"
    r"|by (?:acl|rule|policy|firewall))\b"
)
NO_BLOCK: Final = compiled_late(
    r"\b(?:not|no|0|zero)[ -](?:been )?(?:block|drop|denied|reject)|\bunblock|dropped[:=] ?0"
    r"|table|removed|expired|buffer|queue"
)
EVIL: Final = compiled_late(
    r"\b(?:virus|malware|trojan|infection|ransomware|threat|spyware|rootkit|eicar\w{0,24}"
    r"|suspicious file|infected (?:file|object|item)s?)\b(?: [^;]{1,60}?)??[ :=-]{1,3}"
    r"(?:was |is |has been |been |were ){0,2}"
    r"(?:found|detected|identified|blocked|removed|quarantined|cleaned|deleted)\b"
    r"|\b(?:found|detected|blocked|removed|quarantined|cleaned|discovered)(?: an?| the| \d{1,6})?"
    r"(?: [\w-]{1,32})? (?:virus|malware|trojan|ransomware|threat|spyware|rootkit|infect)"
    r"|\b(?:is )?infected (?:with|by)\b|\bis infected\b"
    r"|\bvirus[ _](?:found|detected|infected|alert)\b"
)
NO_EVIL: Final = compiled_late(
    r"\b(?:no|0|zero|without|not) (?:\w{1,24} )?(?:virus|malware|threat|infect|trojan|spyware)"
    r"|(?:virus|malware|threat|infect)\w{0,8}[ :=]{1,3}(?:not |no |none|0\b)"
    r"|definition|database|signature (?:update|version)|engine|protection (?:enabled|disabled|is)"
    r"|scan (?:started|completed)"
)
PORT_SCAN: Final = compiled_late(r"\bport[ _-]?scan|\bsyn[ -]?flood\b")
ATTACK: Final = compiled_late(
    r"\b(?:intrusion|attack|exploit|injection|traversal|flood)[a-z]{0,8}\b(?: [^ ,;]{1,64}){0,4}? "
    r"(?:was |is )?(?:detected|blocked|attempt|prevented|found|dropped)"
    r"|\b(?:detected|blocked|possible|prevented|found)(?: an?| the)?(?: [\w-]{1,32}){0,3}? "
    r"(?:intrusion|attack|exploit|injection|traversal|flood)\b"
)
NO_ATTACK: Final = compiled_late(
    r"\b(?:no|0|zero) (?:\w{1,24} ){0,2}?(?:attack|intrusion|exploit|scan)|enabled|disabled"
    r"|definition|update"
)

PASSWORD_CHANGED: Final = compiled_late(
    r"\bpass(?:word|wd)(?: (?:for|of) [^ ,;]{1,64}(?: [^ ,;]{1,64})?)?"
    r"(?: (?:was|has been|is|been|successfully)){0,3} (?:changed|reset|updated)\b"
    r"|\b(?:changed|reset|updated) (?:the )?(?:[^ ,;]{1,64} )?pass(?:word|wd)\b"
    r"|\bpassword[_. -]?(?:changed|resetted|reset)\b"
)
ACCOUNT_CHANGED: Final = compiled_late(
    r"\b(?:user|account)(?: account)?(?: [^ ,;]{1,64})?(?: \([^)]{1,80}\))?"
    r"(?: (?:was|has been|is|been|successfully)){0,3} "
    r"(?:created|added|deleted|removed|disabled|enabled|unlocked)\b"
    r"|\b(?:created|added|deleted|removed|disabled|enabled) (?:new |the )?(?:user|account)\b"
    r"|\bnew user:|\buser[_.](?:create|delete|remove|add)d?\b"
)
LOG_CLEARED: Final = compiled_late(
    r"\b(?:event |audit |security )?log (?:file )?(?:was |has been )?(?:cleared|erased|wiped)\b"
)
CONFIGURATION_CHANGED: Final = compiled_late(
    r"\b(?:configuration|config|settings?)(?: [^ ,;]{1,64}){0,3}? (?:was |were |has been |been )?"
    r"(?:changed|modified|updated|saved)\b"
    r"|\b(?:changed|modified|updated|saved) (?:the )?(?:\w{1,32} )?"
    r"(?:configuration|config|settings)\b"
)
NO_CHANGE: Final = compiled_late(
    r"\b(?:fail|not|unable|error|cannot|could not|denied|invalid|must|should|please)"
)

LOGIN_CONTEXT: Final = compiled_late(
    rf"{_LOGIN}|passw|credential|\bfrom\b|ssh|vpn|attempt|access denied|authenticat|\brhost"
    r"|kerberos|supplied|tried to"
)
REASONS: Final = (
    (
        "invalid_user",
        ("user", "account", "name", "email"),
        compiled_late(
            r"(?:unknown|no such|non-?exist[a-z]{0,4}|illegal|unregistered|invalid)"
            r"[ _](?:user|account|login name|email|username)"
            r"(?![ -]?(?:name)?s?(?:,|(?: ?(?:or|and|/)|_cred)))"
            r"|(?:user|account|name|email|login)[^ ]{0,64}(?: [^ ]{1,64}){0,3}?[ _]"
            r"(?:not[ _]found|does[ _]not[ _]exist|doesn't[ _]exist|not known|not[ _]exist|unknown"
            r"|not registered)"
            r"|usernotfound|could not find (?:a )?(?:login|user)"
        ),
    ),
    (
        "mfa",
        ("2fa", "mfa", "otp", "factor", "one-time", "one time", "webauthn", "u2f", "duo",
         "verification code", "passcode"),
        compiled_late(
            r"(?<!password, )(?<!password or )(?<!password and )\b(?:2fa|mfa|t?otp|two[ -]?factor"
            r"|second[ -]factor|one[ -]time|webauthn|u2f|duo|verification code|passcode)\b"
        ),
    ),
    (
        "locked",
        ("locked", "banned", "too many", "max", "lockout"),
        compiled_late(
            r"(?<!un)locked|banned|too many|max(?:imum)?(?: \w{1,24}){0,3} attempts|lockout"
        ),
    ),
    (
        "disabled",
        ("disabled", "inactive", "deactivated", "suspended"),
        compiled_late(
            r"\b(?:account|user|login)\b(?: [^ ]{1,64}){0,3}? "
            r"(?:disabled|inactive|deactivated|suspended)"
        ),
    ),
    ("expired", ("expired",), compiled_late(r"\bexpired\b")),
    (
        "not_allowed",
        ("not allowed", "not permitted", "not author", "denied by"),
        compiled_late(r"not allowed|not permitted|not authori[sz]ed|denied by"),
    ),
    (
        "bad_password",
        ("pass", "key mismatch"),
        compiled_late(
            r"(?:wrong|bad|invalid|incorrect)[ _-](?:user )?pass(?:word|wd|phrase)\b"
            r"|(?<!name or )(?<!name and )(?<!name/)(?<!user or )(?<!email or )\bpassword "
            r"(?:[^ ]{1,64} ){0,3}?(?:mismatch|incorrect|wrong|not match|invalid|not valid)"
            r"|password[ _]mismatch|key mismatch|wrongpass|falsches passwort"
        ),
    ),
)  # fmt: skip
"""Reason, words of which one must stand in the text, expression."""

SERVICES: Final = {
    service: words.split()
    for service, words in (
        ("ssh", "ssh sshd sftp scp"),
        ("vpn", "vpn openvpn sslvpn ipsec ike ikev2 l2tp pptp wireguard globalprotect anyconnect"),
        ("mail", "imap imaps imap4 pop3 pop3s smtp smtps sasl webmail"),
        ("ftp", "ftp ftps ftpd"),
        ("rdp", "rdp"),
        ("smb", "smb cifs samba"),
        ("ldap", "ldap ldaps"),
        ("sip", "sip"),
        ("database", "mysql mariadb postgres postgresql mssql mongodb oracle redis database"),
        ("admin", "webui webgui gui console management telnet"),
        ("web", "http https web"),
    )
}
