"""Records of an ordinary Exchange server and of its administrators, as the parsers give them."""

from __future__ import annotations

Record = tuple[str, dict[str, str | tuple[str, ...]]]

W3WP = r"c:\windows\system32\inetsrv\w3wp.exe"
SYSTEM32 = r"C:\Windows\System32"


def iis(method: str, stem: str, status: int, **more: str) -> Record:
    """A request in an IIS log."""
    fields = {"cs-method": method, "cs-uri-stem": stem, "sc-status": str(status), "s-port": "443"}
    agent = more.pop("agent", "Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)")
    names = {"query": "cs-uri-query", "user": "cs-username", "port": "s-port", "client": "c-ip"}
    fields.update({"c-ip": "10.0.0.9", "cs(User-Agent)": agent})
    fields.update({names[key]: value for key, value in more.items()})
    return "iis", dict(fields)


def proxied(protocol: str, stem: str, status: str, anchor: str, **more: str) -> Record:
    """A request in an HttpProxy log."""
    fields: dict[str, str | tuple[str, ...]] = {
        "Protocol": protocol,
        "UrlStem": stem,
        "HttpStatus": status,
        "AnchorMailbox": anchor,
        "ClientIpAddress": "10.0.0.9",
    }
    return "httpproxy", {key: value for key, value in {**fields, **more}.items() if value}


def process(parent: str, image: str, command: str, **more: str) -> Record:
    """A process that was started, as Sysmon records it."""
    fields = {"EventID": "1", "ParentImage": parent, "Image": image, "CommandLine": command}
    return "sysmon", {"Channel": "Microsoft-Windows-Sysmon/Operational", **fields, **more}


def written(image: str, name: str) -> Record:
    """A file that was created, as Sysmon records it."""
    return "sysmon", {"EventID": "11", "Image": image, "TargetFilename": name}


def security(number: int, **fields: str) -> Record:
    """An event of the Security log."""
    return "windows-security", {"EventID": str(number), "Channel": "Security", **fields}


def management(number: int, cmdlet: str, parameters: str) -> Record:
    """An event of the MSExchange Management log."""
    fields = {"EventID": str(number), "Computer": "mail01", "Cmdlet": cmdlet}
    return "msexchange-management", {**fields, "Parameters": parameters}


def other(source: str, **fields: str | tuple[str, ...]) -> Record:
    """A record of any other source."""
    return source, fields


