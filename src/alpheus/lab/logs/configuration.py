"""IIS configuration: sites with their folders and logs, and the root's web.config."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from alpheus.lab.server import Server

_FRONT = ("owa", "ecp", "ews", "mapi", "oab", "rpc", "autodiscover", "Microsoft-Server-ActiveSync")
_FOLDERS = {"Microsoft-Server-ActiveSync": "sync"}
_MITIGATION = """    <rewrite>
      <rules>
        <rule name="{first}" stopProcessing="true">
          <match url=".*" />
          <conditions>
            <add input="{{HTTP_COOKIE}}" pattern="(.*)X-AnonResource-Backend(.*)" />
          </conditions>
          <action type="AbortRequest" />
        </rule>
        <rule name="{second}" stopProcessing="true">
          <match url=".*" />
          <conditions>
            <add input="{{HTTP_COOKIE}}" pattern="(.*)X-BEResource=(.+)/(.+)~(.+)" />
          </conditions>
          <action type="AbortRequest" />
        </rule>
      </rules>
    </rewrite>
"""


def application_host(server: Server, *, exchange: bool) -> str:
    """applicationHost.config with one site, or with Exchange's two."""
    sites = [_site("Default Web Site", 1, _front_applications(server, exchange=exchange), server)]
    if exchange:
        root = _application("/", server.install + "ClientAccess", "MSExchangeOWAAppPool")
        sites.append(_site("Exchange Back End", 2, [root], server))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\r\n<configuration>\r\n'
        "  <system.applicationHost>\r\n    <sites>\r\n" + "".join(sites) + "    </sites>\r\n"
        "  </system.applicationHost>\r\n</configuration>\r\n"
    )


def web_config(*, mitigated: bool) -> str:
    """The root's web.config; with the rewrite rules of the interim mitigation, or plain."""
    rules = ""
    if mitigated:
        rules = _MITIGATION.format(
            first="X-AnonResource-Backend Abort - inbound", second="X-BEResource Abort - inbound"
        )
    body = f'  <system.webServer>\n    <httpErrors existingResponse="PassThrough" />\n{rules}'
    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<configuration>\n{body}  </system.webServer>\n'
    return (text + "</configuration>\n").replace("\n", "\r\n")


def _front_applications(server: Server, *, exchange: bool) -> list[str]:
    pool = "MSExchangeOWAAppPool" if exchange else "DefaultAppPool"
    applications = [_application("/", server.web_root.rstrip("\\"), pool)]
    if exchange:
        base = server.install + "FrontEnd\\HttpProxy\\"
        for name in _FRONT:
            folder = base + _FOLDERS.get(name, name)
            applications.append(
                _application("/" + name, folder, f"MSExchange{name.title()}AppPool")
            )
    return applications


def _application(path: str, folder: str, pool: str) -> str:
    return (
        f"        <application path={quoteattr(path)} applicationPool={quoteattr(pool)}>\r\n"
        f'          <virtualDirectory path="/" physicalPath={quoteattr(folder)} />\r\n'
        "        </application>\r\n"
    )


def _site(name: str, number: int, applications: list[str], server: Server) -> str:
    port = 443 if number == 1 else 444
    logs = server.iis_logs.rstrip("\\")
    return (
        f'      <site name={quoteattr(name)} id="{number}" serverAutoStart="true">\r\n'
        + "".join(applications)
        + f'        <bindings><binding protocol="https" bindingInformation="*:{port}:" />'
        f"</bindings>\r\n        <logFile directory={quoteattr(logs)} />\r\n      </site>\r\n"
    )
