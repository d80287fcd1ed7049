"""Configurations that are backdoors, and those that are merely somebody's."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alpheus.detect.webshell.configuration import (
    CONTEXT_LIMIT,
    SIZE_LIMIT,
    judge_configuration,
)
from alpheus.detect.webshell.model import Reason
from samples import SAMPLES, real

# Inert by two defects: IIS knows no such section and refuses the whole file, and no request has
# such a verb. What imitates code has a block and a bracket that stay open.
_SECTION = "system.webserve"
_VERB = "NOSUCHVERB"
_CODE = "<" + '% Response.Write(Request("a'
_ASP = r"%windir%\system32\inetsrv\asp.dll"


def _server(inner: str, after: str = "") -> str:
    """A configuration of a site; `inner` begins in line 3."""
    return (
        f'<?xml version="1.0"?>\n<configuration><{_SECTION}>\n{inner}\n</{_SECTION}>'
        f"</configuration>\n{after}"
    )


def _handler(path: str, what: str) -> str:
    return f'<handlers><add name="a" path="{path}" verb="{_VERB}" {what} /></handlers>'


def _judge(text: str, path: str = "C/site/web.config") -> list[Reason]:
    return judge_configuration(text.encode(), path)


def _worst(reasons: list[Reason]) -> Reason:
    return max(reasons, key=lambda reason: reason.points)


def _score(reasons: list[Reason]) -> int:
    return sum(reason.points for reason in reasons)


_PAGE = _server(
    _handler("web.config", f'modules="IsapiModule" scriptProcessor="{_ASP}"')
    + '\n<security><requestFiltering><fileExtensions><remove fileExtension=".config" />'
    '</fileExtensions>\n<hiddenSegments><remove segment="web.config" /></hiddenSegments>'
    "</requestFiltering></security>",
    f"<!--\n{_CODE}\n-->",
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_a_configuration_that_is_itself_a_page(encoding: str) -> None:
    """Code in a comment, and what runs the file: each with its line, in any encoding."""
    reasons = judge_configuration(_PAGE.encode(encoding), "C/inetpub/wwwroot/web.config")
    lines = {(reason.kind, reason.line) for reason in reasons}
    assert {("configuration-page", 8), ("configuration-page", 3), ("script-map", 3)} <= lines
    assert {("hidden", 4), ("hidden", 5)} <= lines
    assert _worst(reasons).points >= 70


@pytest.mark.parametrize(
    "opening",
    [
        _handler("*.config", 'type="System.Web.UI.SimpleHandlerFactory"'),
        _handler("*", 'type="System.Web.UI.PageHandlerFactory, System.Web"'),
        _handler("*", r'scriptProcessor="C:\Windows\Microsoft.NET\x\aspnet_isapi.dll"'),
        '<hiddenSegments><remove segment="web.config" /></hiddenSegments>',
        '<fileExtensions><add fileExtension=".config" allowed="true" /></fileExtensions>',
        "<fileExtensions><clear /></fileExtensions>",
        (
            '<buildProviders><add extension=".config"'
            ' type="System.Web.Compilation.PageBuildProvider" /></buildProviders>'
        ),
    ],
)
@pytest.mark.parametrize("code", [_CODE, "<scr" + "ipt runat='server'>void a(", "<% @ WebHandler "])
def test_code_and_a_way_to_it_is_malicious(opening: str, code: str) -> None:
    """Whatever the code is, and however the file is opened to requests."""
    reasons = _judge(_server(opening, f"<!-- {code} -->"))
    assert _worst(reasons).kind == "configuration-page"
    assert _worst(reasons).points >= 70


def test_code_without_a_way_to_it() -> None:
    """What acts on requests is suspicious, since the way may be elsewhere; a mark alone is not."""
    acting = _judge(_server("", f"<!-- {_CODE} -->"))
    assert 40 <= _score(acting) < 70
    assert _score(_judge(_server("<!-- in pages, use <%= Name %> -->"))) == 20
    assert _judge(_server('<!-- <%$ ConnectionStrings:x %> <%# Eval("x") %> <%-- --%> -->')) == []


def test_a_comment_configures_nothing() -> None:
    """What is commented out is not judged, unless it is code."""
    assert _judge(_server(f"<!-- {_handler('*.jpg', f'scriptProcessor=*{_ASP}*')} -->")) == []


@pytest.mark.parametrize(
    ("path", "what", "least"),
    [
        ("*.jpg", f'scriptProcessor="{_ASP}"', 70),
        ("logo.png", 'type="System.Web.UI.PageHandlerFactory"', 70),
        ("*.txt", r'modules="FastCgiModule" scriptProcessor="C:\PHP\php-cgi.exe|-d x"', 70),
        ("*", f'scriptProcessor="{_ASP}"', 40),
        ("*.js", 'type="System.Web.UI.SimpleHandlerFactory"', 40),
        ("*.abc", r'modules="CgiModule" scriptProcessor="C:\Windows\System32\cmd.exe"', 70),
        ("x", 'modules="CgiModule" scriptProcessor="powershell -x %s"', 70),
        ("*.cgi", r'modules="CgiModule" scriptProcessor="C:\Users\Public\a.exe"', 40),
    ],
)
def test_harmless_names_that_are_run(path: str, what: str, least: int) -> None:
    """By classic ASP, ASP.NET, PHP, or a program that takes commands."""
    worst = _worst(_judge(_server(_handler(path, what))))
    assert worst.points >= least
    assert worst.line == 3


@pytest.mark.parametrize(
    ("inner", "kind"),
    [
        (r'<aspNetCore processPath="cmd.exe" arguments="/c a&quot;" />', "process"),
        (r'<httpPlatform processPath="C:\a\powershell.exe" arguments="-e x" />', "process"),
        ('<iisnode nodeProcessCommandLine="cmd /c a" />', "process"),
        (r'<fastCgi><application fullPath="\\10.0.0.1\a\b.exe" /></fastCgi>', "process"),
        (r'<globalModules><add name="A" image="C:\ProgramData\a.dll" /></globalModules>', "module"),
        (r'<isapiFilters><filter name="A" path="D:\temp\a.dll" /></isapiFilters>', "module"),
        (r'<codeBase href="file:///C:/Windows/Temp/a.dll" />', "module"),
        (
            (
                '<serviceAutoStartProviders><add name="a" type="System.Web.Handler.ScriptModule"'
                " /></serviceAutoStartProviders>"
            ),
            "module",
        ),
        (r'<virtualDirectory path="/" physicalPath="C:\Users\Public\a" />', "directory"),
        (
            (
                '<rewrite><rules><rule name="a"><match url="x" /><conditions><add'
                ' input="{HTTP_USER_AGENT}" pattern="Googlebot|Bing" /></conditions><action'
                ' type="Rewrite" url="http://shop.example/x" /></rule></rules></rewrite>'
            ),
            "rewrite",
        ),
        (
            (
                '<rewrite><rules><rule name="a"><match url="x" /><action type="Rewrite"'
                ' url="aspnet_client/a.aspx" /></rule></rules></rewrite>'
            ),
            "rewrite",
        ),
        (
            ('<httpErrors><error responseMode="ExecuteURL" path="/images/a.aspx" /></httpErrors>'),
            "rewrite",
        ),
    ],
)
def test_other_ways_to_stay(inner: str, kind: str) -> None:
    """Processes, modules, filters, folders and rules; each alone makes a file suspicious."""
    worst = _worst(_judge(_server(inner)))
    assert (worst.kind, worst.line) == (kind, 3)
    assert worst.points >= 40


def test_the_configuration_of_exchange_is_measured_by_its_own() -> None:
    """Fixed keys and unsigned view state are ordinary elsewhere, and not there."""
    inner = (
        '<machineKey validationKey="0123456789ABCDEF" decryptionKey="FEDCBA9876543210" />'
        '<pages enableViewStateMac="false" viewStateEncryptionMode="Never" />'
        '<httpRuntime requestValidationMode="0.0" />'
    )
    place = "C/Program Files/Microsoft/Exchange Server/V15/ClientAccess/ecp/web.config"
    theirs, other = _judge(_server(inner), place), _judge(_server(inner))
    assert len([reason for reason in theirs if reason.points >= 40]) == 2
    assert len(theirs) == 4
    assert _score(other) < 40
    by_content = _judge(
        _server(
            inner + '<modules><add name="OwaModule" type="Microsoft.Exchange.X.Y, Z"/></modules>'
        )
    )
    assert len([reason for reason in by_content if reason.points >= 40]) == 2


def test_requests_that_are_not_logged_are_context() -> None:
    """With the path that is left out; together with other context still not suspicious."""
    inner = (
        '<location path="Default Web Site/owa/auth"><httpLogging dontLog="true" /></location>'
        '<customErrors mode="Off" /><compilation debug="true" tempDirectory="C:\\PerfLogs" />'
    )
    reasons = _judge(_server(inner))
    assert any("Default Web Site/owa/auth" in reason.text for reason in reasons)
    assert _score(reasons) <= CONTEXT_LIMIT


def test_secrets_are_never_shown() -> None:
    """No key, password, argument, query or credential of a URL stands in a reason."""
    secret = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
    inner = (
        f'<machineKey validationKey="{secret}" decryptionKey="{secret}" />'
        f'<virtualDirectory path="/a" physicalPath="\\\\h\\s" userName="u" password="{secret}" />'
        f'<aspNetCore processPath="cmd.exe" arguments="/c {secret}" />'
        f'<iisnode nodeProcessCommandLine="cmd /c {secret}" />'
        + _handler("*.jpg", f'scriptProcessor="C:\\PHP\\php-cgi.exe|-d {secret}"')
        + '<rewrite><rule name="a"><action type="Rewrite"'
        f' url="http://u:{secret}@a.example/x?key={secret}" /></rule>'
        f'<rule name="b"><action type="Rewrite" url="temp/a.aspx?key={secret}" /></rule></rewrite>'
        f'<connectionStrings><add name="c" connectionString="Password={secret}" />'
        "</connectionStrings>"
    )
    reasons = _judge(_server(inner))
    assert len(reasons) >= 6
    assert not [reason for reason in reasons if secret in reason.text]


# Ordinary sites, as content management systems, frameworks and proxies configure them.
_BENIGN = {
    "dnn": """<configuration>
  <system.webServer>
    <modules>
      <add name="RequestFilter" type="DotNetNuke.HttpModules.RequestFilter.RequestFilterModule,
        DotNetNuke.HttpModules" preCondition="managedHandler" />
      <add name="UrlRewrite" type="DotNetNuke.HttpModules.UrlRewriteModule,
        DotNetNuke.HttpModules" preCondition="managedHandler" />
      <add name="Personalization"
        type="DotNetNuke.HttpModules.Personalization.PersonalizationModule,
        DotNetNuke.HttpModules" />
      <remove name="UrlRoutingModule-4.0" />
      <add name="UrlRoutingModule-4.0" type="System.Web.Routing.UrlRoutingModule" />
    </modules>
    <handlers>
      <add name="LogoffHandler" path="Logoff.aspx" verb="*"
        type="DotNetNuke.Services.Authentication.LogOffHandler, DotNetNuke" />
      <add name="RSSHandler" path="RSS.aspx" verb="*"
        type="DotNetNuke.Services.Syndication.RssHandler, DotNetNuke" />
      <add name="CaptchaHandler" path="*.captcha.aspx" verb="*"
        type="DotNetNuke.UI.WebControls.CaptchaHandler, DotNetNuke" />
      <add name="Images" path="DnnImageHandler.ashx" verb="*"
        type="DotNetNuke.Services.GeneratedImage.DnnImageHandler, DotNetNuke" />
    </handlers>
    <security><requestFiltering><requestLimits maxAllowedContentLength="30000000" />
      </requestFiltering></security>
  </system.webServer>
  <system.web>
    <machineKey validationKey="AABBCCDDEEFF00112233445566778899AABBCCDD"
      decryptionKey="0011223344556677" validation="SHA1" />
    <compilation debug="false"><buildProviders><add extension=".resx"
      type="DotNetNuke.Compilation.ResXBuildProvider, DotNetNuke" /></buildProviders></compilation>
    <pages validateRequest="false" enableViewStateMac="true" />
    <httpRuntime requestValidationMode="2.0" />
  </system.web>
