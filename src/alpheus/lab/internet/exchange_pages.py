"""Bodies of pages as an Exchange server sends them: own text in the shape of the originals."""

from __future__ import annotations

from functools import lru_cache

from alpheus.lab.internet.builds import Release

_STYLE_RULES = (
    "font-family:'wf_segoe-ui_normal','Segoe UI',Tahoma,Arial,sans-serif",
    "background-color:#FFFFFF;margin:0px",
    "width:100%;height:100%;position:absolute",
    "color:#0072C6;font-size:22px;line-height:26px",
    "border:1px solid #98A3A6;height:22px;padding:4px 6px",
    "display:inline-block;vertical-align:middle",
    "background-repeat:no-repeat;background-position:0 0",
)


@lru_cache(maxsize=512)
def logon(release: Release, variant: int) -> tuple[bytes, bytes]:
    """The logon page, cut where the host's name goes. `variant` is 0 or 1: how 2010 writes it."""
    page = _modern(release) if release.modern else _classic(release, variant)
    before, after = page.split("{host}")
    return before.encode(), after.encode()


def _modern(release: Release) -> str:
    folder = f"/owa/auth/{release.family}"
    year = release.product.rpartition(" ")[2]
    title = "Outlook Web App" if year == "2013" else "Outlook"
    return "\r\n".join(
        (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN">',
            "<!-- {57A118C6-2DA9-419d-BE9A-F92B0F9A418B} -->",
            '<html style="height:100%"><head>',
            '<meta http-equiv="X-UA-Compatible" content="IE=10" />',
            (
                f'<link rel="shortcut icon" href="{folder}/themes/resources/favicon.ico"'
                ' type="image/x-icon">'
            ),
            '<meta http-equiv="Content-Type" content="text/html; CHARSET=utf-8">',
            '<meta name="Robots" content="NOINDEX, NOFOLLOW">',
            f"<title>{title}</title>",
            "<style>",
            _fonts(folder),
            _styles(60),
            "</style>",
            f'<script src="{folder}/scripts/premium/flogon.js"></script>',
            '<script type="text/javascript">',
            _modern_script(folder),
            "</script>",
            '</head><body class="signInBg{}" style="background: #f2f2f2 '.replace("{}", "")
            + f"url('{folder}/themes/resources/bg_gradient.png') repeat-x\">",
            (
                '<noscript><div id="dvErr"><table cellpadding="0" cellspacing="0"><tr><td>'
                "JavaScript is disabled in this browser.</td></tr></table></div></noscript>"
            ),
            '<form action="/owa/auth.owa" method="POST" name="logonForm" autocomplete="off">',
            '<input type="hidden" name="destination" value="https://{host}/owa/">',
            '<input type="hidden" name="flags" value="4">',
            '<input type="hidden" name="forcedownlevel" value="0">',
            '<div id="mainLogonDiv" class="mouse"><div class="sidebar">',
            f'<img class="owaLogo" src="{folder}/themes/resources/owa_text_blue.png" alt="">',
            '</div><div class="logonContainer">',
            '<div class="signInInputLabel" id="userNameLabel">Domain\\user name:</div>',
            '<div><input id="username" name="username" class="signInInputText"></div>',
            '<div class="signInInputLabel" id="passwordLabel">Password:</div>',
            (
                '<div><input id="password" name="password" type="password"'
                ' class="signInInputText"></div>'
            ),
            (
                '<div class="signInEnter"><div onclick="clkLgn()" class="signinbutton">'
                f'<img class="imgLnk" src="{folder}/themes/resources/Sign_in_arrow.png" alt="">'
                '<span class="signinTxt">sign in</span></div></div>'
            ),
            '<input name="isUtf8" type="hidden" value="1"></div></div></form></body></html>',
        )
    )


def _fonts(folder: str) -> str:
    faces = ("segoeui-regular", "segoeui-semilight", "segoeui-semibold")
    return "\r\n".join(
        f"@font-face {{ font-family:'wf_{name}'; src:url('{folder}/themes/resources/{name}.eot?"
        f"#iefix') format('embedded-opentype'), url('{folder}/themes/resources/{name}.ttf')"
        " format('truetype'); }"
        for name in faces
    )


def _styles(rules: int) -> str:
    return "\r\n".join(
        f".lgn{number} {{ {_STYLE_RULES[number % len(_STYLE_RULES)]}; z-index:{number}; }}"
        for number in range(rules)
    )


def _modern_script(folder: str) -> str:
    texts = (
        "a_fRC = 1", "g_fFcs = 1", "a_fLOff = 0", "a_fCAC = 0", "a_fEnbSMm = 0",
        'mainLogonDivClassName = "mouse"', f'imgExpand = "{folder}/themes/resources/expand.png"',
    )  # fmt: skip
    begin = "\r\n".join(f"var {text};" for text in texts)
    steps = "\r\n".join(
        f"function lgnStep{number}(e) {{ var n = document.getElementById('lgn{number}');"
        " if (n) { n.style.display = e ? 'inline' : 'none'; } return n; }"
        for number in range(45)
    )
    return f"{begin}\r\n{steps}\r\nfunction IsOwaPremiumBrowser() {{ return true; }}"


