// What the reset of a virtual directory writes: its settings as text, "Name : value" line by line.
// Text goes to disk in ASCII or UTF-16. Without script it is a harmless export.

rule settings_dump_with_script
{
    meta:
        name = "proxylogon-page-settings-dump-with-script"
        title = "Settings of a virtual directory, saved as a page, with script in a URL (CVE-2021-27065)"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003"
        cves = "CVE-2021-27065"
        reference = "https://github.com/helsecert/2021-march-exchange"
    strings:
        $label_external = /\bExternalUrl\s{0,60}:/ ascii wide nocase
        $label_internal = /\bInternalUrl\s{0,60}:/ ascii wide nocase
        $label_poll = /\bPollInterval\s{0,60}:/ ascii wide nocase
        $label_books = /\bOfflineAddressBooks\s{0,60}:/ ascii wide nocase
        $label_site = /\bWebsiteName\s{0,60}:/ ascii wide nocase
        $label_metabase = /\bMetabasePath\s{0,60}:/ ascii wide nocase
        $label_version = /\bAdminDisplayVersion\s{0,60}:/ ascii wide nocase
        $label_changed = /\bWhenChanged(UTC)?\s{0,60}:/ ascii wide nocase
        $label_guid = /\bGuid\s{0,60}:/ ascii wide nocase
        $script_tag = /<\s{0,8}script\b/ ascii wide nocase
        $script_run = /\brunat\s{0,8}=/ ascii wide nocase
        $script_block = /<%([^<>]|<[^%<>]){0,200}[;({=]/ ascii wide
        $script_load = /\bPage_Load\s{0,8}\(/ ascii wide nocase
        $script_eval = /\beval\s{0,8}\(/ ascii wide nocase
    condition:
        filesize < 1MB and 3 of ($label_*) and any of ($script_*)
}

rule settings_dump_with_url_in_page
{
    meta:
        name = "proxylogon-page-settings-dump"
        title = "Settings of a virtual directory, saved as a page, no script recognised"
        stage = "implanted"
        weight = "indication"
        confidence = "medium"
        techniques = "T1505.003"
        cves = "CVE-2021-27065"
        reference = "https://github.com/helsecert/2021-march-exchange"
    strings:
        $label_external = /\bExternalUrl\s{0,60}:\s{0,8}\S/ ascii wide nocase
        $label_internal = /\bInternalUrl\s{0,60}:/ ascii wide nocase
        $label_poll = /\bPollInterval\s{0,60}:/ ascii wide nocase
        $label_books = /\bOfflineAddressBooks\s{0,60}:/ ascii wide nocase
        $label_metabase = /\bMetabasePath\s{0,60}:/ ascii wide nocase
        $odd = /ternalUrl\s{0,60}:\s{0,8}https?:\/\/[^\s\/]{0,80}\/[^\r\n]{0,200}[<>{}"'();]/ ascii wide nocase
    condition:
        filesize < 1MB and 3 of ($label_*) and $odd and not settings_dump_with_script
}
