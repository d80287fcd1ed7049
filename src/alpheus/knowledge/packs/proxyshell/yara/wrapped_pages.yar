// An export of a mailbox begins with !BDN, a certificate request with 30 82; code in it still runs.

rule page_wrapped_in_mailbox_or_certificate
{
    meta:
        name = "proxyshell-page-wrapped-in-mailbox-or-certificate"
        title = "Server page inside an exported mailbox or a certificate request"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003"
        cves = "CVE-2021-31207"
        reference = "https://nvd.nist.gov/vuln/detail/CVE-2021-31207"
    strings:
        $page = /<%\s{0,8}@\s{0,8}(Page|WebHandler|WebService)\b/ ascii wide nocase
        $script = /<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $request = /\bRequest\s{0,8}(\.\s{0,8}(Item|Form|QueryString|Params|Headers|Cookies)\s{0,8})?[\[(]/ ascii wide nocase
        $unsafe = /["']unsafe["']/ ascii wide nocase
    condition:
        (uint32be(0) == 0x2142444e or uint16be(0) == 0x3082) and
        ($page or $script or ($request and $unsafe))
}
