"""OpenSSH's server, ``sshd``, as syslog and journald carry it, versions 4 to 10.

User names are the attacker's choice and may hold blanks: `` from 192.0.2.9 port 22``
within one must not become the address. So the last `` from `` wins wherever sshd's
sentence ends after the address. What the PAM modules write under sshd's tag is read by
the source ``pam``.

``Disconnected from authenticating user x`` and its kin count as failed logins: a name
was offered and the session ended before it was accepted. ``Connection closed by
192.0.2.1 [preauth]`` does not: older versions write it for mere scans, too.

Example:
    >>> from midwatch.events.sources.openssh.source import SOURCE
    >>> form, values = SOURCE.readers[0].read("Invalid user eve from 192.0.2.1 port 40022")
    >>> dict(zip(form.names, values))["src_ip"], form.constants["outcome"]
    ('192.0.2.1', 'failure')
"""

from __future__ import annotations

from typing import Final

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Carry, Source

_PORT: Final = r"(?: port (?P<src_port>\d+))?"
_FROM: Final = rf"from (?P<src_ip>[^ ]{{1,255}}){_PORT}"
_END: Final = r"(?: ssh[12])?(?: \[preauth\])? *$"
_KEY: Final = (
    r"(?: ssh2)?: (?P<key_type>[A-Za-z0-9@.-]+) (?P<key_fingerprint>[^ ]+)"
    r"(?: ID [^ ]* \(serial \d+\) CA [^ ]+ [^ ]+)? *$"
)
_WHOM: Final = r"(?P<user>.*) (?P<src_ip>[^ ]{1,255}) port (?P<src_port>\d+)"
_LISTENER: Final = r"(?P<pid>(?!))?"
"""A group that never holds anything: the listening process has one pid for all sessions,
so nothing may be carried from one of its lines to the next."""