REQUESTS: tuple[Record, ...] = (
    iis(
        "GET",
        "/ecp/",
        302,
        query="&CorrelationID=<empty>;&LogoffReason=NoCookiesGetOrE14AuthPost",
        agent="AMProbe/Local/ClientAccess",
        client="::1",
    ),
    iis(
        "POST",
        "/powershell",
        200,
        query="clientApplication=ActiveMonitor;PSVersion=5.1.14393.4467",
        port="444",
        user=r"CORP\MAIL01$",
        agent="Microsoft+WinRM+Client",
        client="::1",
    ),
    iis(
        "POST",
        "/powershell",
        500,
        query="clientApplication=ActiveMonitor&sessionID=Version_15.1=r",
        port="445",
        user=r"random\ranuser1",
        agent="Microsoft+WinRM+Client",
        client="::1",
    ),
    iis("GET", "/api/v1.0/$metadata", 401, port="444", agent="Odata_PC_Probe/Local", client="::1"),
    iis(
        "GET",
        "/ecp/CertMgmt/EditCertificate.aspx",
        200,
        query="pwmcid=5&ReturnObjectType=1",
        port="444",
        user=r"CORP\admin",
    ),
    iis(
        "POST",
        "/Microsoft-Server-ActiveSync/Proxy",
        401,
        query="Cmd=Settings&User=u&DeviceId=d",
        port="444",
        agent="TestActiveSyncConnectivity",
        client="::1",
    ),
    iis(
        "POST",
        "/Microsoft-Server-ActiveSync/default.eas",
        200,
        query="Cmd=Ping&User=corp%5Cuser&DeviceId=1&DeviceType=iPhone",
        agent="Apple-iPhone5C2/1104",
    ),
    iis(
        "POST",
        "/EWS/Exchange.asmx",
        200,
        query="SoapAction=GetUserOofSettingsResponse;",
        user=r"CORP\user",
        agent="Microsoft+Office/14.0+(Windows+NT+6.1)",
    ),
    iis(
        "POST",
        "/EWS/Exchange.asmx",
        200,
        port="444",
        user=r"CORP\MAIL01$",
        client="::1",
        agent="ExchangeServicesClient/15.01.2375.007",
    ),
    iis("GET", "/owa/", 200, query="&prfltncy=16&prfrpccnt=14&prfrpcltncy=15", user=r"CORP\user"),
    iis("POST", "/owa/auth.owa", 302, query="&CorrelationID=<empty>;"),
    iis("POST", "/owa/auth.owa", 302, agent="python-requests/2.25.1"),
    iis(
        "GET",
        "/owa/auth/logon.aspx",
        200,
        query="url=https%3a%2f%2fmail.corp.example%2fowa&reason=0",
    ),
    iis("POST", "/owa/auth/logon.aspx", 200, query="replaceCurrent=1&reason=2"),
    iis("GET", "/owa/auth/15.1.2106/themes/resources/favicon.ico", 200),
    iis("GET", "/owa/auth/x.js", 404, agent="Mozilla/5.0+zgrab/0.x", client="203.0.113.9"),
    iis(
        "GET",
        "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application",
        200,
        agent="Mozilla/5.0+zgrab/0.x",
        client="203.0.113.9",
    ),
    iis(
        "POST",
        "/ecp/DDI/DDIService.svc/GetList",
        200,
        query="msExchEcpCanary=x&schema=VirtualDirectory",
        user=r"CORP\admin",
    ),
    iis(
        "POST",
        "/ecp/DDI/DDIService.svc/SetObject",
        200,
        query="schema=ResetOABVirtualDirectory",
        port="444",
        user=r"CORP\admin",
    ),
    iis("POST", "/ecp/proxyLogon.ecp", 241, port="444", user=r"CORP\admin", client="::1"),
    iis(
        "GET",
        "/autodiscover/autodiscover.json",
        400,
        query="bla=powershell&CorrelationID=;",
        client="203.0.113.9",
    ),
    iis("POST", "/mapi/emsmdb/", 200, query="mailboxId=0d6a@corp.example", user=r"CORP\user"),
    iis(
        "GET",
        "/foo/bar/baz.asp",
        500,
        query="ID=1%27%20or%201%3D%40%40version--",
        client="203.0.113.9",
    ),
    iis("GET", "/shop/search.aspx", 200, query="command=list&q=net+user+manual"),
    iis("GET", "/aspnet_client/system_web/4_0_30319/WebUIValidation.js", 200),
    iis("GET", "/download/setup.zip", 200),
    proxied(
        "Autodiscover",
        "/autodiscover/autodiscover.xml",
        "200",
        "Sid~S-1-5-21-1-2-3-4343",
        Method="POST",
        RoutingHint="WindowsIdentity",
        ResponseBytes="327",
        BackEndCookie="Database~fb7adba2~~2023-02-08T18:59:59~corp.example~1",
    ),
    proxied(
        "Eas",
        "/Microsoft-Server-ActiveSync/default.eas",
        "403",
        "Sid~S-1-5-21-1-2-3-4343",
        Method="OPTIONS",
        ResponseBytes="5278",
        UrlQuery="?Cmd=Options&User=u&DeviceType=Outlook",
    ),
    proxied(
        "Ecp",
        "/ecp/Current/exporttool/microsoft.exchange.ediscovery.exporttool.application",
        "200",
        "ServerVersion~Version 15.0 (Build 0.0)",
        Method="GET",
        ResponseBytes="10112",
        UserAgent="Mozilla/5.0 zgrab/0.x",
        RoutingHint="EDiscoveryExportTool-ServerVersion",
    ),
    proxied(
        "Ews", "/ews/", "200", "Sid~S-1-5-21-1-2-3-1142", UserAgent="AMProbe/Local/ClientAccess"
    ),
    proxied(
        "Mapi",
        "/mapi/emsmdb/",
        "200",
        "MailboxGuid~12345678-4444",
        Method="POST",
        ClientIpAddress="fe80::1234%3",
        ResponseBytes="99443",
        RoutingHint="MailboxGuidWithDomain",
    ),
    proxied("Owa", "/owa/admin.cfg", "302", "", Method="GET", UserAgent="Mozilla/5.0"),
    proxied("Owa", "/owa/service.svc", "200", "MailboxGuid~12345678-4444", ResponseBytes="40211"),
    proxied(
        "PowerShell",
        "/powershell",
        "200",
        "ServerVersion~Version 15.1 (Build 2374.0)",
        ProtocolAction="Get-Mailbox:Command",
        RoutingHint="ExchClientVer-ServerCookie",
        BackEndCookie="Server~mail01.corp.example~1942063431~2023-01-11T16:11:44",
        UrlQuery="?clientApplication=ActiveMonitor;PSVersion=5.1.14393.5582",
    ),
    proxied("RpcHttp", "/rpc", "401", "", Method="GET", ClientIpAddress="203.0.113.9"),
    proxied(
        "Ecp",
        "/ecp/DDI/DDIService.svc/SetObject",
        "200",
        "Sid~S-1-5-21-1-2-3-500",
        UrlQuery="?schema=ResetOABVirtualDirectory",
        Method="POST",
    ),
    proxied("Ecp", "/ecp/proxyLogon.ecp", "241", "Sid~S-1-5-21-1-2-3-500", Method="POST"),
)
"""Requests of clients, probes, scanners and administrators."""

