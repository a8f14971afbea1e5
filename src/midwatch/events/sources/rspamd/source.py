"""Rspamd: the verdict line of each message, and refused access to its web interface."""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_HEAD = r"(?:#(?P<pid>\d+)\((?P<worker>\w+)\) )?(?:<(?P<session>[^>]*)>; )?(?:\w+; )?"


def _verdict(words: str, **means: Value) -> Pattern:
    return Pattern(
        rf"{_HEAD}rspamd_task_write_log: id: <(?P<message_id>[^>]*)>,(?: qid: <(?P<queue_id>[^>]*)>,)? ip: (?P<src_ip>[^ ,]+),"
        rf"(?: user: (?P<user>[^,]+),)?(?: from: <(?P<mail_from>[^>]*)>,)? \(default: . \((?P<verdict>{words})\): "
        r"\[(?P<score>-?[\d.]+)/[\d.]+\](?:.*?rcpts: <(?P<mail_to>[^>]*)>)?",
        **means,
    )


SOURCE = Source(
    name="rspamd",
    title="Rspamd",
    logsource=Logsource(product="rspamd", service="mail"),
    programs=("rspamd", "rspamd_proxy"),
    marks=("rspamd_task_write_log: ", "(rspamd_proxy)", "rspamd_controller_"),
    constants={"category": "mail", "service": "mail"},
    readers=(
        Patterns(
            _verdict("reject|add header|rewrite subject|quarantine|discard", action="spam"),
            _verdict("greylist|soft reject", action="reject", reason="greylisted"),
            _verdict("[^)]*", action="accept"),
            Pattern(
                rf"{_HEAD}rspamd_controller_check_password: (?P<reason>.*?(?:deny|denied|invalid|not allowed|wrong).*)",
                category="authentication",
                outcome="failure",
                action="login",
                service="web",
            ),
            Pattern(rf"{_HEAD}(?P<module>[a-z_]+): (?P<reason>.*)"),
        ),
    ),
)
