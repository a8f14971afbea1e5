"""Access logs of Amazon's Application and Classic Load Balancer, CloudFront and S3.

A load balancer's time may have been taken off as the line's header already, and the
Classic one's name with it.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_QUOTED = r'(?:[^"\\]|\\.)*'
_FORWARDED = (
    r"(?P<src>[^ ]+:\d+) (?P<target>-|[^ ]+:\d+) [\d.-]+ [\d.-]+ [\d.-]+ (?P<http_status>\d{3}|-) (?:\d{3}|-) "
    rf'(?P<bytes_in>\d+) (?P<bytes_out>\d+) "(?P<request>{_QUOTED})" "(?P<user_agent>{_QUOTED})" '
)
_CELL = r"[^\t]*\t"

SOURCE = Source(
    name="aws_elb",
    title="AWS load balancers, CloudFront and S3",
    logsource=Logsource(category="webserver", product="aws"),
    marks=(" arn:aws:elasticloadbalancing:", " ECDHE-", "\tHIT\t", "\tMiss\t", "\tHit\t", "\tError\t", " REST.GET.", " REST.PUT.", " REST.HEAD.", " REST.POST.", " REST.DELETE.", "- - arn:aws"),
    priority=40,
    constants={"category": "web", "action": "request", "service": "web"},
    readers=(
        Patterns(
            Pattern(
                rf"(?P<protocol>https?|h2|grpcs|wss?) (?P<time>\d{{4}}-[^ ]+) (?P<balancer>[^ ]+) {_FORWARDED}"
                r'(?P<tls_cipher>[^ ]+) (?P<tls_version>[^ ]+) (?P<target_group>[^ ]+) "(?P<session>[^"]*)" "(?P<http_host>[^"]*)"',
            ),
            Pattern(rf"(?:(?P<time>\d{{4}}-[^ ]+) )?(?:(?P<balancer>[^ ]+) )?{_FORWARDED}(?P<tls_cipher>[^ ]+) (?P<tls_version>[^ ]+)"),
            # CloudFront, version 1.0: 33 fields between tabs.
            Pattern(
                rf"(?:(?P<time>\d{{4}}-\d\d-\d\d\t\d\d:\d\d:\d\d)\t)?(?P<edge>[A-Z]{{3}}[\w-]*)\t(?P<bytes_out>\d+|-)\t(?P<src_ip>[^\t]+)\t"
                rf"(?P<http_method>[^\t]+)\t{_CELL}(?P<url_stem>[^\t]*)\t(?P<http_status>\d{{3}})\t(?P<referrer>[^\t]*)\t"
                rf"(?P<user_agent>[^\t]*)\t(?P<url_query>[^\t]*)\t{_CELL}(?P<result>[^\t]*)\t(?P<session>[^\t]*)\t(?P<http_host>[^\t]*)",
            ),
            # S3: owner bucket [time] address requester id operation key "request" status error bytes
            Pattern(
                r"(?P<owner>[0-9a-f]{32,80}) (?P<bucket>[^ ]+) \[(?P<time>[^\]]+)\] (?P<src_ip>[^ ]+) (?P<user>[^ ]+) "
                rf'(?P<session>[^ ]+) (?P<operation>[^ ]+) (?P<key>[^ ]+) "(?P<request>{_QUOTED})" (?P<http_status>\d{{3}}|-) '
                rf'(?P<reason>[^ ]+) (?P<bytes_out>\d+|-) (?:[^ ]+ ){{3}}"(?P<referrer>{_QUOTED})" "(?P<user_agent>{_QUOTED})"',
            ),
        ),
    ),
)  # fmt: skip
