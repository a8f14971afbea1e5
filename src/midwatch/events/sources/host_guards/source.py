"""Tools that guard a host: fail2ban, CrowdSec, sshguard, lfd, psad, portsentry, scanlogd and kin.

What they tell is second-hand: a ban follows failed logins that another log shows one by
one. So their bans are network events (``block``), their scans ``scan``, and what they only
noticed is an alert; none is a failed login, except where lfd says so in as many words and
names account or service.
"""

from midwatch.events.readers import Pattern, Patterns
from midwatch.events.schema import Logsource
from midwatch.events.source import Source

_BLOCK = {"category": "network", "action": "block"}
_RELEASE = {"category": "network", "action": "allow", "reason": "unban"}
_SCAN = {"category": "network", "action": "scan"}
_NOTICED = {"category": "ids", "action": "alert"}
_FAILED = {"category": "authentication", "outcome": "failure", "action": "login"}
_LOGIN = {"category": "authentication", "outcome": "success", "action": "login"}
_IP = r"(?P<src_ip>[0-9a-fA-F.:]{1,44}[0-9a-fA-F])"
_DST = r"(?P<dst_ip>[0-9a-fA-F.:]{2,45})"
_LEVEL = r"(?:fail2ban\.[a-z]{3,20} *(?:\[[0-9]{1,10}\])?: )?(?:NOTICE|INFO|WARNING|WARN|ERROR) +"
_JAIL = rf"{_LEVEL}\[(?P<signature>[^\]]{{1,64}})\] "
_MAILCOW = r"(?:(?:CRIT|CRITICAL|WARN|WARNING|INFO|NOTICE): )?"
_LOGRUS = r'(?:time="(?P<time>[^"]{1,40})" level=[a-z]{1,10} msg=")?'
_CSF = r"(?: \((?:(?P<country>[A-Z]{2})/[^)]{1,120}|[^)]{0,160})\))?"