_FAILED_LOGINS: Final = Patterns(
    Pattern(
        rf"Failed password for invalid user (?P<user>.*) {_FROM}{_END}",
        auth_method="password",
        reason="invalid_user",
    ),
    Pattern(
        rf"Failed password for (?P<user>.*) {_FROM}{_END}",
        auth_method="password",
        reason="bad_password",
    ),
    Pattern(rf"Invalid user (?P<user>.*) {_FROM}{_END}", reason="invalid_user"),
    Pattern(rf"Invalid user {_FROM}{_END}", reason="invalid_user"),
    Pattern(rf"Disconnected from authenticating user {_WHOM}{_END}"),
    Pattern(rf"Disconnected from invalid user {_WHOM}{_END}", reason="invalid_user"),
    Pattern(rf"Connection [cr][a-z]+ by authenticating user {_WHOM}{_END}"),
    Pattern(rf"Connection [cr][a-z]+ by invalid user {_WHOM}{_END}", reason="invalid_user"),
    Pattern(
        rf"Failed (?P<auth_method>[^ ]+) for (?:invalid user |illegal user |<invalid username>)(?P<user>.*?) ?{_FROM}{_END}",
        reason="invalid_user",
    ),
    Pattern(rf"Failed (?P<auth_method>[^ ]+) for (?P<user>.*) {_FROM}{_END}"),
    Pattern(
        rf"Failed (?P<auth_method>[^ ]+) for invalid user (?P<user>.*) {_FROM}{_KEY}",
        reason="invalid_user",
    ),
    Pattern(rf"Failed (?P<auth_method>[^ ]+) for (?P<user>.*) {_FROM}{_KEY}"),
    Pattern(
        rf"Failed (?P<auth_method>[^ ]+) for invalid user (?P<user>[^ ]*) {_FROM}",
        reason="invalid_user",
    ),
    Pattern(rf"Failed (?P<auth_method>[^ ]+) for (?P<user>[^ ]*) {_FROM}"),
    Pattern(rf"Illegal user (?P<user>.*) {_FROM}{_END}", reason="invalid_user"),
    Pattern(
        rf"error: maximum authentication attempts exceeded for invalid user (?P<user>.*) {_FROM}{_END}",
        reason="invalid_user",
    ),
    Pattern(
        rf"error: maximum authentication attempts exceeded for (?P<user>.*) {_FROM}{_END}",
        reason="rate_limit",
    ),
    Pattern(
        rf"maximum authentication attempts exceeded for (?:invalid user )?(?P<user>.*) {_FROM}{_END}",
        reason="rate_limit",
    ),
    Pattern(
        rf"Disconnecting (?:authenticating|invalid) user {_WHOM}: (?:Too many authentication failures|Change of username or service not allowed)",
        reason="rate_limit",
    ),
    Pattern(
        r"Disconnecting: Too many authentication failures for (?P<user>.*[^ ])"
        r"(?: \[preauth\]| from (?P<src_ip>[^ ]{1,255}) port (?P<src_port>\d+) ssh2) *$",
        reason="rate_limit",
    ),
    Pattern(
        r"fatal: Too many authentication failures(?: for (?P<user>[^\[\n]*[^ \[\n]))?",
        reason="rate_limit",
    ),
    Pattern(
        r"Disconnecting: Too many authentication failures(?: for (?P<user>[^ ]+))?",
        reason="rate_limit",
    ),
    Pattern(
        r"User (?P<user>.*) from (?P<src_ip>[^ ]{1,255}) not allowed because (?P<why>account .*)",
        reason="locked",
    ),
    Pattern(
        r"User (?P<user>.*) from (?P<src_ip>[^ ]{1,255}) not allowed because (?P<why>[^\n]+)",
        reason="not_allowed",
    ),
    Pattern(r"User (?P<user>.*) not allowed because account is locked", reason="locked"),
    Pattern(r"User (?P<user>.*) not allowed because (?P<why>[^\n]+)", reason="not_allowed"),
    Pattern(
        r"error: PAM: User not known to the underlying authentication module for (?:illegal user |invalid user )?"
        r"(?P<user>.*) from (?P<src_ip>[^ ]{1,255})(?: via [^ ]+)? *$",
        reason="invalid_user",
    ),
    Pattern(
        r"error: PAM: (?P<why>[A-Za-z' -]{1,80}?) for (?:illegal|invalid) user (?P<user>.*) from (?P<src_ip>[^ ]{1,255})(?: via [^ ]+)? *$",
        reason="invalid_user",
    ),
    Pattern(
        r"error: PAM: (?P<why>[A-Za-z ]{0,60}expired[A-Za-z ]{0,60}) for (?P<user>.*) from (?P<src_ip>[^ ]{1,255})(?: via [^ ]+)? *$",
        reason="expired",
    ),
    Pattern(
        r"error: PAM: (?P<why>[A-Za-z' -]{1,80}?) for (?P<user>.*) from (?P<src_ip>[^ ]{1,255})(?: via [^ ]+)? *$",
        reason="bad_password",
    ),
    Pattern(
        r"fatal: Access denied for user (?P<user>.*) by PAM account configuration",
        reason="not_allowed",
    ),
    Pattern(
        rf"ROOT LOGIN REFUSED FROM (?P<src_ip>[^ ]{{1,255}}){_PORT}",
        user="root",
        reason="not_allowed",
    ),
    Pattern(
        r"Authentication tried for (?P<user>.*) with correct key but not from a permitted host "
        r"\(host=(?P<src_host>[^ ,]*), ip=(?P<src_ip>[^ ,)]+)",
        auth_method="publickey",
        reason="not_allowed",
    ),
    Pattern(
        rf"fatal: Timeout before authentication for (?P<src_ip>[^ ]{{1,255}}){_PORT}",
        reason="timeout",
    ),
    Pattern(
        r"Timeout before authentication for connection from (?P<src_ip>[^ ]{1,255}) to (?P<dst_ip>[^ ,]+)(?:, pid = (?P<pid>\d+))?",
        reason="timeout",
    ),
    Pattern(
        rf"Received disconnect {_FROM}: ?\d+: ?(?P<why>(?:[^\n]*: ?)?Auth (?:fail|cancel)[a-z]*)",
        reason="bad_password",
    ),
    Pattern(
        rf"error: Received disconnect {_FROM}: ?\d+: ?(?P<why>(?:[^\n]*: ?)?Auth (?:fail|cancel)[a-z]*)",
        reason="bad_password",
    ),
    Pattern(
        rf"Received disconnect {_FROM}: ?14: ?(?P<why>No (?:supported )?authentication methods available)",
        reason="not_allowed",
    ),
    Pattern(
        rf"error: Received disconnect {_FROM}: ?14: ?(?P<why>No (?:supported )?authentication methods available)",
        reason="not_allowed",
    ),
    Pattern(
        rf"Magic value check failed \(\d+\) on obfuscated handshake {_FROM}", reason="malformed"
    ),
    Pattern(
        r"Disconnecting: Change of username or service not allowed: \((?P<user>[^,)]*),",
        reason="not_allowed",
    ),
    Pattern(r"User (?P<user>[^,]*), coming from (?P<src>[^,]*), - authentication failed"),
    category="authentication",
    outcome="failure",
    action="login",
)

