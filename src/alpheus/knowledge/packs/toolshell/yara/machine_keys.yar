// A page that reads the validation and decryption key of the farm and answers with them.

rule machine_keys_given_out
{
    meta:
        name = "toolshell-page-machine-keys-given-out"
        title = "Page that answers with the machine keys (CVE-2025-53770)"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003, T1552.004"
        cves = "CVE-2025-53770"
        reference = "https://www.microsoft.com/en-us/security/blog/2025/07/22/disrupting-active-exploitation-of-on-premises-sharepoint-vulnerabilities/"
    strings:
        $section = "MachineKeySection" ascii wide nocase
        $configuration = "GetApplicationConfig" ascii wide nocase
        $validation = "ValidationKey" ascii wide nocase
        $decryption = "DecryptionKey" ascii wide nocase
        $answer = /Response\s{0,8}\.\s{0,8}(Write|Output)/ ascii wide nocase
    condition:
        filesize < 256KB and ($section or $configuration) and ($validation or $decryption) and $answer
}