SOURCE = Source(
    name="host_guards",
    title="Host guards (fail2ban, CrowdSec, sshguard, lfd, psad, portsentry, scanlogd)",
    logsource=Logsource(product="linux", service="host_guard"),
    programs=(
        "fail2ban",
        "fail2ban-server",
        "fail2ban.*",
        "sshguard",
        "sshlockout",
        "scanlogd",
        "psad",
        "portsentry",
        "lfd",
        "crowdsec",
        "blocklistd",
        "blacklistd",
        "denyhosts",
        "arpwatch",
        "mailcow-netfilter",
        "netfilter-mailcow",
    ),
    marks=(
        "attackalert: ",
        "fail2ban.actions",
        "fail2ban.filter",
        "CRIT: Banning ",
        "host/network ",
        " to denylist",
        "Unbanning ",
        "*Port Scan* detected from ",
        " performed '",
        'Blocking "',
        " - *Blocked in csf*",
        "scan detected: ",
        " ban on Ip ",
        " matched rule id ",
        " more attempts in the next ",
    ),
    plain_login=False,
    readers=(
        # fail2ban
        Patterns(
            Pattern(rf"{_JAIL}(?:Restore |Increase )?Ban {_IP}", **_BLOCK),
            Pattern(rf"{_JAIL}Found {_IP}", **_NOTICED),
            Pattern(rf"{_JAIL}Unban {_IP}", **_RELEASE),
            Pattern(rf"{_JAIL}{_IP} already banned", **_BLOCK),
            Pattern(rf"{_JAIL}Ignore {_IP}", category="system"),
            Pattern(
                rf"{_LEVEL}(?:Jail|Creating new jail|Starting|Exiting|Set|rollover|Server ready)",
                category="system",
            ),
        ),
        # sshguard, FreeBSD's blocklistd, old pfSense's sshlockout
        Patterns(
            Pattern(
                rf'Attack from "{_IP}" on service (?P<signature>.{{1,64}}) with danger (?P<danger>[0-9]+)',
                **_NOTICED,
            ),
            Pattern(rf'Blocking "{_IP}(?:/[0-9]{{1,3}})?" (?:for|forever)', **_BLOCK),
            Pattern(rf"Blocking {_IP}(?::[0-9]+)? for ", **_BLOCK),
            Pattern(rf"{_IP}: (?:should be blocked|blocking for)", **_BLOCK),
            Pattern(
                rf"{_IP}: unblocking|(?:Releasing|Unblocking) [\"']?{_IP.replace('src_ip', 'dst_ip')}",
                **_RELEASE,
            ),
            Pattern(
                rf"blocked {_IP}(?:/[0-9]{{1,3}})?(?::(?P<dst_port>[0-9]{{1,5}}))? for", **_BLOCK
            ),
            Pattern(rf"released {_IP}", **_RELEASE),
            Pattern(rf"Locking out {_IP} after (?P<attempts>[0-9]+) invalid attempts", **_BLOCK),
        ),
        # scanlogd, psad, portsentry
        Patterns(
            Pattern(
                rf"(?P<src>[0-9.]{{7,15}}(?::[0-9]{{1,5}})?) to {_DST}(?: and others,)? ports (?P<ports>[0-9]{{1,5}}(?:, [0-9]{{1,5}}){{0,30}})",
                **_SCAN,
            ),
            Pattern(
                rf"(?:\[[+*]\] )?(?:scan|.{{0,40}} scan|scan \([^)]{{1,60}}\)) detected(?: \([^)]{{1,60}}\))?:? {_IP} -> {_DST}(?: (?P<protocol>tcp|udp|icmp))?",
                **_SCAN,
            ),
            Pattern(
                rf"src: {_IP} signature match: \"(?P<signature>[^\"]{{1,200}})\" \(sid: (?P<signature_id>[0-9]+)\)(?: (?P<protocol>tcp|udp|icmp) port: (?P<dst_port>[0-9]{{1,5}}))?",
                **_NOTICED,
            ),
            Pattern(rf"added (?:iptables|firewalld) auto-block against {_IP}", **_BLOCK),
            Pattern(rf"removed (?:iptables|firewalld) auto-block against {_IP}", **_RELEASE),
            Pattern(
                rf"attackalert: (?:Connect|[\w/ -]{{1,40}} scan|Unknown Type[^ ]{{0,40}}|SYN[\w/ -]{{0,40}}) from host: (?:[^ /]{{1,255}}/)?{_IP} to (?P<protocol>TCP|UDP) port: (?P<dst_port>[0-9]{{1,5}})",
                **_SCAN,
            ),
            Pattern(
                rf"(?:attackalert: )?Host:? (?:[^ /]{{1,255}}/)?{_IP} (?:has been|is already) blocked",
                **_BLOCK,
            ),
            Pattern(
                rf"(?:attackalert: )?(?:Connect|Scan) from:? (?:host: )?\[?{_IP}\]?.{{0,300}}?port: \[?(?P<dst_port>[0-9]{{1,5}})",
                **_SCAN,
            ),
            Pattern(rf"Added the following hosts to /etc/hosts\.deny - {_IP}", **_BLOCK),
        ),
        # lfd of ConfigServer Security & Firewall
        Patterns(
            Pattern(
                rf"\*SSH login\* from {_IP} into the (?P<user>[^ ]{{1,64}}) account using (?P<auth_method>[^ ]{{1,40}})",
                service="ssh",
                **_LOGIN,
            ),
            Pattern(
                rf"\*WHM/cPanel (?P<user>[^ ]{{1,64}}) access\* from {_IP}",
                service="admin",
                **_LOGIN,
            ),
            Pattern(rf"\*Port Scan\* detected from {_IP}{_CSF}", **_SCAN),
            Pattern(
                rf"(?:\((?P<signature>[\w .-]{{1,40}})\) )?Failed (?P<facility>.{{1,40}}?) login (?:from|with username: (?P<user>.{{1,120}}?)) {_IP}{_CSF}",
                **_FAILED,
            ),
            Pattern(
                rf"(?:\((?P<signature>[\w .-]{{1,40}})\) )?(?P<detail>[^0-9]{{1,120}}?) from {_IP}{_CSF}: (?P<hits>[0-9]+) in the last",
                **_BLOCK,
            ),
            Pattern(
                rf"(?:\((?P<signature>[\w .-]{{1,40}})\) )?(?:(?P<detail>.{{1,160}}?) )?{_IP}{_CSF}.{{0,200}}\*Blocked in csf\*",
                **_BLOCK,
            ),
            Pattern(
                rf"(?:Incoming IP|Outgoing IP|Incoming|Temporary Block).{{0,40}}? {_IP} ", **_BLOCK
            ),
        ),
        # CrowdSec, its text in a message or in logrus' key="value"
        Patterns(
            Pattern(
                rf"{_LOGRUS}Ip {_IP} performed '(?P<signature>[^']{{1,120}})'",
                **_NOTICED,
            ),
            Pattern(
                rf"{_LOGRUS}\([^)]{{1,160}}\) (?P<signature>[^ ]{{1,120}}) by ip {_IP} (?:\((?P<country>[A-Z]{{2}})?/[^)]{{0,80}}\) )?: .{{1,60}}? ban on",
                **_BLOCK,
            ),
            Pattern(
                r"time=\"(?P<time>[^\"]{1,40})\" level=(?P<severity>[a-z]{1,10}) msg=\"(?P<detail>(?:[^\"\\]|\\.){0,2000})",
                category="system",
            ),
        ),
        # mailcow's netfilter container
        Patterns(
            Pattern(rf"{_MAILCOW}Banning {_IP}", **_BLOCK),
            Pattern(
                rf"{_MAILCOW}Added (?:host/network )?{_IP}(?:/[0-9]{{1,3}})? to (?:denylist|blacklist)",
                **_BLOCK,
            ),
            Pattern(rf"{_MAILCOW}Unbanning {_IP}", **_RELEASE),
            Pattern(
                rf"{_MAILCOW}(?:Removed|Added) (?:host/network )?{_IP}(?:/[0-9]{{1,3}})? (?:from|to) (?:denylist|blacklist|allowlist|whitelist)",
                **_RELEASE,
            ),
            Pattern(rf"{_MAILCOW}{_IP} matched rule id (?P<signature_id>[0-9]{{1,4}})", **_NOTICED),
            Pattern(
                rf"{_MAILCOW}[0-9]{{1,6}} more attempts in the next [0-9]{{1,9}} seconds until {_IP}",
                **_NOTICED,
            ),
        ),
        # arpwatch
        Patterns(
            Pattern(
                rf"(?P<signature>new station|changed ethernet address|flip flop|ethernet mismatch|bogon|new activity|reused old ethernet address) {_IP} (?P<mac>[0-9a-f:]{{11,17}})",
                **_NOTICED,
            ),
        ),
    ),
)
