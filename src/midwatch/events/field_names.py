"""Names of fields, and of words before an address, and what they stand for.

A name is lower case without separators; a name of several levels is joined
(``source.ip`` → ``sourceip``). Names are listed best first: where a message holds two of
one column, the earlier one wins. A name that is not listed is told by its ending, if that
is telling (``vpnClientIp``, ``detection_timestamp``), and counts for less.

Job: tables and their look-up. It reads no values: `plain_fields` and `plain_sentence` do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_SEPARATORS: Final = re.compile(r"[^0-9a-zà-ÿ]+")


def normal(name: str) -> str:
    """A name without case and separators.

    >>> normal("Source-IP_Address")
    'sourceipaddress'
    """
    low = name.lower()
    return low if low.isalnum() else _SEPARATORS.sub("", low)


class Role(NamedTuple):
    """The column (or group of texts) a name stands for, and how surely: 0 is best."""

    column: str
    rank: int


# Groups of fields that are no column but say together what happened.
TEXT: Final = "+text"
EVENT: Final = "+event"
OUTCOME: Final = "+outcome"
CODE: Final = "+code"
STATUS: Final = "+status"
METHOD: Final = "+method"
FROM: Final = "+from"
TO: Final = "+to"
ATTACK: Final = "+attack"
MALWARE: Final = "+malware"

_NAMES: Final = {
    "time": """
        timestamp eventtime eventtimestamp eventdate eventdatetime time ts datetime
        dateandtime isotimestamp utctime eventcreated createdatetime createddatetime
        activitydatetime creationtime creationtimestamp createdat created published
        occurred occured occurredat occuredat eventoccurred logtime logtimestamp logdate
        timegenerated generatedtime generated timecreatedsystemtime timecreated systemtime
        starttime startdatetime eventstart edgestarttimestamp edgeendtimestamp
        requesttimestamp detecttime detectiontime detectedat detectedtime timestamputc
        utctimestamp localtime receivedtime receivetime receivetimestamp timereceived
        firsttime begintime begin start asctime msgtime messagetime syslogtime tdate
        datenumberlong eventcreationtime requestreceivedtimestamp stagetimestamp
        servertimestamp clienttimestamp timestampdetected vectratimestamp received utc
        date t dt epoch epochtime unixtime unixtimestamp timestampms timestampsec
        timestampiso8601 endtime end lasttime updatedat lastupdated rt eventtimeutc
        eventtimelocal triggeredat triggertime reportedtime logged loggedat at when zeit
        datum actiontime alerttime alertdate attacktime blocktime eventtimems
        eventtimestampms
        """,
    "src": """
        xforwardedfor forwardedfor xrealip realip trueclientip cfconnectingip srcip
        sourceip sourceipaddress sourceaddress srcaddr srcaddress srcipaddr srcipaddress
        sourceipv4 sourceipv6 saddr clientip clientipaddress clientaddress clientaddr
        calleripaddress callerip actoripaddress actorip actoripaddr attackerip
        attackeraddress attackersip attackip userip useripaddress requestip
        requestipaddress downstreamremoteaddress remoteip remoteaddr remoteaddress
        remoteipaddress remoteipaddr rhost rip addrremote accessdeviceip initiatorip
        initiatingip sourcenetworkaddress networkclientip visitorip loginip fromip peerip
        peeraddr peeraddress originaddress originip originatingip xoriginatingip
        requesterip ipsrc ipsource senderip connectionip sourceips clientips
        remoteipdetailsipaddressv4 ipclient ipsrc idorigh origh userclientip offenderip callingip
        ipaddress ipaddr ipadress ip ipv4 ipv6 client remote peer src source addr address
        cip externalip wanip callingstationid publicip deviceip deviceipaddress endpointip
        computerip hostip machineip endpointipaddress internalip localipaddress
        workstationip ipaddressv4
        """,
    "dst": """
        dstip destip destinationip destinationipaddress destinationaddress dstaddr
        dstaddress dstipaddr dstipaddress destaddr destaddress daddr destinationipv4
        destinationipv6 targetip targetaddress targetipaddress serverip serveraddr
        serveraddress serveripaddress victimip toip dip ipdst ipdest ipdestination
        localipdetailsipaddressv4 idresph resph dstips destinationips dst dest destination
        target server
        """,
    "src_port": """
        srcport sourceport sport spt clientport remoteport peerport srcportnumber
        sourceportnumber clientsrcport portsrc ipport actorport idorigp origp
        remoteportdetailsport
        """,
    "dst_port": """
        dstport destport destinationport dport dpt serverport targetport dstportnumber
        destinationportnumber portdst localport idrespp respp localportdetailsport
        """,
    "src_host": """
        srchost sourcehost sourcehostname srcname srchostname clienthost clienthostname
        clientname remotehost workstationname workstation sourceworkstation clientdomain
        sourcedomain
        """,
    "dst_host": """
        dsthost desthost destinationhost destinationhostname dsthostname destinationdomain
        dstname targethost targethostname sni tlssni servername requesthostname
        """,
    "user": """
        targetuseremail targetuserupn targetuserprincipalname targetusername targetuser
        srcuser sourceuser sourceusername suser initiatedbyuseruserprincipalname
        useridentityusername userprincipalname upn username usernameattempted
        attemptedusername usr loginname logonname loginuser loginid login userlogin
        loginusername uname useremail emailaddress email mail actoralternateid
        useralternateid actoremail actorlogin actorusername actoruseremail actorname
        actoremailaddress user users usernames accountname account accountemail acct
        samaccountname principalname principalemail principal identity identityname
        identifier authuser remoteuser csusername dstuser destinationuser duser
        destinationusername adminname adminuser operator operatorname actor who by
        userdisplayname actordisplayname displayname fullname requestuser requestusername
        sessionuser ownername createdby performedby initiator initiatorname initiatedby
        triggeredby subjectusername subject authenticationusername userusername
        visitorusername member membername employee useraccount setid userid ruser uid
        accountid
        """,
    "domain": """
        targetdomainname userdomain domain realm authdomain logondomain domainname
        """,
    "host": """
        hostname computername devname devicename machinename servername devicehostname
        hosthostname computer machine agentname agenthostname observerhostname
        observername logsource sourcecomputer deviceexternalid loghost syslogserver node
        nodename endpointname endpointhostname host dvchost dvc nodehostname
        """,
    "severity": """
        severity level loglevel levelname severitytext severitylabel lvl priority prio
        logseverity eventseverity alertseverity risklevel threatlevel severitylevel
        criticality urgency sev s
        """,
    "protocol": """
        proto protocol transport networktransport ipprotocol l4protocol transportprotocol
        networkprotocol protocolname protoname l4proto protocolid
        """,
    "http_host": """
        httphost requesthost clientrequesthost cshost urldomain vhost virtualhost
        httprequesthost reqhost headershost reqheadershost requestheadershost
        """,
    "url_path": """
        requesturi requesturl requestpath urlpath httppath httpurl httpuri
        clientrequesturi clientrequestpath csuristem csuri requrl reqpath requri
        reqoriginalurl originalurl uripath urloriginal urlfull pathinfo httprequesturl
        httprequesturi httprequestpath httprequestrequesturl url uri path requesttarget
        endpoint resourceurl
        """,
    "user_agent": """
        useragent httpuseragent requestuseragent csuseragent clientrequestuseragent
        useragentoriginal rawuseragent useragentrawuseragent httprequestuseragent
        headersuseragent reqheadersuseragent clientuseragent agent browser
        """,
    "referrer": """
        referer referrer httpreferer httpreferrer httprequestreferer clientrequestreferer
        """,
    "session": """
        sessionid connectionid connid sessionkey authenticationcontextexternalsessionid
        sessid ctx requestid correlationid transactionid traceid
        """,
    "signature_id": """
        signatureid sigid sid alertsignatureid attackid detectionid threatid virusid gid
        """,
    "policy": """
        policyname policy policyid rulename rule ruleid ruletitle aclname acl matchedrule
        """,
    "file": """
        filepath filename targetfilename targetfile filefullpath objectname
        """,
    "process": """
        processname image processpath processexecutable processimage process exe
        executable imagefilename processimagepath
        """,
    "command": """
        commandline processcommandline cmdline cmd command
        """,
    "mail_from": """
        sender senderaddress mailfrom emailfrom envelopefrom emailsender fromaddress
        """,
    "mail_to": """
        recipient recipients recipientaddress mailto emailto rcptto rcpt envelopeto
        toaddress
        """,
    "query_name": """
        queryname qname dnsqueryname dnsquestionname dnsquery rrname question query
        """,
    "country": """
        sourcegeocountryisocode countrycode geocountryisocode countryiso geocountrycode
        srccountry sourcecountry clientcountry country
        """,
    "in_interface": """
        ininterface srcintf inintf inboundinterface ingressinterface iniface srcinterface
        """,
    "out_interface": """
        outinterface dstintf outintf outboundinterface egressinterface dstinterface
        """,
    "bytes_in": """
        bytesin rcvdbyte bytesreceived receivedbytes rcvdbytes
        """,
    "bytes_out": """
        bytesout sentbyte bytessent sentbytes
        """,
    "auth_method": """
        authmethod authenticationmethod authmechanism mechanism authtype
        authenticationtype
        """,
    METHOD: """
        httpmethod requestmethod httpverb csmethod clientrequestmethod httprequestmethod
        httprequestrequestmethod reqmethod verb method
        """,
    STATUS: """
        httpstatus httpstatuscode statuscode responsestatus responsecode
        responsestatuscode scstatus edgeresponsestatus httpresponsestatuscode
        httprequeststatus resstatuscode rescode code status
        """,
    FROM: """
        from
        """,
    TO: """
        to
        """,
    ATTACK: """
        signature signaturename alertsignature attackname attack attacktype alertname
        idsname ipsname vulnerability exploitname intrusionname
        """,
    MALWARE: """
        malwarename malware virusname virus threatname threat trojan infectionname
        detectionname malwarefamily threatfamilyname
        """,
    TEXT: """
        message msg messagetext shortmessage fullmessage eventmessage logmessage
        description eventdescription desc details detail text reason failurereason
        statusfailurereason outcomereason denialreason resultdescription resultreason
        errormessage errordescription error errorreason exception cause statusreason
        summary ruledescription primarydescription secondarydescription eventinfo fulllog
        statusmessage logonerror title body note info comment additionaldetails
        statusadditionaldetails log alert extra data eventdata originalmessage
        displaymessage debugcontext remark content
        """,
    EVENT: """
        event eventname eventtype eventaction action actionname actiontype activity
        activityname activitytype operation operationname operationtype type subtype
        logtype logsubtype eventcategory category metricname legacyeventtype kind
        eventsname eventskey eventid function funcname alerttype eventclass eventclassname
        eventtypename messagetype msgtype eventcode commandname objectid auditaction
        logintype eventkey logdescription task scope eventtypedescription api apiname
        methodname endpointaction audittype eventsubtype
        """,
    OUTCOME: """
        outcome outcomeresult eventoutcome result results success succeeded successful
        issuccess wassuccessful issuccessful loginresult authresult authenticationresult
        authenticationstatus authstatus loginstatus eventresult actionresult
        operationresult state consolelogin responseelementsconsolelogin allowed isallowed
        passed verdict decision disposition authenticated isauthenticated authorized
        resultstatus statusdescription resulttext responsetext blocked isblocked
        accessstatus loginoutcome fwaction firewallaction act utmaction authsuccess
        loginsuccess authenticationsuccess loginerror
        """,
    CODE: """
        errorcode statuserrorcode resulttype resultcode returncode resultsignature errcode
        rc authresultcode
        """,
}

_IGNORED: Final = """
    authdeviceip natip natsrcip natdstip nattranslatedip observerip sensorip nexthop
    gatewayip natsourceip natdestinationip dnsserver collectorip forwarderip deviceversion
    logsourceip observeripaddress hostmac sourcemac natsrcaddress agentversion agenttype
    agentid hostos hostarchitecture userroles usergroups usertype actortype userriskscore
    sourcetype clienttype servertype targettype inputtype recordtype usertypeid
    requesttime requestduration responsetime upstreamresponsetime connecttime
    processingtime sessionstarttime tokenissuedat expires expiresat expirationtime
    validuntil notafter notbefore agentephemeralid processpid threadname filedate
    filecreated processstarttime passwordlastset lastlogon lastlogin birthdate ecsversion
    logversion actionid geolocation userstatus userstate nasipaddress nasip nasidentifier
    deviceipaddressmask requestedtime duration
    """

# Endings that tell what an unlisted name stands for, the longer ones first.
_ENDINGS: Final = (
    ("dst", "destinationip destinationipaddress destip dstip serverip targetip destinationaddress"),
    ("", "natip natipaddress gatewayip dnsip serveripaddress mask netmask subnet expirationtime"),
    ("", "expirydate expirytime expiretime lastlogintime lastlogontime uptime runtime lifetime"),
    ("", "timezone responsetime elapsedtime processingtime downtime"),
    ("src", "sourceip sourceipaddress clientip clientipaddress remoteip remoteaddress remoteaddr"),
    ("src", "attackerip callerip userip ipaddress ipaddr ipv4 ipv6 ip"),
    ("src_port", "sourceport clientport remoteport srcport"),
    ("dst_port", "destinationport destport dstport serverport targetport"),
    ("time", "timestamp datetime createdat eventtime occurredat detectedat creationtime time"),
    ("user", "username useremail userprincipalname useraccount accountname loginname userlogin"),
    ("host", "hostname computername devicename machinename"),
    (TEXT, "message description reason errortext"),
    (EVENT, "eventname eventtype action activity operation"),
    (OUTCOME, "outcome result success"),
)
_LEAST: Final = 600
"""Rank of the first ending; all are worse than a listed name."""

_NAMES_THAT_COUNT: Final = 3


def _roles() -> dict[str, Role | None]:
    roles: dict[str, Role | None] = dict.fromkeys(_IGNORED.split())
    for column, names in _NAMES.items():
        for rank, name in enumerate(names.split()):
            roles.setdefault(name, Role(column, rank))
    return roles


def _endings() -> tuple[tuple[str, Role | None], ...]:
    found: list[tuple[str, Role | None]] = []
    for column, endings in _ENDINGS:
        for ending in endings.split():
            found.append((ending, Role(column, _LEAST + len(found)) if column else None))
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


ROLES: Final = _roles()
_BY_ENDING: Final = _endings()


def role_of(path: Sequence[str]) -> Role | None:
    """What a path of normal names stands for, or None.

    >>> role_of(["destination", "ip"]), role_of(["vpnclientip"])[0]
    (Role(column='dst', rank=2), 'src')
    """
    path = path[-_NAMES_THAT_COUNT:]
    for first in range(len(path)):
        name = "".join(path[first:])
        if name in ROLES:
            return ROLES[name]
    name = path[-1]
    for ending, role in _BY_ENDING:
        if name.endswith(ending):
            return role
    return None


# --------------------------------------------------- words before an address in a sentence

SOURCE: Final = "src"
DESTINATION: Final = "dst"

_NO_ENDPOINT: Final = (
    "version mask netmask subnet broadcast dns ntp release build serial firmware oid gatewayip"
    " natip natsrcip nat"
)
_WORDS: Final = (
    (SOURCE, 0, "xforwardedfor forwardedfor realip xrealip clientip clientaddress"),
    (SOURCE, 10, "from von desde depuis vom"),
    (SOURCE, 20, "client rhost src source remote attacker peer origin srcip remoteaddr ruser"),
    (SOURCE, 20, "remoteip sourceip offender caller visitor saddr connectfrom intruder initiator"),
    (SOURCE, 30, "ip ipaddress ipaddr addr address adresse ipadresse host by via user de da van"),
    (SOURCE, 40, "for ban unban banned blocked blocking block banning found"),
    (DESTINATION, 0, "to dst dest destination target daddr dstip destip destinationip"),
    (DESTINATION, 10, "server upstream into local laddr listen listening bind bound on at dport"),
    (DESTINATION, 10, "towards toward nach connecting connect resolver nameserver backend gateway"),
    (DESTINATION, 10, "nexthop endpoint localaddr localaddress serverip interface"),
)


def _endpoint_words() -> dict[str, tuple[str | None, int]]:
    words: dict[str, tuple[str | None, int]] = {}
    for side, rank, names in _WORDS:
        for name in names.split():
            words[name] = (side, rank)
    for name, role in ROLES.items():
        if role is not None and role.column in (SOURCE, DESTINATION):
            words.setdefault(name, (role.column, 25 + role.rank // 8))
    words.update(dict.fromkeys(_NO_ENDPOINT.split(), (None, 0)))
    return words


ENDPOINT_WORDS: Final = _endpoint_words()
"""Normal word → the side of the address behind it (None: no endpoint) and its rank."""
