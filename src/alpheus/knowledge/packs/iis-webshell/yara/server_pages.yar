// Pages that hand what a visitor sends to something powerful. A sink alone is no finding: data of the
// request must be there as well, and the file must be a page. Data binding (<%# Eval("x") %>) is not
// the eval that is meant: that takes code only in JScript.

rule eval_of_request_unsafe
{
    meta:
        name = "iis-webshell-page-eval-of-request"
        title = "Page that runs what the visitor sends as JScript"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $direct = /\beval\s{0,20}\([^;]{0,400}\bRequest\b[^;]{0,400},\s{0,20}["']unsafe["']/ ascii wide nocase
        $short = /\beval\s{0,20}\(\s{0,20}(System\.Web\.HttpContext\.Current\.)?Request\s{0,8}(\.\s{0,8}(Item|Form|QueryString|Params|Headers|Cookies)\s{0,8})?[\[(]/ ascii wide nocase
        $binding = /<%#\s{0,8}eval\s{0,20}\(\s{0,20}Request/ ascii wide nocase
    condition:
        filesize < 2MB and ($direct or (#short > #binding))
}

rule eval_in_jscript_page
{
    meta:
        name = "iis-webshell-page-eval-in-jscript"
        title = "JScript page that builds code from what the visitor sends"
        stage = "implanted"
        weight = "proof"
        confidence = "medium"
        techniques = "T1505.003, T1027"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $language_page = /<%\s{0,8}@[^%<]{0,200}\blanguage\s{0,8}=\s{0,8}["']?JScript/ ascii wide nocase
        $language_before = /<script[^<>]{0,200}\blanguage\s{0,8}=\s{0,8}["']?JScript\b[^<>]{0,200}\brunat\b/ ascii wide nocase
        $language_after = /<script[^<>]{0,200}\brunat\b[^<>]{0,200}\blanguage\s{0,8}=\s{0,8}["']?JScript\b/ ascii wide nocase
        $eval = /\beval\s{0,20}\(/ ascii wide nocase
        $source = /\bRequest\b/ ascii wide nocase
        $unsafe = /["']unsafe["']/ ascii wide nocase
        $split = /["']un["']\s{0,8}\+|["']uns["']\s{0,8}\+|["']unsa["']\s{0,8}\+/ ascii wide nocase
    condition:
        filesize < 2MB and any of ($language_*) and $eval and ($source or $unsafe or $split)
}

rule assembly_from_request
{
    meta:
        name = "iis-webshell-page-assembly-from-request"
        title = "Page that loads a program which the visitor sends into memory"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003, T1620"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $load = /\bAssembly\s{0,8}\.\s{0,8}Load\s{0,8}\(/ ascii wide nocase
        $reflected = /\bGetMethod\s{0,8}\(\s{0,8}["']Load["']/ ascii wide nocase
        $domain = /\bAppDomain\s{0,8}\.\s{0,8}CurrentDomain\s{0,8}\.\s{0,8}Load\s{0,8}\(/ ascii wide nocase
        $source = /\bRequest\s{0,8}(\[|\(|\.\s{0,8}(Item|Form|QueryString|Params|Headers|Cookies|BinaryRead|InputStream|Files|GetBufferedInputStream|GetBufferlessInputStream))/ ascii wide nocase
    condition:
        filesize < 4MB and $page and ($load or $reflected or $domain) and $source
}

rule decrypted_code_from_request
{
    meta:
        name = "iis-webshell-page-decrypted-code"
        title = "Page that decrypts what the visitor sends and runs it by reflection"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003, T1140, T1620"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $decrypt_managed = /\b(Rijndael|Aes|TripleDES|DES|RC2)(Managed|CryptoServiceProvider)?\b/ ascii wide
        $decrypt_call = /\bCreateDecryptor\s{0,8}\(/ ascii wide nocase
        $run_instance = /\bCreateInstance\s{0,8}\(/ ascii wide nocase
        $run_method = /\bGetMethods?\s{0,8}\(/ ascii wide nocase
        $run_compile = /\b(CSharpCodeProvider|VBCodeProvider|CompileAssemblyFromSource)\b/ ascii wide nocase
        $source = /\bRequest\s{0,8}(\[|\(|\.\s{0,8}(Item|Form|QueryString|Params|Headers|Cookies|BinaryRead|InputStream|Files))/ ascii wide nocase
    condition:
        filesize < 4MB and $page and all of ($decrypt_*) and any of ($run_*) and $source
}

rule compiled_code_from_request
{
    meta:
        name = "iis-webshell-page-compiles-request"
        title = "Page that compiles and runs source code which the visitor sends"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003, T1127"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $compile = /\b(CompileAssemblyFromSource|CompileAssemblyFromDom|CSharpScript\s{0,8}\.\s{0,8}(Evaluate|Run)Async)\s{0,8}\(/ ascii wide nocase
        $source = /\bRequest\s{0,8}(\[|\(|\.\s{0,8}(Item|Form|QueryString|Params|Headers|Cookies|BinaryRead|InputStream))/ ascii wide nocase
    condition:
        filesize < 4MB and $page and $compile and $source
}

rule process_from_request
{
    meta:
        name = "iis-webshell-page-process-from-request"
        title = "Page that starts programs for the visitor"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003, T1059.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $start_info = /\bProcessStartInfo\b/ ascii wide nocase
        $start_call = /\bProcess\s{0,8}\.\s{0,8}Start\s{0,8}\(/ ascii wide nocase
        $start_new = /\bnew\s{1,8}(System\.Diagnostics\.)?Process\s{0,8}\(/ ascii wide nocase
        $source_request = /\bRequest\s{0,8}(\[|\(|\.\s{0,8}(Item|Form|QueryString|Params|Headers|Cookies|BinaryRead|InputStream))/ ascii wide nocase
        $source_control = /<\s{0,8}asp:TextBox\b[^<>]{0,300}\brunat\b/ ascii wide nocase
        $source_input = /<\s{0,8}input\b[^<>]{0,300}\brunat\b/ ascii wide nocase
        $use_shell = /\b(cmd(\.exe)?|powershell(\.exe)?)["'\s]/ ascii wide nocase
        $use_arguments = /\.\s{0,8}Arguments\s{0,8}=/ ascii wide nocase
        $use_output = /\b(RedirectStandardOutput|StandardOutput\s{0,8}\.\s{0,8}ReadToEnd)\b/ ascii wide nocase
        $use_direct = /\bProcess\s{0,8}\.\s{0,8}Start\s{0,8}\(\s{0,8}Request\b/ ascii wide nocase
    condition:
        filesize < 4MB and $page and any of ($start_*) and any of ($source_*) and any of ($use_*)
}

rule file_from_request
{
    meta:
        name = "iis-webshell-page-file-from-request"
        title = "Page that writes a file whose name the visitor sends"
        stage = "implanted"
        weight = "proof"
        confidence = "medium"
        techniques = "T1505.003, T1105"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $write = /\bFile\s{0,8}\.\s{0,8}(WriteAllText|WriteAllBytes|WriteAllLines|AppendAllText|Create|CreateText|OpenWrite)\s{0,8}\(\s{0,8}(Server\s{0,8}\.\s{0,8}MapPath\s{0,8}\(\s{0,8})?Request\s{0,8}[\[(.]/ ascii wide nocase
        $writer = /\bnew\s{1,8}(System\.IO\.)?(StreamWriter|FileStream)\s{0,8}\(\s{0,8}(Server\s{0,8}\.\s{0,8}MapPath\s{0,8}\(\s{0,8})?Request\s{0,8}[\[(.]/ ascii wide nocase
        $classic = /\bCreateTextFile\s{0,8}\(?\s{0,8}(Server\s{0,8}\.\s{0,8}MapPath\s{0,8}\(\s{0,8})?Request\s{0,8}[\[(.]/ ascii wide nocase
        $stream = /\bSaveToFile\s{0,8}\(?\s{0,8}(Server\s{0,8}\.\s{0,8}MapPath\s{0,8}\(\s{0,8})?Request\s{0,8}[\[(.]/ ascii wide nocase
    condition:
        filesize < 4MB and $page and any of ($write, $writer, $classic, $stream)
}

rule drops_server_page
{
    meta:
        name = "iis-webshell-page-writes-page"
        title = "Page that writes another server page"
        stage = "implanted"
        weight = "indication"
        confidence = "medium"
        techniques = "T1505.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $write = /\b(WriteAllText|WriteAllBytes|StreamWriter|CreateTextFile|SaveToFile)\b[^;\r\n]{0,200}\.(aspx|ashx|asmx|asp|soap|svc)["']/ ascii wide nocase
    condition:
        filesize < 4MB and $page and $write
}

rule upload_to_chosen_path
{
    meta:
        name = "iis-webshell-page-upload-to-chosen-path"
        title = "Upload form that lets the visitor choose the folder"
        stage = "implanted"
        weight = "indication"
        confidence = "medium"
        techniques = "T1505.003, T1105"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $save = /\bSaveAs\s{0,8}\(\s{0,8}((System\.IO\.)?Path\s{0,8}\.\s{0,8}Combine\s{0,8}\(\s{0,8})?(Request\s{0,8}[\[(.]|[A-Za-z_]\w{0,40}\s{0,8}\.\s{0,8}(Text|Value)\b)/ ascii wide nocase
    condition:
        filesize < 4MB and $page and $save
}

rule tunnel_through_page
{
    meta:
        name = "iis-webshell-page-tunnel"
        title = "Page that carries a visitor's connections into the network"
        stage = "implanted"
        weight = "proof"
        confidence = "medium"
        techniques = "T1505.003, T1090.001, T1572"
        reference = "https://attack.mitre.org/techniques/T1572/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $socket = /\bnew\s{1,8}(System\.Net\.Sockets\.)?(Socket|TcpClient)\s{0,8}\(/ ascii wide nocase
        $body = /\bRequest\s{0,8}\.\s{0,8}(BinaryRead|InputStream)\b/ ascii wide nocase
        $command = /\bRequest\s{0,8}\.\s{0,8}(Headers|QueryString|Cookies)\s{0,8}(\.\s{0,8}Get\s{0,8}\(|\[|\()/ ascii wide nocase
        $answer = /\b(BinaryWrite|OutputStream)\b/ ascii wide nocase
    condition:
        filesize < 4MB and $page and $socket and $body and $command and $answer
}

rule native_code_in_page
{
    meta:
        name = "iis-webshell-page-native-code"
        title = "Page that puts machine code into memory and runs it"
        stage = "implanted"
        weight = "proof"
        confidence = "medium"
        techniques = "T1505.003, T1055"
        reference = "https://attack.mitre.org/techniques/T1055/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $import = /\bDllImport\s{0,8}\(\s{0,8}["']kernel32/ ascii wide nocase
        $memory = /\b(VirtualAlloc(Ex)?|VirtualProtect)\s{0,8}\(/ ascii wide nocase
        $run = /\b(CreateThread|CreateRemoteThread|QueueUserAPC|GetDelegateForFunctionPointer)\b/ ascii wide nocase
    condition:
        filesize < 4MB and all of them
}

rule database_console
{
    meta:
        name = "iis-webshell-page-database-console"
        title = "Page that runs the visitor's statements on a database of the visitor's choice"
        stage = "implanted"
        weight = "indication"
        confidence = "medium"
        techniques = "T1505.003, T1213"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%|<script[^<>]{0,200}\brunat\b/ ascii wide nocase
        $connect = /\bnew\s{1,8}(System\.Data\.\w{1,20}\.)?(Sql|OleDb|Odbc)Connection\s{0,8}\(\s{0,8}(Request\s{0,8}[\[(.]|[A-Za-z_]\w{0,40}\s{0,8}\.\s{0,8}(Text|Value)\b)/ ascii wide nocase
    condition:
        filesize < 4MB and $page and $connect
}

rule classic_asp_runs_request
{
    meta:
        name = "iis-webshell-page-classic-runs-request"
        title = "Classic page that runs what the visitor sends"
        stage = "implanted"
        weight = "proof"
        confidence = "high"
        techniques = "T1505.003, T1059.005"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $run = /(^|[^.\w])(eval|execute|executeglobal)\s{0,20}\(?\s{0,20}(\(\s{0,8})?request\s{0,8}(\.\s{0,8}(form|querystring|cookies|item|servervariables)\s{0,8})?\(/ ascii wide nocase
        $binding = /<%#\s{0,8}eval\s{0,20}\(\s{0,20}request/ ascii wide nocase
        $compound_eval = /(^|[^.\w])eval\s{0,20}\(?\s{0,20}(chr|unescape|strreverse|replace|decode\w{0,20})\s{0,8}\([^\r\n]{0,200}\brequest\s{0,8}[(.]/ ascii wide nocase
        $compound_execute = /(^|[^.\w])execute(global)?\s{0,20}\(?\s{0,20}(chr|unescape|strreverse|replace|decode\w{0,20})\s{0,8}\([^\r\n]{0,200}\brequest\s{0,8}[(.]/ ascii wide nocase
    condition:
        filesize < 2MB and (#run > #binding or any of ($compound_*))
}

rule classic_asp_starts_program
{
    meta:
        name = "iis-webshell-page-classic-starts-program"
        title = "Classic page that starts programs for the visitor"
        stage = "implanted"
        weight = "proof"
        confidence = "medium"
        techniques = "T1505.003, T1059.003"
        reference = "https://attack.mitre.org/techniques/T1505/003/"
    strings:
        $page = /<%/ ascii wide
        $shell = /CreateObject\s{0,8}\(\s{0,8}["'](WScript\.Shell(\.1)?|Shell\.Application|WSCRIPT\.NETWORK)["']/ ascii wide nocase
        $run = /\.\s{0,8}(exec|run|ShellExecute)\s{0,8}[( ]/ ascii wide nocase
        $source = /\bRequest\s{0,8}(\.\s{0,8}(form|querystring|cookies|item)\s{0,8})?\(/ ascii wide nocase
    condition:
        filesize < 2MB and all of them
}
