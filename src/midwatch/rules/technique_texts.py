"""ATT&CK techniques in our own plain words: what somebody does, and why it works.

The numbers and names are those of MITRE ATT&CK; the sentences are ours. A test holds that every
technique our own rules name stands here. What is not here is explained by its parent, where that
is.

>>> explain("T1110.001").name, explain("T1110.002").name
('Password Guessing', 'Brute Force')
>>> explain("T9999") is None
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Technique:
    """A technique: its name at MITRE, and one or two sentences of ours."""

    name: str
    words: str


def explain(number: str) -> Technique | None:
    """The technique of that number, or the one it is a part of; None: neither is known."""
    wanted = number.upper()
    return TECHNIQUES.get(wanted) or TECHNIQUES.get(wanted.partition(".")[0])


def _told(*entries: tuple[str, str, str]) -> Mapping[str, Technique]:
    return {number: Technique(name, words) for number, name, words in entries}


TECHNIQUES: Final = _told(
    # ------------------------------------------------------------ looking around
    ("T1018", "Remote System Discovery",
     ("Somebody who is inside already asks the network which other machines there are, to choose "
     "where to go next.")),
    ("T1046", "Network Service Discovery",
     ("Somebody knocks at many ports to learn which services answer. It hurts nothing by itself; "
     "it is how a list of targets is made.")),
    ("T1083", "File and Directory Discovery",
     "Somebody looks through folders for what is worth stealing or changing."),
    ("T1589", "Gather Victim Identity Information",
     "Somebody collects names and mail addresses of your people, to use them in a later attempt."),
    ("T1589.001", "Credentials",
     "Somebody tries whether names and passwords that leaked elsewhere work here too."),
    ("T1589.002", "Email Addresses",
     "Somebody asks the mail server which addresses exist, one by one, to know whom to write to."),
    ("T1590.002", "DNS",
     "Somebody asks your name server for the whole list of your machines' names."),
    ("T1593", "Search Open Websites/Domains",
     "Somebody combs through what you publish for names, addresses and hints."),
    ("T1595", "Active Scanning",
     ("Somebody probes your addresses from outside to learn what is there. Most of it is "
     "automatic and aimed at everybody.")),
    ("T1595.001", "Scanning IP Blocks",
     "Somebody goes through whole ranges of addresses to see which answer."),
    ("T1595.002", "Vulnerability Scanning",
     "Somebody has a program ask for signs of known weaknesses, such as old versions."),
    ("T1595.003", "Wordlist Scanning",
     ("Somebody asks a server for hundreds of names from a list, in the hope that one of them is "
     "a forgotten file or page.")),
    # ------------------------------------------------------------ getting ready
    ("T1586.002", "Email Accounts",
     "Somebody takes over a mailbox, so that their mails come from an address that is trusted."),
    # ------------------------------------------------------------ getting in
    ("T1078", "Valid Accounts",
     ("Somebody uses a real name with its real password. To the system it looks like the owner, so "
     "place, time and habit are what gives it away.")),
    ("T1078.001", "Default Accounts",
     ("Somebody uses an account that a product comes with and whose password everybody can look "
     "up.")),
    ("T1078.003", "Local Accounts",
     "Somebody uses an account that exists on one machine only, often one that nobody watches."),
    ("T1110", "Brute Force",
     "Somebody tries many passwords until one is right."),
    ("T1110.001", "Password Guessing",
     ("Somebody tries likely passwords for an account, one after the other. A long password or a "
     "second factor makes it hopeless.")),
    ("T1110.003", "Password Spraying",
     "Somebody tries one common password on many accounts, so that none of them is locked."),
    ("T1110.004", "Credential Stuffing",
     ("Somebody tries pairs of names and passwords that were stolen from another site, counting "
     "on people who use one password twice.")),
    ("T1133", "External Remote Services",
     ("Somebody comes in by a door that is meant for your own people: VPN, Remote Desktop, "
     "administration from outside.")),
    ("T1189", "Drive-by Compromise",
     "A page that somebody of yours visits tries to put a program on their machine."),
    ("T1190", "Exploit Public-Facing Application",
     ("Somebody sends a request that is made to break a program which the internet can reach. It "
     "succeeds only where that program has the weakness and was not updated.")),
    ("T1566", "Phishing",
     "Somebody sends mail that makes people give away a password or open what they should not."),
    ("T1566.001", "Spearphishing Attachment",
     "A mail brings a file that does harm when it is opened."),
    ("T1621", "Multi-Factor Authentication Request Generation",
     ("Somebody who has the password sends one request for confirmation after the other, until "
     "the owner approves one to be left in peace.")),
    # ------------------------------------------------------------ running and staying
    ("T1059", "Command and Scripting Interpreter",
     "Somebody has the machine carry out commands by the tools it comes with."),
    ("T1059.004", "Unix Shell",
     ("Somebody has the machine carry out commands in its shell, often inside a request to a web "
     "page.")),
    ("T1204.002", "Malicious File",
     "Somebody of yours is brought to open a file that does harm."),
    ("T1569.002", "Service Execution",
     ("Somebody runs a program by making it a service of Windows for a moment, which is how many "
     "tools work their way from machine to machine.")),
    ("T1098", "Account Manipulation",
     "Somebody changes an account, such as its groups or its keys, to keep a way in."),
    ("T1136.001", "Local Account",
     "Somebody makes a new account on a machine, to come back by it."),
    ("T1505.003", "Web Shell",
     "Somebody has left a page on the web server that carries out what they ask of it."),
    ("T1543.003", "Windows Service",
     ("Somebody adds or changes a service of Windows, so that their program starts with the "
     "machine.")),
    # ------------------------------------------------------------ becoming more
    ("T1068", "Exploitation for Privilege Escalation",
     "Somebody with few rights uses a weakness of the system to become administrator."),
    ("T1548.001", "Setuid and Setgid",
     "Somebody uses a program that always runs with the administrator's rights to get them too."),
    ("T1548.003", "Sudo and Sudo Caching",
     "Somebody tries to carry out commands as administrator by way of sudo."),
    # ------------------------------------------------------------ hiding
    ("T1070.001", "Clear Windows Event Logs",
     "Somebody empties the log of a Windows machine. There is hardly ever an honest reason."),
    ("T1070.002", "Clear Linux or Mac System Logs",
     "Somebody empties or removes the logs of a machine, to hide what was done there."),
    ("T1070.003", "Clear Command History",
     "Somebody removes the list of the commands they gave."),
    ("T1070.004", "File Deletion",
     "Somebody removes the files they brought, once these have done their work."),
    ("T1140", "Deobfuscate/Decode Files or Information",
     "Somebody unpacks on the machine what was packed to slip past a guard."),
    ("T1562.001", "Disable or Modify Tools",
     "Somebody switches a guard off, such as the virus scanner."),
    ("T1562.004", "Disable or Modify System Firewall",
     "Somebody switches the machine's firewall off or opens it."),
    # ------------------------------------------------------------ taking and moving on
    ("T1021", "Remote Services",
     ("Somebody goes from one machine to the next by the services that are meant for "
     "administration.")),
    ("T1021.002", "SMB/Windows Admin Shares",
     "Somebody goes from one Windows machine to the next by its file sharing."),
    ("T1552.001", "Credentials In Files",
     "Somebody looks for passwords that lie in files, such as settings and backups."),
    ("T1552.005", "Cloud Instance Metadata API",
     "Somebody has a server ask its cloud for the server's own keys, and reads the answer."),
    # ------------------------------------------------------------ talking to the outside
    ("T1071", "Application Layer Protocol",
     "A program inside talks to whoever steers it, hidden in ordinary traffic."),
    ("T1090.002", "External Proxy",
     "Somebody goes by way of a stranger's machine, so that the traffic seems to come from there."),
    ("T1095", "Non-Application Layer Protocol",
     "A program inside talks to the outside in a way that ordinary programs do not use."),
    ("T1105", "Ingress Tool Transfer",
     "Somebody has a machine of yours fetch further programs from outside."),
    # ------------------------------------------------------------ doing harm
    ("T1489", "Service Stop",
     ("Somebody stops programs that are needed, often backups and databases before encrypting "
     "them.")),
    ("T1496", "Resource Hijacking",
     ("Somebody has your machines work for them, such as digging for virtual money or sending "
     "mail.")),
    ("T1498.001", "Direct Network Flood",
     "Somebody sends so much that the line is full."),
    ("T1499", "Endpoint Denial of Service",
     "Somebody keeps a service so busy that it has no time for your people."),
    ("T1499.001", "OS Exhaustion Flood",
     "Somebody opens so many connections that the machine can take no more."),
    ("T1499.002", "Service Exhaustion Flood",
     "Somebody asks a service so often that it cannot answer others."),
)  # fmt: skip