</configuration>""",
    "portal": """<configuration>
  <system.web>
    <httpModules>
      <add name="UrlRewriter" type="Portal.Web.UrlRewriter, Portal.Web" />
      <add name="Banned" type="Portal.Web.BannedAddresses, Portal.Web" />
    </httpModules>
    <httpHandlers>
      <remove verb="*" path="*.asmx" />
      <add verb="*" path="*.asmx" validate="false"
        type="System.Web.Script.Services.ScriptHandlerFactory, System.Web.Extensions,
        Version=3.5.0.0, Culture=neutral, PublicKeyToken=31BF3856AD364E35" />
      <add verb="GET" path="*.img.ashx" type="Portal.Web.Pictures, Portal.Web" />
      <add verb="*" path="*.config" type="System.Web.HttpForbiddenHandler" />
    </httpHandlers>
    <customErrors mode="Off" />
    <compilation debug="true" />
  </system.web>
</configuration>""",
    "mvc": """<configuration>
  <system.web>
    <compilation debug="true" targetFramework="4.7.2" />
    <httpRuntime targetFramework="4.7.2" requestValidationMode="4.5" />
  </system.web>
  <system.webServer>
    <validation validateIntegratedModeConfiguration="false" />
    <modules runAllManagedModulesForAllRequests="true">
      <remove name="TelemetryModule" />
      <add name="TelemetryModule"
        type="Microsoft.AspNet.TelemetryCorrelation.TelemetryCorrelationHttpModule,
        Microsoft.AspNet.TelemetryCorrelation" preCondition="managedHandler" />
      <add name="ErrorLog" type="Elmah.ErrorLogModule, Elmah" preCondition="managedHandler" />
    </modules>
    <handlers>
      <add name="BlockViewHandler" path="*" verb="*" preCondition="integratedMode"
        type="System.Web.HttpNotFoundHandler" />
      <remove name="ExtensionlessUrlHandler-Integrated-4.0" />
      <add name="ExtensionlessUrlHandler-Integrated-4.0" path="*." verb="*"
        type="System.Web.Handlers.TransferRequestHandler"
        preCondition="integratedMode,runtimeVersionv4.0" />
      <add name="Elmah" path="elmah.axd" verb="*" type="Elmah.ErrorLogPageFactory, Elmah" />
    </handlers>
  </system.webServer>