EVENTS: tuple[Record, ...] = (
    other(
        "ecp-server",
        ServerName="MAIL01",
        EventId="ECP.Request",
        CMD="Get-InboxRule",
        EventData="S:TIME=13;S:CMD=Get-InboxRule;S:URL=/ecp/RulesEditor/InboxRules.svc/GetList"
        "?msExchEcpCanary=CANARY;S:REFERRER=;S:EX=;S:RS=0;S:BLD=15.1.2375.7;S:TNAME=<null>;S:TID=",
    ),
    other(
        "ecp-activity",
        ServerName="MAIL01",
        EventId="Request",
        EventData="S:PSA=<PII>HealthMailbox@corp.example</PII>;S:URL=https://localhost:444/ecp/x",
    ),
    other(
        "rps-cmdlet",
        ServerHostName="MAIL01",
        Cmdlet="Get-Mailbox",
        ExecutionResult="Success",
        Parameters='-ResultSize "1"',
        AuthenticatedUser="HealthMailboxXXX",
    ),
    other(
        "exchange-audit",
        Server="MAIL01",
        Cmdlet="Set-Mailbox",
        ResultStatus="True",
        Parameters='-Identity "HealthMailboxXXX" -Password "<Secure Information Omitted>"',
    ),
    other(
        "oabgenerator",
        Message=r"Download failed and temporary file "
        r"'C:\Program Files\Microsoft\Exchange Server\V15\ClientAccess\OAB\Temp\1.tmp' "
        "needs to be removed",
    ),
    other("exchange-log", sender="user@corp.example", message_subject="Re: <script>"),
    management(1, "Get-OabVirtualDirectory", '-ADPropertiesOnly "True"'),
    management(1, "Set-OwaVirtualDirectory", '-ExternalUrl "https://mail.corp.example/owa"'),
    management(6, "Set-OabVirtualDirectory", '-ExternalUrl "mail"'),
    management(6, "Install-TransportAgent", r'-Name "x" -AssemblyPath ".\x.dll"'),
    security(
        5136,
        ObjectDN="CN=OAB",
        AttributeLDAPDisplayName="msExchExternalHostName",
        AttributeValue="https://mail.corp.example/OAB",
        SubjectUserName="admin",
    ),
    security(
        4688,
        NewProcessName=rf"{SYSTEM32}\net.exe",
        CommandLine="net group",
        ParentProcessName=rf"{SYSTEM32}\cmd.exe",
        SubjectUserName="admin",
    ),
    security(
        5145,
        ShareName=r"\\*\C$",
        RelativeTargetName=r"inetpub\wwwroot\logo.png",
        AccessList="%%4417",
        SubjectUserName="admin",
        IpAddress="10.0.0.9",
    ),
    other(
        "windows-application",
        EventID="4999",
        Channel="Application",
        Level="2",
        Provider_Name="MSExchange Common",
        Data=("w3wp", "System.InvalidCastException"),
    ),
    other(
        "windows-application",
        EventID="1309",
        Channel="Application",
        Level="3",
        Provider_Name="ASP.NET 4.0.30319.0",
        Data=("HttpException", "/owa/x.aspx"),
    ),
    other(
        "windows-system",
        EventID="7036",
        Channel="System",
        Computer="mail01",
        Provider_Name="Service Control Manager",
        param1="MSExchangeUM",
        param2="stopped",
    ),
    process(
        W3WP,
        r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe",
        "csc.exe /noconfig",
        ParentCommandLine='w3wp.exe -ap "MSExchangeECPAppPool"',
    ),
    process(W3WP, r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\vbc.exe", "vbc.exe /t:library"),
    process(
        r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\csc.exe",
        r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\cvtres.exe",
        "cvtres.exe /NOLOGO",
    ),
    process(W3WP, rf"{SYSTEM32}\WerFault.exe", "WerFault.exe -u -p 4412 -s 1840"),
    process(W3WP, rf"{SYSTEM32}\wermgr.exe", "wermgr.exe -upload"),
    process(W3WP, rf"{SYSTEM32}\conhost.exe", "conhost.exe 0xffffffff -ForceV1"),
    process(W3WP, rf"{SYSTEM32}\inetsrv\appcmd.exe", "appcmd.exe list site"),
    process(rf"{SYSTEM32}\svchost.exe", W3WP, 'w3wp.exe -ap "MSExchangeOWAAppPool" -v "v4.0"'),
    process(
        r"D:\Exchange\Bin\UMService.exe", r"D:\Exchange\Bin\UMWorkerProcess.exe", "-startState"
    ),
    process(
        rf"{SYSTEM32}\msiexec.exe",
        rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe",
        "powershell Add-PSSnapin Microsoft.Exchange.Management.PowerShell.Setup",
    ),
    process(rf"{SYSTEM32}\cmd.exe", rf"{SYSTEM32}\whoami.exe", "whoami /all"),
    process(r"C:\Windows\explorer.exe", r"C:\Program Files\7-Zip\7z.exe", r"7z a d:\b.7z d:\logs"),
    written(rf"{SYSTEM32}\msiexec.exe", r"D:\Exchange\FrontEnd\HttpProxy\owa\auth\logon.aspx"),
    written(r"D:\Setup\ExSetup.exe", r"D:\Exchange\FrontEnd\HttpProxy\owa\auth\frowny.aspx"),
    written(r"C:\Windows\servicing\TrustedInstaller.exe", r"C:\inetpub\wwwroot\iisstart.htm"),
    written("System", r"D:\Exchange\FrontEnd\HttpProxy\owa\auth\logon.aspx"),
    written(W3WP, r"D:\Exchange\Logging\HttpProxy\Owa\HttpProxy_2021030311-1.LOG"),
    written(
        W3WP,
        r"C:\Windows\Microsoft.NET\Framework64\v4.0.30319\Temporary ASP.NET Files"
        r"\owa\8e05b027\e164d61b\App_Web_logon.aspx.cdcab7d2.dll",
    ),
    written(
        r"D:\Exchange\Bin\UMWorkerProcess.exe", r"D:\Exchange\UnifiedMessaging\1\CacheCleanup.bin"
    ),
    written(
        r"D:\Exchange\Bin\UMWorkerProcess.exe", r"D:\Exchange\UnifiedMessaging\voicemail\1.wav"
    ),
    other("mft", TargetFilename=r"\Exchange\V15\FrontEnd\HttpProxy\owa\auth\OutlookCN.aspx"),
    other("mft", TargetFilename=r"\Exchange\V15\FrontEnd\HttpProxy\ecp\auth\TimeoutLogout.aspx"),
    other(
        "mft", TargetFilename=r"\inetpub\wwwroot\aspnet_client\system_web\2_0_50727\SmartNav.htm"
    ),
    other("mft", TargetFilename=r"\ProgramData\McAfee\Common Framework\update.zip"),
    other("mft", TargetFilename=r"\Windows\System32\lsass.exe"),
    other("aspnet-compiled", VirtualPath="/owa/auth/logon.aspx", Assembly="App_Web_logon"),
    other("aspnet-compiled", VirtualPath="/owa/auth/errorfe.aspx", Assembly="App_Web_errorfe"),
    other("aspnet-compiled", VirtualPath="/ecp/default.aspx", Assembly="App_Web_default"),
    other(
        "iis-configuration",
        Element="virtual-directory",
        Site="Default Web Site",
        Path="/OAB",
        PhysicalPath=r"D:\Exchange\FrontEnd\HttpProxy\OAB",
        Value="MSExchangeOABAppPool",
    ),
    other(
        "iis-configuration", Element="module", Name="kerbauth", Type=r"D:\Exchange\Bin\kerbauth.dll"
    ),
    other(
        "iis-configuration",
        Element="module",
        Name="UriCacheModule",
        Type=r"%windir%\System32\inetsrv\cachuri.dll",
    ),
    other(
        "powershell",
        EventID="4104",
        Channel="Microsoft-Windows-PowerShell/Operational",
        ScriptBlockText="Get-MailboxDatabase | Get-MailboxStatistics",
    ),
)
"""Records of the same server other than requests; no rule may match any of them."""

ADMINISTRATION: tuple[Record, ...] = (
    other(
        "ecp-server",
        ServerName="MAIL01",
        EventId="ECP.Request",
        EventData="S:CMD=Set-OabVirtualDirectory.ExternalUrl='https://mail.corp.example/OAB';S:EX=",
    ),
    management(1, "Set-OabVirtualDirectory", '-ExternalUrl "https://mail.corp.example/OAB"'),
    management(1, "Remove-OabVirtualDirectory", r'-Identity "MAIL01\OAB (Default Web Site)"'),
    management(1, "New-OabVirtualDirectory", '-Server "MAIL01"'),
    management(1, "New-MailboxExportRequest", r'-Mailbox "user" -FilePath "\\files01\x\user.pst"'),
    management(1, "New-ManagementRoleAssignment", '-Role "Mailbox Import Export" -User "admin"'),
    management(1, "Install-TransportAgent", r'-AssemblyPath "C:\Program Files\Vendor\Filter.dll"'),
    security(4720, TargetUserName="new.colleague", SubjectUserName="admin", Computer="dc01"),
    security(4728, TargetUserName="Staff", MemberName="CN=new", SubjectUserName="admin"),
    security(4698, TaskName=r"\Clean", TaskContent="<Command>powershell</Command>"),
    security(1102, SubjectUserName="admin", Computer="mail01"),
    other(
        "windows-system",
        EventID="7045",
        Channel="System",
        Provider_Name="Service Control Manager",
        ServiceName="agent",
        ImagePath=r"C:\ProgramData\Vendor\agent.exe",
    ),
    process(rf"{SYSTEM32}\cmd.exe", r"C:\Tools\procdump.exe", "procdump -ma lsass.exe c:\\d"),
    process(rf"{SYSTEM32}\cmd.exe", rf"{SYSTEM32}\reg.exe", r"reg save HKLM\SYSTEM d:\s.hiv"),
    process(rf"{SYSTEM32}\cmd.exe", rf"{SYSTEM32}\wevtutil.exe", "wevtutil cl Application"),
    process(
        rf"{SYSTEM32}\taskeng.exe",
        rf"{SYSTEM32}\WindowsPowerShell\v1.0\powershell.exe",
        "powershell -c Add-PSSnapin Microsoft.Exchange.Management.PowerShell.SnapIn; c:\\r.ps1",
    ),
    other("mft", TargetFilename=r"\ProgramData\export\left.colleague.pst"),
    other(
        "defender",
        EventID="1116",
        Computer="pc7",
        Path=r"file:_C:\Users\user\setup.exe",
        **{"Threat Name": "PUA:Win32/Presenoker"},
    ),
)
"""What administrators do, and attackers too: rules may note it, but not by itself as an attack."""