_LOGINS: Final = Patterns(
    Pattern(rf"Accepted (?P<auth_method>[^ ]+) for (?P<user>.*) {_FROM}{_END}"),
    Pattern(rf"Accepted (?P<auth_method>[^ ]+) for (?P<user>.*) {_FROM}{_KEY}"),
    Pattern(rf"Accepted (?P<auth_method>[^ ]+) for (?P<user>[^ ]*) {_FROM}"),
    category="authentication",
    outcome="success",
    action="login",
)

_SESSIONS: Final = Patterns(
    Pattern(rf"Disconnected from user {_WHOM}{_END}", action="logout"),
    Pattern(rf"Close session: user (?P<user>.*) {_FROM} id (?P<session_id>\d+)", action="logout"),
    Pattern(
        rf"Starting session: (?P<session_type>.*) for (?P<user>[^ ]+) {_FROM}(?: id (?P<session_id>\d+))?",
    ),
    Pattern(rf"Postponed (?P<auth_method>[^ ]+) for (?:invalid user )?(?P<user>.*) {_FROM}{_END}"),
    Pattern(rf"Partial (?P<auth_method>[^ ]+) for (?:invalid user )?(?P<user>.*) {_FROM}"),
    Pattern(
        r"input_userauth_request: (?:invalid|illegal) user (?P<user>.*?)(?: \[preauth\])?$",
        reason="invalid_user",
    ),
    Pattern(r"User child is on pid (?P<child_pid>\d+)"),
    Pattern(r"Authentication refused: (?P<why>[^\n]+)", reason="not_allowed"),
    Pattern(r"Transferred: sent (?P<bytes_out>\d+), received (?P<bytes_in>\d+) bytes"),
    Pattern(r"subsystem request for (?P<subsystem>[^ ]+)(?: by user (?P<user>.*))?"),
    category="authentication",
)

