"""Accounts and groups made, changed and removed: useradd, usermod, passwd, chage and their kin.

A command that could not do its work is a failed change of configuration, not a failed login.
"""

from __future__ import annotations

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

SOURCE = Source(
    name="shadow_utils",
    title="Account administration on Linux",
    logsource=Logsource(product="linux", service="auth"),
    programs=(
        "useradd",
        "usermod",
        "userdel",
        "groupadd",
        "groupmod",
        "groupdel",
        "passwd",
        "chpasswd",
        "chage",
        "gpasswd",
        "chfn",
        "chsh",
        "newusers",
        "adduser",
        "deluser",
        "addgroup",
        "delgroup",
        "groupmems",
        "chgpasswd",
        "pw",
        "usermgmt",
        "accounts-daemon",
        "vipw",
    ),
    readers=(
        Patterns(
            Pattern(
                r"new user: name=(?P<user>[^,]*)(?:, UID=(?P<uid>\d+))?(?:, GID=(?P<gid>\d+))?(?:, home=(?P<home>[^,]*))?(?:, shell=(?P<shell>[^,]*))?"
            ),
            Pattern(r"new group: name=(?P<group>[^,]*)(?:, GID=(?P<gid>\d+))?"),
            Pattern(r"group added to (?P<file>[^:]*): name=(?P<group>[^,]*)"),
            Pattern(
                r"add(?:ed)? (?:user )?'(?P<user>[^']*)' to (?:shadow )?group '(?P<group>[^']*)'"
            ),
            Pattern(
                r"delete (?:user )?'(?P<user>[^']*)' from (?:shadow )?group '(?P<group>[^']*)'"
            ),
            Pattern(r"delete user '(?P<user>[^']*)'"),
            Pattern(r"removed? (?:shadow )?group '(?P<group>[^']*)'"),
            Pattern(r"group '(?P<group>[^']*)' removed from (?P<file>[^ ]+)"),
            Pattern(r"user (?P<user>[^ ]+) added by (?P<src_user>[^ ]+) to group (?P<group>[^ ]+)"),
            Pattern(
                r"user (?P<user>[^ ]+) removed by (?P<src_user>[^ ]+) from group (?P<group>[^ ]+)"
            ),
            Pattern(r"change user '(?P<user>[^']*)' password", action="password_change"),
            Pattern(r"(?:un)?lock user '(?P<user>[^']*)' password", action="account_change"),
            Pattern(
                r"password for '?(?P<user>[^' ]*)'? changed by '?(?P<src_user>[^' ]*)'?",
                action="password_change",
            ),
            Pattern(r"Password for '?(?P<user>[^' ]*)'? was changed", action="password_change"),
            Pattern(r"changed? user '(?P<user>[^']*)' (?P<why>[^\n]*)"),
            Pattern(r"changed password expiry for (?P<user>[^ ]+)"),
            Pattern(r"(?:user|account|group) (?P<why>added|modified|removed|deleted)[^\n]*"),
            category="authentication",
            outcome="success",
            action="account_change",
        ),
        Patterns(
            Pattern(r"failed (?P<why>[a-z ]+) '?(?P<user>[^', ]*)'?(?:, [^\n]*)?"),
            Pattern(r"(?P<why>cannot [^\n]*|can't [^\n]*)"),
            category="configuration",
            outcome="failure",
            action="change",
        ),
    ),
)
