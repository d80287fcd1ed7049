"""Programs that people and machines use: their User-Agents, some odd but legal."""

from __future__ import annotations

BROWSERS = (
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
        "Chrome/88.0.4324.190 Safari/537.36"
    ),
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:86.0) Gecko/20100101 Firefox/86.0",
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/14.0.3 Safari/605.1.15"
    ),
    "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; Touch; rv:11.0) like Gecko",
)
OUTLOOK = (
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.13628; Pro)",
    "Microsoft Office/15.0 (Windows NT 10.0; Microsoft Outlook 15.0.5319; Pro)",
)
WEB_SERVICES = (
    "MacOutlook/16.46.21021202 (Intelx64 Mac OS X 10.15.7 (Build 19H512))",
    "ExchangeServicesClient/15.00.0913.015",
    "Mac OS X/10.15.7 (19H512) CalendarAgent/930.5.1",
)
PHONES = (
    ("Apple-iPhone12C1/1804.52", "iPhone"),
    ("Outlook-iOS-Android/1.0", "Outlook"),
    ("Android-SAMSUNG-SM-G973F/101.9", "SamsungDevice"),
)
ODD = (
    'Mozilla/5.0 (X11; "custom" build; {7F3A-11}) Kiosk#4',
    "#Fields-Reader/1.0 {beta}",
    "Mozilla/5.0 [FB_IAB/FB4A;FBAV/35.0.0.48.273;]",
    "Überwachung/2.1 (intern; *!)",
)
CRAWLERS = (
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    "Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)",
)
VERSION_SCANNERS = ("Mozilla/5.0 zgrab/0.x",)
MONITOR = "Mozilla/4.0 (compatible; MSIE 9.0; Windows NT 6.1; MSEXCHMON; ACTIVEMONITORING; OWACTP)"