_CONNECTIONS: Final = Patterns(
    Pattern(rf"Connection closed by (?P<src_ip>[^ ]{{1,255}}){_PORT}{_END}", action="close"),
    Pattern(rf"Connection reset by (?P<src_ip>[^ ]{{1,255}}){_PORT}{_END}", action="close"),
    Pattern(rf"Connection [cr][a-z]+ by user {_WHOM}{_END}", action="close"),
    Pattern(rf"Disconnected {_FROM}{_END}", action="close"),
    Pattern(rf"Received disconnect {_FROM}: ?(?P<code>\d+): ?(?P<why>.*)", action="close"),
    Pattern(rf"error: Received disconnect {_FROM}: ?(?P<code>\d+): ?(?P<why>.*)", action="close"),
    Pattern(rf"Connection {_FROM} on (?P<dst_ip>[^ ]+) port (?P<dst_port>\d+)", action="connect"),
    Pattern(rf"Connection {_FROM}{_END}", action="connect"),
    Pattern(rf"Did not receive identification string {_FROM}", action="scan", reason="malformed"),
    Pattern(
        rf"Bad protocol version identification '(?P<sent>.*)' {_FROM} *$",
        action="scan",
        reason="malformed",
    ),
    Pattern(r"kex_exchange_identification: (?P<why>.*)", action="scan", reason="malformed"),
    Pattern(r"error: kex_exchange_identification: (?P<why>.*)", action="scan", reason="malformed"),
    Pattern(
        rf"banner exchange: Connection {_FROM}: (?P<why>.*)",
        action="scan",
        reason="malformed",
    ),
    Pattern(
        rf"error: send_error: banner exchange: Connection {_FROM}: (?P<why>.*)",
        action="scan",
        reason="malformed",
    ),
    Pattern(
        rf"Unable to negotiate with (?P<src_ip>[^ :]+|[0-9A-Fa-f:.]+){_PORT}: (?P<why>no matching [^.]*)(?:\. Their offer: (?P<offer>[^ ]*))?",
        action="scan",
        reason="not_allowed",
    ),
    Pattern(
        rf"fatal: Unable to negotiate with (?P<src_ip>[^ :]+|[0-9A-Fa-f:.]+){_PORT}: (?P<why>no matching [^.]*)(?:\. Their offer: (?P<offer>[^ ]*))?",
        action="scan",
        reason="not_allowed",
    ),
    Pattern(
        r"fatal: (?P<why>Unable to negotiate a [^\[]*|no matching [^\[]*)",
        action="scan",
        reason="not_allowed",
    ),
    Pattern(
        rf"ssh[a-z_]+: Connection (?:from )?(?:authenticating user |invalid user |user )?(?:(?P<user>[^ ]+) )??(?P<src_ip>[0-9A-Fa-f:.]+){_PORT}: (?P<why>[^\[\n]*)",
        action="close",
        reason="malformed",
    ),
    Pattern(
        rf"fatal: ssh[a-z_]+: Connection (?:from )?(?:authenticating user |invalid user |user )?(?:(?P<user>[^ ]+) )??(?P<src_ip>[0-9A-Fa-f:.]+){_PORT}: (?P<why>[^\[\n]*)",
        action="close",
        reason="malformed",
    ),
    Pattern(
        r"refused connect from (?P<src_host>.*) \((?P<src_ip>[^ ()]+)\) *$",
        action="block",
        reason="not_allowed",
    ),
    Pattern(
        r"refused connect from (?P<src_ip>[^ ]{1,255}) *$", action="block", reason="not_allowed"
    ),
    Pattern(
        rf"drop connection #\d+ from (?P<src>\[[^\]]+\]:\d+) on (?P<dst>\[[^\]]+\]:\d+) (?P<why>[^\n]*){_LISTENER}",
        action="block",
        reason="rate_limit",
    ),
    Pattern(
        rf"error: drop connection #\d+ from (?P<src>\[[^\]]+\]:\d+) on (?P<dst>\[[^\]]+\]:\d+) (?P<why>[^\n]*){_LISTENER}",
        action="block",
        reason="rate_limit",
    ),
    Pattern(
        r"srclimit_penalise: ipv[46]: (?:new|active|[a-z ]+) (?P<src_ip>[0-9A-Fa-f:.]+)(?:/\d+)? (?P<why>[^\n]*)"
        + _LISTENER,
        action="block",
        reason="rate_limit",
    ),
    Pattern(
        r"debug1: srclimit_penalise: ipv[46]: (?:new|active|[a-z ]+) (?P<src_ip>[0-9A-Fa-f:.]+)(?:/\d+)? (?P<why>[^\n]*)"
        + _LISTENER,
        action="block",
        reason="rate_limit",
    ),
    Pattern(
        r"reverse mapping checking getaddrinfo for (?P<src_host>.*) \[(?P<src_ip>[^ \]]+)\] failed",
        reason="reverse_mapping",
    ),
    Pattern(
        r"reverse mapping checking getaddrinfo for (?P<src_host>[^ ]+) failed",
        reason="reverse_mapping",
    ),
    Pattern(
        r"Address (?P<src_ip>[^ ]{1,255}) maps to (?P<src_host>.*), but this does not map back",
        reason="reverse_mapping",
    ),
    Pattern(
        r'Nasty PTR record "(?P<src_host>.*)" is set up for (?P<src_ip>[^ ,]+)',
        reason="reverse_mapping",
    ),
    Pattern(r"Could not reverse map address (?P<src_ip>[^ ]+?)\.? *$", reason="reverse_mapping"),
    Pattern(
        r"scanned from (?P<src_ip>[^ ]{1,255})(?: port (?P<src_port>\d+))? with (?P<sent>.*)\.  Don't panic",
        action="scan",
        reason="malformed",
    ),
    Pattern(
        r"probed from (?P<src_ip>[^ ]{1,255})(?: port (?P<src_port>\d+))? with (?P<sent>.*)\.  Don't panic",
        action="scan",
        reason="malformed",
    ),
    Pattern(
        rf"Disconnecting (?:authenticating user |invalid user |user )?{_WHOM}: (?P<why>[^\n]*)",
        action="close",
    ),
    Pattern(r"Disconnecting: (?P<why>[^\[\n]*)", action="close"),
    Pattern(
        rf"Timeout, client not responding(?: from (?:user (?P<user>.*) )?(?P<src_ip>[^ ]{{1,255}}){_PORT})?",
        action="close",
    ),
    Pattern(
        rf"Protocol major versions differ for (?P<src_ip>[^ :]+|[0-9A-Fa-f:.]+){_PORT}: ",
        action="scan",
        reason="malformed",
    ),
    Pattern(
        rf"error: Protocol major versions differ for (?P<src_ip>[^ :]+|[0-9A-Fa-f:.]+){_PORT}: ",
        action="scan",
        reason="malformed",
    ),
    Pattern(
        r"SSH: Server;Ltype: (?P<record>[A-Za-z]+);Remote: (?P<src_ip>[^;]{2,64})-(?P<src_port>\d+);(?:Name: (?P<user>[^\[\n]*[^ \[\n]))?",
        action="connect",
    ),
    Pattern(r"Bad packet length (?P<length>\d+)", action="close", reason="malformed"),
    Pattern(r"Corrupted MAC on input", action="close", reason="malformed"),
    category="network",
)

