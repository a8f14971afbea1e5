"""Sigma's Windows categories and services → channels and event numbers, as data.

Source: the SigmaHQ appendix on taxonomy and the vendor's documentation of each channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_SYSMON: Final = "Microsoft-Windows-Sysmon/Operational"
_SECURITY: Final = "Security"
_POWERSHELL: Final = "Microsoft-Windows-PowerShell/Operational"
_POWERSHELL_CORE: Final = "PowerShellCore/Operational"
_POWERSHELL_CLASSIC: Final = "Windows PowerShell"
_DEFENDER: Final = "Microsoft-Windows-Windows Defender/Operational"
_KERNEL_FILE: Final = "Microsoft-Windows-Kernel-File/Analytic"


@dataclass(frozen=True, slots=True)
class WindowsEvents:
    """Events of a channel: all, or those of some numbers, perhaps of some types only.

    ``types`` restricts the field ``EventType``.
    """

    channel: str
    numbers: tuple[int, ...] = ()
    types: tuple[str, ...] = field(default=())


CATEGORIES: Final[Mapping[str, tuple[WindowsEvents, ...]]] = MappingProxyType({
    "process_creation": (WindowsEvents(_SYSMON, (1,)), WindowsEvents(_SECURITY, (4688,))),
    "file_change": (WindowsEvents(_SYSMON, (2,)),),
    "network_connection": (WindowsEvents(_SYSMON, (3,)), WindowsEvents(_SECURITY, (5156,))),
    "sysmon_status": (WindowsEvents(_SYSMON, (4, 16)),),
    "process_termination": (WindowsEvents(_SYSMON, (5,)), WindowsEvents(_SECURITY, (4689,))),
    "driver_load": (WindowsEvents(_SYSMON, (6,)),),
    "image_load": (WindowsEvents(_SYSMON, (7,)),),
    "create_remote_thread": (WindowsEvents(_SYSMON, (8,)),),
    "raw_access_thread": (WindowsEvents(_SYSMON, (9,)),),
    "process_access": (WindowsEvents(_SYSMON, (10,)),),
    "file_event": (WindowsEvents(_SYSMON, (11,)),),
    "registry_add": (WindowsEvents(_SYSMON, (12,), ("CreateKey", "CreateValue")),),
    "registry_delete": (WindowsEvents(_SYSMON, (12,), ("DeleteKey", "DeleteValue")),),
    "registry_set": (WindowsEvents(_SYSMON, (13,)), WindowsEvents(_SECURITY, (4657,))),
    "registry_rename": (WindowsEvents(_SYSMON, (14,)),),
    "registry_event": (
        WindowsEvents(_SYSMON, (12, 13, 14)), WindowsEvents(_SECURITY, (4657,)),
    ),
    "create_stream_hash": (WindowsEvents(_SYSMON, (15,)),),
    "pipe_created": (WindowsEvents(_SYSMON, (17, 18)),),
    "wmi_event": (WindowsEvents(_SYSMON, (19, 20, 21)),),
    "dns_query": (WindowsEvents(_SYSMON, (22,)),),
    "file_delete": (WindowsEvents(_SYSMON, (23, 26)),),
    "clipboard_capture": (WindowsEvents(_SYSMON, (24,)),),
    "clipboard_change": (WindowsEvents(_SYSMON, (24,)),),
    "process_tampering": (WindowsEvents(_SYSMON, (25,)),),
    "file_block_executable": (WindowsEvents(_SYSMON, (27,)),),
    "file_block_shredding": (WindowsEvents(_SYSMON, (28,)),),
    "file_executable_detected": (WindowsEvents(_SYSMON, (29,)),),
    "sysmon_error": (WindowsEvents(_SYSMON, (255,)),),
    "file_access": (WindowsEvents(_KERNEL_FILE, (12,)),),
    "file_rename": (WindowsEvents(_KERNEL_FILE, (19, 27)),),
    "ps_module": (
        WindowsEvents(_POWERSHELL, (4103,)), WindowsEvents(_POWERSHELL_CORE, (4103,)),
    ),
    "ps_script": (
        WindowsEvents(_POWERSHELL, (4104,)), WindowsEvents(_POWERSHELL_CORE, (4104,)),
    ),
    "ps_classic_start": (WindowsEvents(_POWERSHELL_CLASSIC, (400,)),),
    "ps_classic_provider_start": (WindowsEvents(_POWERSHELL_CLASSIC, (600,)),),
    "ps_classic_script": (WindowsEvents(_POWERSHELL_CLASSIC, (800,)),),
    "antivirus": (
        WindowsEvents(_DEFENDER, (1006, 1007, 1008, 1015, 1116, 1117, 1118, 1119)),
    ),
})  # fmt: skip
"""Sigma category → where Windows writes such events."""

SERVICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "application": ("Application",),
        "applocker": (
            "Microsoft-Windows-AppLocker/EXE and DLL",
            "Microsoft-Windows-AppLocker/MSI and Script",
            "Microsoft-Windows-AppLocker/Packaged app-Deployment",
            "Microsoft-Windows-AppLocker/Packaged app-Execution",
        ),
        "appmodel-runtime": ("Microsoft-Windows-AppModel-Runtime/Admin",),
        "appxdeployment-server": (
            "Microsoft-Windows-AppXDeploymentServer/Operational",
            "Microsoft-Windows-AppXDeployment-Server/Operational",
        ),
        "appxpackaging-om": ("Microsoft-Windows-AppxPackaging/Operational",),
        "bitlocker": ("Microsoft-Windows-BitLocker/BitLocker Management",),
        "bits-client": ("Microsoft-Windows-Bits-Client/Operational",),
        "capi2": ("Microsoft-Windows-CAPI2/Operational",),
        "certificateservicesclient-lifecycle-system": (
            "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational",
        ),
        "codeintegrity-operational": ("Microsoft-Windows-CodeIntegrity/Operational",),
        "diagnosis-scripted": ("Microsoft-Windows-Diagnosis-Scripted/Operational",),
        "dhcp": ("Microsoft-Windows-DHCP-Server/Operational",),
        "dns-client": ("Microsoft-Windows-DNS Client Events/Operational",),
        "dns-server": ("DNS Server",),
        "dns-server-analytic": ("Microsoft-Windows-DNSServer/Analytical",),
        "dns-server-audit": ("Microsoft-Windows-DNSServer/Audit",),
        "driver-framework": ("Microsoft-Windows-DriverFrameworks-UserMode/Operational",),
        "firewall-as": ("Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",),
        "hyper-v-worker": ("Microsoft-Windows-Hyper-V-Worker",),
        "iis-configuration": ("Microsoft-IIS-Configuration/Operational",),
        "kernel-event-tracing": ("Microsoft-Windows-Kernel-EventTracing",),
        "kernel-shimengine": (
            "Microsoft-Windows-Kernel-ShimEngine/Operational",
            "Microsoft-Windows-Kernel-ShimEngine/Diagnostic",
        ),
        "ldap": ("Microsoft-Windows-LDAP-Client/Debug",),
        "ldap_debug": ("Microsoft-Windows-LDAP-Client/Debug",),
        "lsa-server": ("Microsoft-Windows-LSA/Operational",),
        "microsoft-servicebus-client": (
            "Microsoft-ServiceBus-Client",
            "Microsoft-ServiceBus-Client/Admin",
            "Microsoft-ServiceBus-Client/Operational",
        ),
        "msexchange-management": ("MSExchange Management",),
        "ntfs": ("Microsoft-Windows-Ntfs/Operational",),
        "ntlm": ("Microsoft-Windows-NTLM/Operational",),
        "openssh": ("OpenSSH/Operational",),
        "powershell": (_POWERSHELL, _POWERSHELL_CORE),
        "powershell-classic": (_POWERSHELL_CLASSIC,),
        "printservice-admin": ("Microsoft-Windows-PrintService/Admin",),
        "printservice-operational": ("Microsoft-Windows-PrintService/Operational",),
        "security": (_SECURITY,),
        "security-mitigations": (
            "Microsoft-Windows-Security-Mitigations/KernelMode",
            "Microsoft-Windows-Security-Mitigations/UserMode",
            "Microsoft-Windows-Security-Mitigations/Kernel Mode",
            "Microsoft-Windows-Security-Mitigations/User Mode",
        ),
        "sense": ("Microsoft-Windows-SENSE/Operational",),
        "shell-core": ("Microsoft-Windows-Shell-Core/Operational",),
        "smbclient-connectivity": ("Microsoft-Windows-SmbClient/Connectivity",),
        "smbclient-security": ("Microsoft-Windows-SmbClient/Security",),
        "smbserver-connectivity": ("Microsoft-Windows-SMBServer/Connectivity",),
        "sysmon": (_SYSMON,),
        "system": ("System",),
        "taskscheduler": ("Microsoft-Windows-TaskScheduler/Operational",),
        "terminalservices-localsessionmanager": (
            "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
        ),
        "vhdmp": ("Microsoft-Windows-VHDMP/Operational",),
        "windefend": (_DEFENDER,),
        "wmi": ("Microsoft-Windows-WMI-Activity/Operational",),
    }
)
"""Sigma service → channels."""

_PROCESS_4688: Final = MappingProxyType(
    {
        "image": "NewProcessName",
        "parentimage": "ParentProcessName",
        "user": "SubjectUserName",
        "logonid": "SubjectLogonId",
        "integritylevel": "MandatoryLabel",
        "parentprocessid": "ProcessId",
    }
)
_CONNECTION_5156: Final = MappingProxyType(
    {
        "image": "Application",
        "sourceip": "SourceAddress",
        "destinationip": "DestAddress",
        "destinationport": "DestPort",
    }
)
_REGISTRY_4657: Final = MappingProxyType(
    {
        "image": "ProcessName",
        "targetobject": "ObjectName",
        "details": "NewValue",
    }
)
_DEFENDER_FIELDS: Final = MappingProxyType({"signature": "Threat Name", "filename": "Path"})
_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def other_names(channel: object, number: object) -> Mapping[str, str]:
    """For events of that channel and number: rule field (lower case) → vendor field.

    Used where the event has no field of the rule's name.
    """
    match str(channel), str(number):
        case "Security", "4688":
            return _PROCESS_4688
        case "Security", "5156":
            return _CONNECTION_5156
        case "Security", "4657":
            return _REGISTRY_4657
        case str(where), _ if where == _DEFENDER:
            return _DEFENDER_FIELDS
        case _:
            return _NONE
