"""Envoy, and what is built on it (Istio, Envoy Gateway, Contour): access logs as JSON or text.

In the text format the client is the first of ``X-Forwarded-For``, which Envoy itself
completes; where it is missing, Istio's format still names the peer.
"""

from midwatch.events.readers import JsonObject, Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_START = (
    r'"(?P<request>(?:[^"\\]|\\.)*)" (?P<http_status>\d{1,3}) (?P<response_flags>[^ ]+) '
    r'(?:(?P<response_details>[^ ]+) [^ ]+ "[^"]*" )?(?P<bytes_in>\d+) (?P<bytes_out>\d+) \d+ (?:\d+|-|"-") '
)
_END = r' "(?P<user_agent>(?:[^"\\]|\\.)*)" "(?P<session>[^"]*)" "(?P<http_host>[^"]*)" "(?P<upstream>[^"]*)"'

SOURCE = Source(
    name="envoy",
    title="Envoy proxy",
    logsource=Logsource(category="webserver", product="envoy"),
    programs=("envoy", "istio-proxy"),
    marks=(
        '"downstream_remote_address":',
        '"response_code_details":',
        '"x-envoy-origin-path":',
        '"upstream_cluster":',
    ),
    priority=40,
    distinct=True,
    constants={"category": "web", "action": "request", "service": "web"},
    readers=(
        Patterns(
            Pattern(rf'{_START}"(?P<src>[^",-][^",]*)(?:,[^"]*)?"{_END}'),
            Pattern(
                rf'{_START}"-?"{_END}(?: (?P<cluster>[^ ]+) (?:[^ ]+) (?P<dst>[^ ]+) (?P<src>[^ ]+))?'
            ),
        ),
        JsonObject(
            {
                "time": ("start_time", "time", "timestamp"),
                "src": ("downstream_remote_address", "downstream_direct_remote_address"),
                "dst": "downstream_local_address",
                "http_method": ("method", ":method"),
                "url": ("x-envoy-origin-path", "x-envoy-original-path", "path", ":path"),
                "http_version": "protocol",
                "http_status": "response_code",
                "bytes_in": "bytes_received",
                "bytes_out": "bytes_sent",
                "user_agent": ("user-agent", "user_agent"),
                "http_host": (":authority", "authority"),
                "session": ("x-request-id", "request_id"),
                "policy": "route_name",
            },
            require=("response_code",),
        ),
    ),
)
