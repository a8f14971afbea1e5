"""Names of fields and the columns they stand for.

A name is lower case without separators; a name of several levels is joined
(``source.ip`` → ``sourceip``). Names are listed best first: where a message holds two of
one column, the earlier one wins.
"""

from __future__ import annotations

import re
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
TEXT, EVENT, OUTCOME, CODE, STATUS, METHOD, FROM, TO, ATTACK, MALWARE = (
    "+text", "+event", "+outcome", "+code", "+status", "+method", "+from", "+to", "+attack",
    "+malware",
)  # fmt: skip

_NAMES: Final = {
    "time": """
        timestamp eventtime eventtimestamp eventdate eventdatetime time ts datetime dateandtime
        isotimestamp utctime eventcreated createdatetime createddatetime activitydatetime
        creationtime creationtimestamp createdat created published occurred occured occurredat
        occuredat eventoccurred logtime logtimestamp logdate timegenerated generatedtime generated
        timecreatedsystemtime timecreated systemtime starttime startdatetime eventstart
        edgestarttimestamp edgeendtimestamp requesttimestamp detecttime detectiontime detectedat
        detectedtime timestamputc utctimestamp localtime receivedtime receivetime receivetimestamp
        timereceived firsttime begintime begin start asctime msgtime messagetime syslogtime
        tdate datenumberlong date t dt epoch epochtime unixtime unixtimestamp timestampms
        timestampsec timestampiso8601 endtime end lasttime updatedat lastupdated rt eventtimeutc
        eventtimelocal triggeredat triggertime reportedtime logged loggedat at when zeit datum
        actiontime alerttime alertdate attacktime blocktime eventtimems eventtimestampms
        """,
    "src": """
        xforwardedfor forwardedfor xrealip realip trueclientip cfconnectingip
        srcip sourceip sourceipaddress sourceaddress srcaddr srcaddress srcipaddr srcipaddress
        sourceipv4 sourceipv6 saddr clientip clientipaddress clientaddress clientaddr
        calleripaddress callerip callerip actoripaddress actorip actoripaddr attackerip
        attackeraddress attackersip attackip userip useripaddress requestip requestipaddress
        downstreamremoteaddress remoteip remoteaddr remoteaddress remoteipaddress remoteipaddr rhost rip addrremote
        accessdeviceip initiatorip initiatingip sourcenetworkaddress networkclientip
        visitorip loginip fromip peerip peeraddr peeraddress originaddress originip
        originatingip xoriginatingip requesterip ipsrc ipsource ipaddress ipaddr ipadress ip ipv4
        ipv6 client remote peer src source addr address cip externalip wanip callingstationid
        publicip deviceip deviceipaddress endpointip computerip hostip machineip
        endpointipaddress internalip localipaddress workstationip
        """,
    "dst": """
        dstip destip destinationip destinationipaddress destinationaddress dstaddr dstaddress
        dstipaddr dstipaddress destaddr destaddress daddr destinationipv4 destinationipv6 targetip
        targetaddress targetipaddress serverip serveraddr serveraddress serveripaddress victimip
        toip dip ipdst ipdest ipdestination dst dest destination target server
        """,
    "src_port": """
        srcport sourceport sport spt clientport remoteport peerport srcportnumber sourceportnumber
        clientsrcport portsrc ipport actorport
        """,
    "dst_port": """
        dstport destport destinationport dport dpt serverport targetport dstportnumber
        destinationportnumber portdst localport
        """,
    "src_host": """
        srchost sourcehost sourcehostname srcname srchostname clienthost clienthostname clientname
        remotehost workstationname workstation sourceworkstation clientdomain sourcedomain
        """,
    "dst_host": """
        dsthost desthost destinationhost destinationhostname dsthostname destinationdomain dstname
        targethost targethostname sni tlssni servername requesthostname
        """,
    "user": """
        targetuseremail targetuserupn targetuserprincipalname targetusername targetuser srcuser
        sourceuser sourceusername suser initiatedbyuseruserprincipalname useridentityusername
        userprincipalname upn username usernameattempted attemptedusername usr loginname
        logonname loginuser loginid login userlogin loginusername uname useremail
        emailaddress email mail actoralternateid useralternateid actoremail actorlogin actorusername
        actoruseremail actorusername actorname actoremailaddress user users usernames accountname
        account accountemail acct samaccountname principalname principalemail principal identity
        identityname identifier authuser remoteuser csusername dstuser destinationuser duser
        destinationusername adminname adminuser operator operatorname actor who by
        userdisplayname actordisplayname displayname fullname requestuser requestusername
        sessionuser ownername createdby performedby initiator initiatorname
        initiatedby triggeredby subjectusername subject authenticationusername userusername
        visitorusername member membername employee useraccount setid userid ruser uid accountid
        """,
    "domain": "targetdomainname userdomain domain realm authdomain logondomain domainname",
    "host": """
        hostname computername devname devicename machinename servername devicehostname hosthostname
        computer machine agentname agenthostname observerhostname observername logsource
        sourcecomputer deviceexternalid loghost syslogserver node nodename endpointname
        endpointhostname host dvchost dvc nodehostname
        """,
    "severity": """
        severity level loglevel levelname severitytext severitylabel lvl priority prio logseverity
        eventseverity alertseverity risklevel threatlevel severitylevel criticality urgency sev s
        """,
    "protocol": """
        proto protocol transport networktransport ipprotocol l4protocol transportprotocol
        networkprotocol protocolname protoname l4proto protocolid
        """,
    "http_host": """
        httphost requesthost clientrequesthost cshost urldomain vhost virtualhost httprequesthost
        reqhost headershost reqheadershost requestheadershost
        """,
    "url_path": """
        requesturi requesturl requestpath urlpath httppath httpurl httpuri clientrequesturi
        clientrequestpath csuristem csuri requrl reqpath requri reqoriginalurl originalurl uripath
        urloriginal urlfull pathinfo httprequesturl httprequesturi httprequestpath httprequestrequesturl
        url uri path requesttarget endpoint resourceurl
        """,
    "user_agent": """
        useragent httpuseragent requestuseragent csuseragent clientrequestuseragent
        useragentoriginal rawuseragent useragentrawuseragent httprequestuseragent headersuseragent
        reqheadersuseragent clientuseragent agent browser
        """,
    "referrer": "referer referrer httpreferer httpreferrer httprequestreferer clientrequestreferer",
    "session": """
        sessionid connectionid connid sessionkey authenticationcontextexternalsessionid sessid ctx
        requestid correlationid transactionid traceid
        """,
    "signature_id": "signatureid sigid sid alertsignatureid attackid detectionid threatid virusid gid",
    "policy": "policyname policy policyid rulename rule ruleid ruletitle aclname acl matchedrule",
    "file": "filepath filename targetfilename targetfile filefullpath objectname",
    "process": """
        processname image processpath processexecutable processimage process exe executable
        imagefilename processimagepath
        """,
    "command": "commandline processcommandline cmdline cmd command",
    "mail_from": "sender senderaddress mailfrom emailfrom envelopefrom emailsender fromaddress",
    "mail_to": "recipient recipients recipientaddress mailto emailto rcptto rcpt envelopeto toaddress",
    "query_name": "queryname qname dnsqueryname dnsquestionname dnsquery rrname question query",
    "country": """
        sourcegeocountryisocode countrycode geocountryisocode countryiso geocountrycode srccountry
        sourcecountry clientcountry country
        """,
    "in_interface": "ininterface srcintf inintf inboundinterface ingressinterface iniface srcinterface",
    "out_interface": "outinterface dstintf outintf outboundinterface egressinterface dstinterface",
    "bytes_in": "bytesin rcvdbyte bytesreceived receivedbytes rcvdbytes",
    "bytes_out": "bytesout sentbyte bytessent sentbytes",
    "auth_method": "authmethod authenticationmethod authmechanism mechanism authtype authenticationtype",
    METHOD: """
        httpmethod requestmethod httpverb csmethod clientrequestmethod httprequestmethod
        httprequestrequestmethod reqmethod verb method
        """,
    STATUS: """
        httpstatus httpstatuscode statuscode responsestatus responsecode responsestatuscode scstatus
        edgeresponsestatus httpresponsestatuscode httprequeststatus resstatuscode rescode code status
        """,
    FROM: "from",
    TO: "to",
    ATTACK: """
        signature signaturename alertsignature attackname attack attacktype alertname idsname
        ipsname vulnerability exploitname intrusionname ruledescription
        """,
    MALWARE: """
        malwarename malware virusname virus threatname threat trojan infectionname detectionname
        malwarefamily threatfamilyname
        """,
    TEXT: """
        message msg messagetext shortmessage fullmessage eventmessage logmessage description
        eventdescription desc details detail text reason failurereason statusfailurereason
        outcomereason denialreason resultdescription resultreason errormessage errordescription
        error errorreason exception cause statusreason summary title body note info comment
        additionaldetails statusadditionaldetails log alert extra data eventdata originalmessage
        displaymessage debugcontext remark content
        """,
    EVENT: """
        event eventname eventtype eventaction action actionname actiontype activity activityname
        activitytype operation operationname operationtype type subtype logtype logsubtype
        eventcategory category metricname legacyeventtype kind eventsname eventskey eventid function
        funcname alerttype eventclass eventclassname eventtypename messagetype msgtype
        eventcode commandname objectid auditaction logintype eventkey logdescription task scope
        eventtypedescription api apiname methodname endpointaction
        """,
    OUTCOME: """
        outcome outcomeresult eventoutcome result results success succeeded successful issuccess
        wassuccessful issuccessful loginresult authresult authenticationresult authenticationstatus
        authstatus loginstatus eventresult actionresult operationresult state consolelogin
        responseelementsconsolelogin allowed isallowed passed verdict decision disposition
        authenticated isauthenticated authorized resultstatus statusdescription resulttext
        responsetext blocked isblocked accessstatus loginoutcome fwaction firewallaction
        act utmaction
        """,
    CODE: """
        errorcode statuserrorcode resulttype resultcode returncode resultsignature errcode rc
        authresultcode
        """,
}  # fmt: skip

