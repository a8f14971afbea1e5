"""Which fields the events of a log source have, as far as that can be told beforehand.

Sources: Sysmon's and Windows' documentation of each event, the SigmaHQ taxonomy, and the
columns of our schema. A product whose own fields ride along may have any field, so nothing is
called unknown there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from midwatch.events.schema import ALIASES, FIELDS, Category, Logsource
from midwatch.events.source import Source
from midwatch.rules.logsources import ANYTHING

_COMMON: Final = [
    "Channel",
    "EventID",
    "Provider_Name",
    "Computer",
    "Level",
    "Task",
    "Keywords",
    "EventType",
    "UtcTime",
    "ProcessGuid",
    "ProcessId",
    "Image",
    "User",
    "RuleName",
    "EventRecordID",
    "ComputerName",
    "Hostname",
    "EventTime",
    "LogonId",
    "LogonGuid",
    "SubjectUserName",
    "SubjectUserSid",
    "SubjectDomainName",
    "SubjectLogonId",
]
_PROCESS: Final = [
    "CommandLine",
    "CurrentDirectory",
    "TerminalSessionId",
    "IntegrityLevel",
    "Hashes",
    "md5",
    "sha1",
    "sha256",
    "Imphash",
    "imphash",
    "ParentProcessGuid",
    "ParentProcessId",
    "ParentImage",
    "ParentCommandLine",
    "ParentUser",
    "FileVersion",
    "Description",
    "Product",
    "Company",
    "OriginalFileName",
    "NewProcessName",
    "ParentProcessName",
    "ProcessCommandLine",
    "TokenElevationType",
    "MandatoryLabel",
    "NewProcessId",
    "TargetUserName",
    "TargetUserSid",
    "TargetDomainName",
]
_FILE: Final = [
    "TargetFilename",
    "CreationUtcTime",
    "PreviousCreationUtcTime",
    "Hashes",
    "IsExecutable",
    "Archived",
    "Hash",
    "Contents",
]
_REGISTRY: Final = [
    "TargetObject",
    "Details",
    "NewName",
    "EventType",
    "ObjectName",
    "ObjectValueName",
    "NewValue",
    "OldValue",
    "OperationType",
]
_SHELL: Final = [
    "ScriptBlockText",
    "ScriptBlockId",
    "Path",
    "MessageNumber",
    "MessageTotal",
    "Payload",
    "ContextInfo",
    "UserData",
    "Data",
    "HostName",
    "HostApplication",
    "HostVersion",
    "EngineVersion",
    "CommandLine",
    "CommandName",
    "CommandPath",
    "CommandType",
    "ScriptName",
]
_SIGNED: Final = ["ImageLoaded", "Hashes", "Signed", "Signature", "SignatureStatus"]
_BY_CATEGORY: Final[Mapping[str, Sequence[str]]] = {
    "process_creation": _PROCESS,
    "process_termination": ("Status", "ProcessName", "ExitStatus"),
    "process_tampering": ("Type",),
    "process_access": [
        "SourceProcessGUID",
        "SourceProcessId",
        "SourceThreadId",
        "SourceImage",
        "TargetProcessGUID",
        "TargetProcessId",
        "TargetImage",
        "GrantedAccess",
        "CallTrace",
        "SourceUser",
        "TargetUser",
    ],
    "create_remote_thread": [
        "SourceProcessGuid",
        "SourceProcessId",
        "SourceImage",
        "TargetProcessGuid",
        "TargetProcessId",
        "TargetImage",
        "NewThreadId",
        "StartAddress",
        "StartModule",
        "StartFunction",
        "SourceUser",
        "TargetUser",
    ],
    "image_load": (
        *_SIGNED,
        "FileVersion",
        "Description",
        "Product",
        "Company",
        "OriginalFileName",
    ),
    "driver_load": _SIGNED,
    "file_event": _FILE,
    "file_change": _FILE,
    "file_delete": _FILE,
    "file_executable_detected": _FILE,
    "file_block_executable": _FILE,
    "file_block_shredding": _FILE,
    "create_stream_hash": _FILE,
    "file_access": ("FileName", "Irp", "FileObject", "CreateOptions", "ShareAccess"),
    "file_rename": ("TargetFilename", "SourceFilename", "FileName", "FilePath"),
    "registry_add": _REGISTRY,
    "registry_delete": _REGISTRY,
    "registry_set": _REGISTRY,
    "registry_rename": _REGISTRY,
    "registry_event": _REGISTRY,
    "network_connection": [
        "Protocol",
        "Initiated",
        "SourceIsIpv6",
        "SourceIp",
        "SourceHostname",
        "SourcePort",
        "SourcePortName",
        "DestinationIsIpv6",
        "DestinationIp",
        "DestinationHostname",
        "DestinationPort",
        "DestinationPortName",
        "Application",
        "Direction",
        "SourceAddress",
        "DestAddress",
        "DestPort",
    ],
    "dns_query": ("QueryName", "QueryStatus", "QueryResults"),
    "pipe_created": ("PipeName",),
    "raw_access_thread": ("Device",),
    "wmi_event": [
        "Operation",
        "EventNamespace",
        "Name",
        "Query",
        "Type",
        "Destination",
        "Consumer",
        "Filter",
    ],
    "clipboard_capture": ["Session", "ClientInfo", "Hashes", "Archived"],
    "sysmon_status": [
        "State",
        "Version",
        "SchemaVersion",
        "Configuration",
        "ConfigurationFileHash",
    ],
    "sysmon_error": ("ID", "Description"),
    "ps_module": _SHELL,
    "ps_script": _SHELL,
    "ps_classic_start": _SHELL,
    "ps_classic_script": _SHELL,
    "ps_classic_provider_start": _SHELL,
}
_TAXONOMY: Final = frozenset(
    [
        "date",
        "time",
        "c-ip",
        "cs-username",
        "s-sitename",
        "s-computername",
        "s-ip",
        "cs-method",
        "cs-uri",
        "cs-uri-stem",
        "cs-uri-query",
        "s-port",
        "sc-status",
        "sc-win32-status",
        "sc-bytes",
        "cs-bytes",
        "time-taken",
        "cs-version",
        "cs-host",
        "cs-user-agent",
        "cs-cookie",
        "cs-referer",
        "c-uri",
        "c-uri-extension",
        "c-uri-query",
        "c-uri-stem",
        "c-useragent",
        "r-dns",
        "cs-content-type",
        "src_ip",
        "src_port",
        "dst_ip",
        "dst_port",
        "username",
        "action",
        "blocked",
        "query",
        "answer",
        "record_type",
        "parent_domain",
        "filename",
        "signature",
    ]
)
_MORE: Final = frozenset({"image", "commandline", "computer", "targetfilename"})
_OURS: Final = frozenset(category.value for category in Category)
_COLUMNS: Final = frozenset({name.lower() for name in FIELDS} | ALIASES.keys() | _MORE)
_WINDOWS: Final = {
    name.lower(): name for names in (_COMMON, *_BY_CATEGORY.values()) for name in names
}
_TYPING_SLIP: Final = 0.92


class FieldKnowledge:
    """Tells the fields that a rule asks for in vain."""

    def __init__(self, sources: Iterable[Source]) -> None:
        """``sources``: all that may feed rules."""
        self._names = {source.name: _names_of(source) for source in sources}

    def unknown(
        self, logsource: Logsource, feeding: Sequence[Source], names: Iterable[str]
    ) -> Iterator[tuple[str, str]]:
        """Each field that the log source does not have, and a similar one that it does have."""
        known, certain = self._known(logsource, feeding)
        if known is None:
            return
        for name in names:
            lower = name.lower()
            if lower in known or lower in _COLUMNS or lower in _TAXONOMY:
                continue
            close = get_close_matches(lower, known, 1, _TYPING_SLIP)
            if certain or close:
                yield name, known[close[0]] if close else ""

    def _known(
        self, logsource: Logsource, feeding: Sequence[Source]
    ) -> tuple[Mapping[str, str] | None, bool]:
        """Known fields by lower case, and whether there are no others; None: any field."""
        category, product = (logsource.category or "").lower(), (logsource.product or "").lower()
        if product == "windows" and category not in _OURS:
            own = _BY_CATEGORY.get(category)
            if own is None:
                return _WINDOWS, False
            return {name.lower(): name for name in (*_COMMON, *own)}, True
        if product:
            sets = [self._names.get(source.name) for source in feeding]
            if any(names is None for names in sets):
                return None, False
            return {name.lower(): name for names in sets for name in names or ()}, True
        # Rules over all products may name the own fields of any of them.
        certain = bool(category) and category not in _OURS and category not in ANYTHING
        return {name.lower(): name for name in (*FIELDS, *_TAXONOMY)}, certain


def _names_of(source: Source) -> frozenset[str] | None:
    """The columns of a source whose forms are fixed; None where other fields may come."""
    names = {*source.constants, *FIELDS}
    for reader in source.readers:
        if hasattr(reader, "vendor"):
            return None
        forms = getattr(reader, "forms", None)
        if forms is None:
            return None
        for form in forms:
            if form.vendor is not None:
                return None
            names.update((*form.names, *form.constants))
    return frozenset(names)