_FILE_OPERATIONS: Final = (
    "open",
    "close",
    "opendir",
    "closedir",
    "remove",
    "rename",
    "mkdir",
    "rmdir",
    "set",
    "lstat",
)
_FILES: Final = Patterns(
    Pattern(r"session opened for local user (?P<user>.*) from \[(?P<src_ip>[^\]]+)\]"),
    Pattern(r"session closed for local user (?P<user>.*) from \[(?P<src_ip>[^\]]+)\]"),
    *(
        Pattern(rf'{operation}(?: [a-z]+)? "(?P<file>.*?)"', operation=operation)
        for operation in _FILE_OPERATIONS
    ),
    category="file",
)

_SERVICE: Final = Patterns(
    Pattern(rf"Server listening on (?P<dst_ip>[^ ]+) port (?P<dst_port>\d+){_LISTENER}"),
    Pattern(rf"Received SIG[A-Z]+; restarting{_LISTENER}"),
    Pattern(rf"Received signal \d+; terminating{_LISTENER}"),
    category="system",
)

SOURCE = Source(
    name="openssh",
    title="OpenSSH server",
    logsource=Logsource(product="linux", service="sshd"),
    programs=("sshd", "sshd-session", "sshd-auth", "sshd2", "internal-sftp", "sftp-server"),
    marks=(
        "Failed password for ",
        "Failed publickey for ",
        "Failed keyboard-interactive",
        "Failed none for ",
        "Accepted password for ",
        "Accepted publickey for ",
        "Accepted keyboard-interactive",
        "Disconnected from authenticating user ",
        "Disconnected from invalid user ",
        " by authenticating user ",
        " by invalid user ",
        " [preauth]",
        "Did not receive identification string from ",
        "ROOT LOGIN REFUSED FROM ",
        "maximum authentication attempts exceeded for ",
    ),
    plain_login=False,
    constants={"service": "ssh"},
    carry=Carry("pid", ("src_ip", "src_port", "user")),
    readers=(_FAILED_LOGINS, _LOGINS, _CONNECTIONS, _SESSIONS, _FILES, _SERVICE),
)
