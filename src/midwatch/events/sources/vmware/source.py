"""VMware ESXi and vCenter: logins and events of ``hostd``, ``vpxd`` and the web client."""

from midwatch.events.plain_text import Plain
from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source, Value

_LOGIN: dict[str, Value] = {"category": "authentication", "action": "login"}
_FAILED: dict[str, Value] = {**_LOGIN, "outcome": "failure"}
_HEAD = r"(?:.{0,240}?\] )?(?:Event \[?\d+\]? ?:? )?"
_EVENT = r"Event \[\d+\] \[[^\]]*\] \[(?P<time>[^\]]*)\] \[(?P<event>[\w.]+)\] \[(?P<severity>[a-z]+)\] \[(?P<user>[^\]]*)\] \[(?P<target>[^\]]*)\] \[[^\]]*\] "
_IP = r"(?P<src_ip>[0-9A-Fa-f.:]+)"

SOURCE = Source(
    name="vmware",
    title="VMware ESXi, vCenter",
    logsource=Logsource(product="vmware"),
    programs=(
        "hostd",
        "vpxd",
        "vpxa",
        "vobd",
        "vmkernel",
        "hostd-probe",
        "rhttpproxy",
        "esxupdate",
        "vsphere-ui",
        "vmkwarning",
        "vcenter-server",
        "sso-adminserver",
        "vmafdd",
        "vmdird",
        "applmgmt",
        "shell",
        "dcui",
        "vmauthd",
        "settingsd",
        "esxtokencpl",
        "vsanmgmtd",
        "apiforwarder",
        "envoy-access",
        "fdm",
        "sdrsinjector",
        "storagerm",
    ),
    marks=("vim.event.", "[Originator@6876", "sub=Vimsvc"),
    claims=True,
    constants={"service": "admin"},
    readers=(
        Patterns(
            Pattern(
                rf"{_EVENT}\[Cannot login (?P<account>[^ \]]*?)@(?P<src_ip>[0-9A-Fa-f.:]+)(?:: (?P<reason>[^\]]*))?\]",
                **_FAILED,
            ),
            Pattern(
                rf"{_EVENT}\[User (?P<account>[^ \]]*?)@(?P<src_ip>[0-9A-Fa-f.:]+) logged in as (?P<user_agent>[^\]]*)\]",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_EVENT}\[User (?P<account>[^ \]]*?)@(?P<src_ip>[0-9A-Fa-f.:]+) logged out[^\]]*\]",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(rf"{_EVENT}\[(?P<text>.*)\]"),
            Pattern(
                rf"{_HEAD}Cannot login (?P<user>[^ ]*?)@{_IP}(?:: (?P<reason>.*))?$", **_FAILED
            ),
            Pattern(
                rf"{_HEAD}(?:warning hostd\[\d+\] )?Rejected password for user (?P<user>.*) from {_IP}$",
                **_FAILED,
            ),
            Pattern(
                rf"{_HEAD}User (?P<user>[^ ]*?)@{_IP} logged in as (?P<user_agent>.*)$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}User (?P<user>[^ ]*?)@{_IP} logged out",
                category="authentication",
                outcome="success",
                action="logout",
            ),
            Pattern(
                rf"{_HEAD}Accepted password for user (?P<user>.*) from {_IP}$",
                outcome="success",
                **_LOGIN,
            ),
            Pattern(
                rf"{_HEAD}Remote access for ESXi local user account '(?P<user>[^']*)' has been locked for \d+ seconds after (?P<attempts>\d+) failed login attempts",
                category="authentication",
                outcome="failure",
                action="lockout",
                reason="locked",
            ),
        ),
        Plain(),
    ),
)