</configuration>""",
    "web forms": """<configuration>
  <system.webServer>
    <rewrite><rules>
      <rule name="Article" stopProcessing="true">
        <match url="^article/([0-9]+)/?$" />
        <conditions><add input="{REQUEST_FILENAME}" matchType="IsFile" negate="true" /></conditions>
        <action type="Rewrite" url="default.aspx?id={R:1}" />
      </rule>
      <rule name="Secure"><match url="(.*)" />
        <conditions><add input="{HTTPS}" pattern="^OFF$" /></conditions>
        <action type="Redirect" url="https://{HTTP_HOST}/{R:1}" redirectType="Permanent" />
      </rule>
      <rule name="Host"><match url="(.*)" /><action type="Redirect"
        url="https://www.example.org/{R:1}" /></rule>
    </rules></rewrite>
    <httpErrors errorMode="Custom"><error statusCode="404" path="/NotFound.aspx"
      responseMode="ExecuteURL" /></httpErrors>
  </system.webServer>
  <system.web><pages viewStateEncryptionMode="Never" /></system.web>
</configuration>""",
    "php": """<configuration>
  <system.webServer>
    <fastCgi><application fullPath="C:\\Program Files\\PHP\\v8.1\\php-cgi.exe"
      instanceMaxRequests="10000" /></fastCgi>
    <handlers>
      <add name="PHP" path="*.php" verb="GET,HEAD,POST" modules="FastCgiModule"
        scriptProcessor="C:\\Program Files\\PHP\\v8.1\\php-cgi.exe" resourceType="Either" />
    </handlers>
    <rewrite><rules><rule name="Main" stopProcessing="true"><match url=".*" /><action
      type="Rewrite" url="index.php/{R:0}" /></rule></rules></rewrite>
    <defaultDocument><files><clear /><add value="index.php" /></files></defaultDocument>
  </system.webServer>