_IGNORED: Final = """
    authdeviceip natip natsrcip natdstip nattranslatedip observerip sensorip nexthop gatewayip
    natsourceip natdestinationip dnsserver collectorip forwarderip deviceversion
    logsourceip observeripaddress hostmac sourcemac natsrcaddress
    agentversion agenttype agentid hostos hostarchitecture userroles usergroups usertype
    actortype userriskscore sourcetype clienttype servertype targettype inputtype recordtype usertypeid
    requesttime requestduration responsetime upstreamresponsetime connecttime processingtime
    sessionstarttime tokenissuedat expires expiresat expirationtime validuntil notafter notbefore
    agentephemeralid processpid threadname filedate filecreated processstarttime
    passwordlastset lastlogon lastlogin birthdate ecsversion logversion
    actionid geolocation userstatus userstate hostname0
""".split()

ROLES: Final[dict[str, Role | None]] = {name: None for name in _IGNORED}
for _column, _names in _NAMES.items():
    for _rank, _name in enumerate(_names.split()):
        ROLES.setdefault(_name, Role(_column, _rank))


# --------------------------------------------------- words before an address in a sentence

SOURCE: Final = "src"
DESTINATION: Final = "dst"

_WORDS: Final = {
    (SOURCE, 0): "xforwardedfor forwardedfor realip xrealip clientip clientaddress",
    (SOURCE, 10): "from von desde depuis vom",
    (SOURCE, 20): """client rhost src source remote attacker peer origin srcip remoteaddr ruser
        remoteip sourceip offender caller visitor saddr connectfrom intruder initiator""",
    (SOURCE, 30): "ip ipaddress ipaddr addr address adresse ipadresse host by via user de da van att",
    (SOURCE, 40): "for ban unban banned blocked blocking block banning found",
    (DESTINATION, 0): "to dst dest destination target daddr dstip destip destinationip",
    (DESTINATION, 10): """server upstream into local laddr listen listening bind bound on at host2
        dport towards toward nach connecting connect resolver nameserver backend gateway nexthop
        endpoint localaddr localaddress serverip interface""",
}  # fmt: skip
ENDPOINT_WORDS: Final[dict[str, tuple[str | None, int]]] = {}
for (_side, _rank), _names in _WORDS.items():
    for _name in _names.split():
        ENDPOINT_WORDS[_name] = (_side, _rank)
for _name, _role in ROLES.items():
    if _role is not None and _role.column in (SOURCE, DESTINATION):
        ENDPOINT_WORDS.setdefault(_name, (_role.column, 25 + _role.rank // 8))
for _name in (
    "version mask netmask subnet broadcast dns ntp release build serial firmware oid"
    " gatewayip natip natsrcip nat"
).split():
    ENDPOINT_WORDS[_name] = (None, 0)