def _classic(release: Release, variant: int) -> str:
    base = "base" if release.parts[0] == 8 else "resources"
    middle = "auth/" if release.parts[0] == 14 and variant else ""
    folder = f"/owa/{middle}{release.build}/themes/{base}"
    scripts = f"/owa/{middle}{release.build}/scripts/premium"
    name = "Microsoft Exchange - Outlook Web Access"
    title = name if release.parts[0] == 8 else "Outlook Web App"
    rows = "\r\n".join(
        f'<tr><td class="lgnTL{number}"><img src="{folder}/lgn{place}.gif" alt=""></td>'
        f'<td class="lgnTM{number}">&nbsp;</td></tr>'
        for number, place in enumerate(("topl", "topm", "topr", "midl", "midr", "botl", "botr"))
    )
    return "\r\n".join(
        (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">',
            "<!-- OwaPage = ASP.auth_logon_aspx -->",
            "<!-- {57A118C6-2DA9-419d-BE9A-F92B0F9A418B} -->",
            '<html dir="ltr"><head>',
            '<meta http-equiv="Content-Type" content="text/html; CHARSET=utf-8">',
            '<meta name="Robots" content="NOINDEX, NOFOLLOW">',
            f"<title>{title}</title>",
            f'<link type="text/css" rel="stylesheet" href="{folder}/logon.css">',
            f'<link type="text/css" rel="stylesheet" href="{folder}/owafont.css">',
            f'<script type="text/javascript" src="{scripts}/flogon.js"></script>',
            "<style>",
            _styles(45),
            "</style></head>",
            '<body class="owaLgnBdy">',
            '<form action="/owa/auth.owa" method="POST" name="logonForm" autocomplete="off">',
            '<input type="hidden" name="destination" value="https://{host}/owa/">',
            '<input type="hidden" name="flags" value="0">',
            '<input type="hidden" name="forcedownlevel" value="0">',
            '<table align="center" id="tblMain" cellpadding="0" cellspacing="0">',
            rows,
            (
                '<tr><td><label for="username">Domain\\user name:</label></td>'
                '<td><input class="txt" id="username" name="username" type="text"></td></tr>'
            ),
            (
                '<tr><td><label for="password">Password:</label></td>'
                '<td><input class="txt" id="password" name="password" type="password"></td></tr>'
            ),
            (
                '<tr><td colspan="2"><input type="submit" class="btn" value="Sign in">'
                "</td></tr></table></form></body></html>"
            ),
        )
    )


@lru_cache(maxsize=512)
def manifest(release: Release) -> bytes:
    """The ClickOnce manifest of the export tool; other versions stand in it as well."""
    files = "\r\n".join(
        f'  <file name="resources\\strings.{number:02d}.resources.deploy" size="{4096 + number}" />'
        for number in range(24)
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\r\n'
        '<asmv1:assembly manifestVersion="1.0" xmlns="urn:schemas-microsoft-com:asm.v2"'
        ' xmlns:asmv1="urn:schemas-microsoft-com:asm.v1">\r\n'
        '  <assemblyIdentity name="microsoft.exchange.ediscovery.exporttool.application"'
        f' version="{release.build}" publicKeyToken="b1d1a6c45aa418ce" language="neutral"'
        ' processorArchitecture="msil" xmlns="urn:schemas-microsoft-com:asm.v1" />\r\n'
        '  <description asmv2:publisher="Microsoft Corporation"'
        ' asmv2:product="Microsoft Exchange Export Tool"'
        ' xmlns:asmv2="urn:schemas-microsoft-com:asm.v2"'
        ' xmlns="urn:schemas-microsoft-com:asm.v1" />\r\n'
        '  <deployment install="true" mapFileExtensions="true" />\r\n'
        '  <compatibleFrameworks xmlns="urn:schemas-microsoft-com:clickonce.v2">\r\n'
        '    <framework targetVersion="4.5" profile="Full" supportedRuntime="4.0.30319" />\r\n'
        "  </compatibleFrameworks>\r\n"
        "  <dependency>\r\n"
        '    <dependentAssembly dependencyType="install"'
        ' codebase="microsoft.exchange.ediscovery.exporttool.exe.manifest" size="20480">\r\n'
        '      <assemblyIdentity name="microsoft.exchange.ediscovery.exporttool.exe"'
        f' version="{release.build}" publicKeyToken="b1d1a6c45aa418ce" language="neutral"'
        ' processorArchitecture="msil" type="win32" />\r\n'
        "    </dependentAssembly>\r\n"
        '    <dependentAssembly dependencyType="preRequisite" allowDelayedBinding="true">\r\n'
        '      <assemblyIdentity name="Microsoft.Windows.CommonLanguageRuntime"'
        ' version="4.0.30319.0" />\r\n'
        "    </dependentAssembly>\r\n"
        "  </dependency>\r\n"
        f"{files}\r\n"
        "</asmv1:assembly>\r\n"
    ).encode()
