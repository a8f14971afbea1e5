"""Microsoft IIS: W3C extended log files, with the default fields of IIS 6 to 10.

A file may choose its fields; here they are told apart by what they look like: an address
before the method is the server's, the one after the port and the user is the client's.
Blanks inside a value are written as plus signs, so a line is a run of words.

A 401 is a failed login if Windows says that the logon failed (sc-win32-status 1326 and its
like) or if the request names a user; the first 401 of every Windows authentication does
neither.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_ADDRESS = (
    r"(?:\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]{1,45}(?:%\w{1,16})?)"
)
_HEAD = (
    r"(?:(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) )?(?:(?P<site>W3SVC\d+) )?(?:(?P<computer>[A-Za-z][\w-]*) )?"
    rf"(?P<dst_ip>{_ADDRESS}) (?P<http_method>[A-Z_-]{{1,32}}) (?P<url_stem>[^ ]+) (?P<url_query>[^ ]+) "
    rf"(?P<dst_port>\d{{1,5}}) (?P<user>(?!- )[^ ]+|-) (?P<src_ip>{_ADDRESS}|-) (?:HTTP/(?P<http_version>[\d.]+) )?"
    r"(?P<user_agent>[^ ]+)"
    # One more value is the referrer; more are cookie, referrer and host.
    r"(?: (?!\d{3} \d+ \d+)(?P<referrer>[^ ]+)|(?: (?!\d{3} \d+ \d+)[^ ]+){0,3}) "
)
_TAIL = r"(?: (?P<bytes_out>\d+) (?P<bytes_in>\d+) \d+| \d+)?(?: |$)"
_WEB: dict[str, Value] = {"category": "web", "action": "request", "service": "web"}
_FAILED: dict[str, Value] = {
    "category": "authentication",
    "outcome": "failure",
    "action": "login",
    "service": "web",
}
# ERROR_LOGON_FAILURE and what is wrong with the account; SEC_E_LOGON_DENIED.
_LOGON_FAILED = r"(?:1326|1327|1328|1329|1330|1331|1907|1909|2148074252)"

SOURCE = Source(
    name="iis",
    title="Microsoft IIS",
    logsource=Logsource(category="webserver", product="windows", service="iis"),
    programs=("iis", "w3svc"),
    marks=(
        " W3SVC",
        " GET /",
        " POST /",
        " HEAD /",
        " OPTIONS /",
        " PROPFIND /",
        " PUT /",
        " RPC_IN_DATA /",
        " RPC_OUT_DATA /",
        "#Fields: ",
        "#Software: ",
        "#Version: ",
        "#Date: ",
    ),
    priority=70,
    claims=False,
    readers=(
        Patterns(
            Pattern(
                rf"{_HEAD}(?P<http_status>(?!401)\d{{3}}) (?P<substatus>\d+) (?P<win32_status>\d+){_TAIL}",
                **_WEB,
            ),
            Pattern(
                rf"{_HEAD}(?P<http_status>401) (?P<substatus>\d+) (?P<win32_status>{_LOGON_FAILED}){_TAIL}",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD.replace('(?!- )[^ ]+|-', '(?!- )[^ ]+')}(?P<http_status>401) (?P<substatus>\d+) (?P<win32_status>\d+){_TAIL}",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}(?P<http_status>401) (?P<substatus>\d+) (?P<win32_status>\d+){_TAIL}",
                **_WEB,
            ),
            Pattern(
                r"#(?P<directive>Software|Version|Date|Fields|Start-Date|End-Date|Remark|Log-type): ?(?P<reason>.*)",
                category="system",
            ),
        ),
    ),
)