</configuration>""",
    "python": """<configuration>
  <system.webServer>
    <handlers><add name="Python" path="*" verb="*" modules="FastCgiModule"
      scriptProcessor="D:\\home\\python364x64\\python.exe|D:\\home\\python364x64\\wfastcgi.py"
      resourceType="Unspecified" /></handlers>
  </system.webServer>
</configuration>""",
    "proxy": """<configuration>
  <system.webServer>
    <rewrite>
      <rules>
        <rule name="Local" stopProcessing="true"><match url="^app/(.*)" /><action type="Rewrite"
          url="http://localhost:8080/{R:1}" /></rule>
        <rule name="Inner" stopProcessing="true"><match url="^wiki/(.*)" /><action type="Rewrite"
          url="http://wiki.corp/{R:1}" /></rule>
        <rule name="Outer" stopProcessing="true"><match url="^api/(.*)" /><action type="Rewrite"
          url="https://api.example.org/{R:1}" /></rule>
      </rules>
      <outboundRules><rule name="Back" preCondition="Html"><match filterByTags="A"
        pattern="^http://localhost:8080/(.*)" /><action type="Rewrite" value="/app/{R:1}" />
        </rule></outboundRules>
    </rewrite>
  </system.webServer>
</configuration>""",
    "core": """<configuration>
  <location path="." inheritInChildApplications="false">
    <system.webServer>
      <handlers><add name="aspNetCore" path="*" verb="*" modules="AspNetCoreModuleV2"
        resourceType="Unspecified" /></handlers>
      <aspNetCore processPath="dotnet" arguments=".\\Shop.dll" stdoutLogEnabled="false"
        stdoutLogFile=".\\logs\\stdout" />
    </system.webServer>
  </location>
</configuration>""",
    "server": """<configuration>
  <system.applicationHost><sites>
    <site name="Shop" id="2"><application path="/"><virtualDirectory path="/"
      physicalPath="D:\\Sites\\Shop" /></application></site>
    <site name="Default Web Site" id="1">
      <application path="/"><virtualDirectory path="/"
        physicalPath="%SystemDrive%\\inetpub\\wwwroot" /></application>
      <application path="/CertSrv"><virtualDirectory path="/"
        physicalPath="C:\\Windows\\system32\\CertSrv\\en-US" /></application>
      <application path="/share"><virtualDirectory path="/" physicalPath="\\\\files\\web\\share"
        /></application>
    </site>
  </sites></system.applicationHost>
  <system.webServer><globalModules>
    <add name="RewriteModule" image="%SystemRoot%\\system32\\inetsrv\\rewrite.dll" />
    <add name="ApplicationRequestRouting"
      image="%ProgramFiles%\\IIS\\Application Request Routing\\requestRouter.dll" />
    <add name="Vendor" image="C:\\Program Files (x86)\\Vendor\\Agent\\module64.dll" />
  </globalModules></system.webServer>
</configuration>""",
}


@pytest.mark.parametrize("name", _BENIGN)
def test_ordinary_sites_are_not_suspicious(name: str) -> None:
    """Modules of others, rewriting, proxies and PHP are context at most."""
    reasons = _judge(_BENIGN[name])
    assert [reason for reason in reasons if reason.points >= 40] == []
    assert _score(reasons) < 40


@real
def test_what_exchange_and_iis_ship_is_silent() -> None:
    """No stock configuration gives a reason of 20 points or more."""
    paths = sorted((SAMPLES / "exchange-config").rglob("*.*"))
    assert paths
    found = {
        path.name: [reason for reason in judge_configuration(path.read_bytes(), str(path))
                    if reason.points >= 20]
        for path in paths
    }  # fmt: skip
    assert {name: reasons for name, reasons in found.items() if reasons} == {}


def test_a_broken_file_is_judged_tag_by_tag() -> None:
    """What opens and is not closed hides nothing."""
    text = _server("<a><b></c>" + _handler("*.gif", f'scriptProcessor="{_ASP}"'))
    assert _worst(_judge(text)).points >= 70


@given(st.binary(max_size=600), st.text(max_size=40))
def test_any_bytes_and_any_path_get_an_answer(content: bytes, path: str) -> None:
    """Nothing an attacker can write makes it fail."""
    assert isinstance(judge_configuration(content, path), list)


_VALUES = st.one_of(
    st.sampled_from(
        [_ASP, "*", "*.config", "cmd", "\\\\a\\b", "C:\\", "http://a.b/c.aspx", "[", ""]
    ),
    st.text(max_size=30),
)
_ELEMENTS = (
    "add remove clear handlers modules globalModules virtualDirectory application rule action match"
    " conditions buildProviders fileExtensions hiddenSegments isapiFilters filter fastCgi pages"
    " machineKey httpErrors error httpLogging location codeBase rewrite"
)
_ATTRIBUTES = (
    "name path type image scriptProcessor physicalPath url extension fileExtension segment allowed"
    " validationKey href fullPath input pattern responseMode dontLog enabled"
)


def _words(text: str) -> st.SearchStrategy[str]:
    return st.sampled_from(text.split())


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            _words(_ELEMENTS),
            st.dictionaries(_words(_ATTRIBUTES), _VALUES, max_size=4),
            st.booleans(),
        )
    )
)
def test_any_elements_in_any_order_get_an_answer(
    elements: list[tuple[str, dict[str, str], bool]],
) -> None:
    """Lines are within the file, and points within the scale."""
    written = "\n".join(
        f"<{name} " + " ".join(f"{key}='{value}'" for key, value in given.items()) + "/>" * closed
        + ">" * (not closed)
        for name, given, closed in elements
    )  # fmt: skip
    for reason in _judge(written):
        assert reason.line is None or 1 <= reason.line <= written.count("\n") + 1
        assert 0 <= reason.points <= 100
        assert reason.text.isprintable()


@pytest.mark.parametrize(
    "unit",
    [
        b"<handlers><add path='*.jpg' type='System.Web.UI.PageHandlerFactory'/></handlers>",
        b"<modules><add name='%d' type='Microsoft.Exchange.Aa%d, B'/></modules>",
        b"<%",
        b"<script ",
        b"<!--",
        b"<a ",
        b"\x00\xff",
        b"<hiddenSegments><clear/></hiddenSegments>",
    ],
)
def test_a_huge_file_is_judged_in_bounded_time(unit: bytes) -> None:
    """However often something stands in it; reasons stay few."""
    size = 1 << 20
    if b"%d" in unit:
        content = b"".join(unit.replace(b"%d", b"%d" % n) for n in range(size // len(unit)))
    else:
        content = unit * (size // len(unit))
    start = time.process_time()
    reasons = judge_configuration(content, "web.config")
    assert time.process_time() - start < 20
    assert len(reasons) <= 200


def test_what_was_not_judged_is_said() -> None:
    """A file beyond the limit is not judged silently."""
    reasons = judge_configuration(b" " * (SIZE_LIMIT + 1), "web.config")
    assert [(reason.kind, reason.points) for reason in reasons] == [("limit", 0)]
    many = "<handlers>" + "<remove name='a'/>" * 20_001 + "</handlers>"
    assert [reason.kind for reason in _judge(many)] == ["limit"]
