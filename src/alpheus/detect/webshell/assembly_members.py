"""What members of the .NET libraries are for, as far as it matters in code that serves requests.

No member is bad by itself: what counts is which of them stand together, and where.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache


class Use(StrEnum):
    """What a member does."""

    INPUT = "reads the request"
    RUN = "starts a program"
    OUTPUT = "reads what a program prints"
    POWERSHELL = "runs PowerShell"
    EVALUATE = "runs text as script"
    COMPILE = "compiles code while it runs"
    LOAD = "loads an assembly from bytes"
    INVOKE = "calls what is named by text"
    NAME = "finds a member by its name"
    DECODE = "decodes Base64"
    DECRYPT = "decrypts"
    CONNECT = "opens a raw connection"
    SEND = "sends over a raw connection"
    RECEIVE = "receives over a raw connection"
    REGISTRY = "reads or writes the registry"
    DESERIALISE = "makes objects of a view state"
    UNPACK = "makes objects of bytes"
    WRITE = "writes a file"
    LIST = "lists folders or drives"
    CHANGE = "deletes or moves files"
    DATABASE = "opens a database"
    COMPONENT = "makes a component by its name"
    MEMORY = "changes memory or threads by functions of Windows"
    PROCESS = "starts processes or takes identities by functions of Windows"


_REQUEST = (
    "get_Form get_Item get_QueryString get_Params get_InputStream BinaryRead get_Headers"
    " get_Cookies get_Files GetBufferlessInputStream GetBufferedInputStream get_Unvalidated"
    " get_RawUrl get_PathInfo get_ServerVariables get_UserAgent"
)
_MEMBERS: tuple[tuple[Use, str, str], ...] = (
    (Use.INPUT, "System.Web.HttpRequest", _REQUEST),
    (Use.INPUT, "System.Web.HttpRequestBase", _REQUEST),
    (Use.INPUT, "System.Web.HttpRequestWrapper", _REQUEST),
    (Use.INPUT, "System.Web.UnvalidatedRequestValues", _REQUEST),
    (Use.INPUT, "System.Web.UI.Page", "get_Request"),
    (Use.INPUT, "System.Net.HttpListenerRequest", _REQUEST),
    (Use.INPUT, "System.Web.UI.WebControls.TextBox", "get_Text"),
    (Use.INPUT, "System.Web.UI.WebControls.HiddenField", "get_Value"),
    (Use.INPUT, "System.Web.UI.HtmlControls.HtmlInputControl", "get_Value"),
    (Use.INPUT, "System.Web.UI.HtmlControls.HtmlTextArea", "get_Value"),
    (Use.RUN, "System.Diagnostics.Process", "Start"),
    (Use.RUN, "Microsoft.VisualBasic.Interaction", "Shell"),
    (Use.RUN, "System.Management.ManagementClass", "InvokeMethod"),
    (Use.RUN, "System.Management.ManagementObject", "InvokeMethod"),
    (
        Use.OUTPUT,
        "System.Diagnostics.Process",
        "get_StandardOutput get_StandardError BeginOutputReadLine add_OutputDataReceived",
    ),
    (Use.EVALUATE, "Microsoft.JScript.Eval", "JScriptEvaluate"),
    (
        Use.EVALUATE,
        "Microsoft.CodeAnalysis.CSharp.Scripting.CSharpScript",
        "EvaluateAsync RunAsync",
    ),
    (
        Use.COMPILE,
        "System.CodeDom.Compiler.CodeDomProvider",
        "CompileAssemblyFromSource CompileAssemblyFromFile CompileAssemblyFromDom",
    ),
    (
        Use.COMPILE,
        "System.CodeDom.Compiler.ICodeCompiler",
        "CompileAssemblyFromSource CompileAssemblyFromFile CompileAssemblyFromSourceBatch",
    ),
    (Use.INVOKE, "System.Reflection.MethodBase", "Invoke"),
    (Use.INVOKE, "System.Reflection.MethodInfo", "Invoke"),
    (Use.INVOKE, "System.Activator", "CreateInstance"),
    (Use.INVOKE, "System.Reflection.Assembly", "CreateInstance"),
    (Use.INVOKE, "System.Type", "InvokeMember"),
    (Use.NAME, "System.Type", "GetMethod InvokeMember"),
    (Use.DECODE, "System.Convert", "FromBase64String"),
    (Use.DECRYPT, "System.Security.Cryptography.SymmetricAlgorithm", "CreateDecryptor"),
    (Use.DECRYPT, "System.Security.Cryptography.ICryptoTransform", "TransformFinalBlock"),
    (Use.DECRYPT, "System.Security.Cryptography.RijndaelManaged", ".ctor CreateDecryptor"),
    (Use.DECRYPT, "System.Security.Cryptography.AesManaged", ".ctor CreateDecryptor"),
    (Use.DECRYPT, "System.Security.Cryptography.AesCryptoServiceProvider", ".ctor CreateDecryptor"),
    (Use.CONNECT, "System.Net.Sockets.Socket", "Connect BeginConnect ConnectAsync"),
    (Use.CONNECT, "System.Net.Sockets.TcpClient", "Connect BeginConnect ConnectAsync"),
    (Use.SEND, "System.Net.Sockets.Socket", "Send BeginSend"),
    (Use.RECEIVE, "System.Net.Sockets.Socket", "Receive BeginReceive"),
    (Use.SEND, "System.Net.Sockets.TcpClient", "GetStream"),
    (Use.RECEIVE, "System.Net.Sockets.TcpClient", "GetStream"),
    (
        Use.REGISTRY,
        "Microsoft.Win32.RegistryKey",
        "GetValue SetValue OpenSubKey CreateSubKey DeleteSubKey DeleteValue",
    ),
    (Use.REGISTRY, "Microsoft.Win32.Registry", "GetValue SetValue"),
    (Use.DESERIALISE, "System.Web.UI.LosFormatter", "Deserialize"),
    (Use.DESERIALISE, "System.Web.UI.ObjectStateFormatter", "Deserialize"),
    (Use.UNPACK, "System.Runtime.Serialization.Formatters.Binary.BinaryFormatter", "Deserialize"),
    (Use.UNPACK, "System.Runtime.Serialization.Formatters.Soap.SoapFormatter", "Deserialize"),
    (
        Use.UNPACK,
        "System.Runtime.Serialization.NetDataContractSerializer",
        "Deserialize ReadObject",
    ),
    (
        Use.WRITE,
        "System.IO.File",
        "WriteAllText WriteAllBytes WriteAllLines AppendAllText AppendText CreateText Create",
    ),
    (Use.WRITE, "System.Web.HttpPostedFile", "SaveAs"),
    (Use.WRITE, "System.Web.HttpPostedFileBase", "SaveAs"),
    (
        Use.LIST,
        "System.IO.Directory",
        "GetFiles GetDirectories GetLogicalDrives GetFileSystemEntries",
    ),
    (Use.LIST, "System.IO.DirectoryInfo", "GetFiles GetDirectories GetFileSystemInfos"),
    (Use.LIST, "System.IO.DriveInfo", "GetDrives"),
    (Use.CHANGE, "System.IO.File", "Delete Move Copy SetLastWriteTime SetCreationTime"),
    (Use.CHANGE, "System.IO.Directory", "Delete Move"),
    (Use.DATABASE, "System.Data.SqlClient.SqlConnection", ".ctor"),
    (Use.DATABASE, "System.Data.OleDb.OleDbConnection", ".ctor"),
    (Use.DATABASE, "System.Data.Odbc.OdbcConnection", ".ctor"),
    (Use.COMPONENT, "System.Type", "GetTypeFromProgID GetTypeFromCLSID"),
    (Use.COMPONENT, "System.Web.HttpServerUtility", "CreateObject CreateObjectFromClsid"),
    (Use.COMPONENT, "Microsoft.VisualBasic.Interaction", "CreateObject"),
)
"""Use, type, and names of members without regard to their parameters."""

_BYTES = frozenset({"System.Reflection.Assembly.Load", "System.AppDomain.Load"})
_POWERSHELL = "System.Management.Automation."
_STARTS = frozenset({"AddScript", "Invoke", "BeginInvoke", "CreateRunspace", "AddCommand"})

_FOREIGN = frozenset({
    "writeprocessmemory", "createremotethread", "createremotethreadex", "ntwritevirtualmemory",
    "ntcreatethreadex", "queueuserapc", "rtlcreateuserthread", "virtualallocex",
    "ntmapviewofsection", "minidumpwritedump", "setthreadcontext",
})  # fmt: skip
"""Functions of Windows that reach into another process."""

_THREAD = frozenset({"createthread", "enumsystemlocalesa", "enumwindows", "waitforsingleobject"})
_ALLOCATE = frozenset({"virtualalloc", "virtualprotect", "heapcreate", "ntallocatevirtualmemory"})
_PROCESSES = frozenset({
    "createprocess", "createprocessasuser", "createprocesswithlogonw", "createprocesswithtokenw",
    "winexec", "shellexecute", "shellexecuteex",
})  # fmt: skip


@cache
def _exact() -> Mapping[str, Use]:
    return {f"{owner}.{name}": use for use, owner, names in _MEMBERS for name in names.split()}


def use_of(member: str) -> Use | None:
    """What a member is for, by its full name alone."""
    use = _exact().get(member)
    if use is None and member.startswith(_POWERSHELL):
        return Use.POWERSHELL if member.rpartition(".")[2] in _STARTS else None
    return use


def may_load_bytes(member: str) -> bool:
    """Whether this loads an assembly from bytes if its first parameter is bytes."""
    return member in _BYTES


def use_of_natives(functions: Iterable[str]) -> dict[str, Use]:
    """What imported functions are for: memory only if it is another's, or code is put into it."""
    names = {function: _plain(function) for function in functions}
    plain = set(names.values())
    runs_memory = bool(plain & _ALLOCATE) and bool(plain & _THREAD)
    memory = _FOREIGN | (_ALLOCATE | _THREAD if runs_memory else frozenset())
    found = {}
    for function, name in names.items():
        if name in memory:
            found[function] = Use.MEMORY
        elif name in _PROCESSES:
            found[function] = Use.PROCESS
    return found


def _plain(function: str) -> str:
    """The name of a function without its library and the letter for its kind of text."""
    name = function.rpartition("!")[2].lower()
    shorter = name[:-1]
    known = _FOREIGN | _THREAD | _ALLOCATE | _PROCESSES
    return shorter if name not in known and name[-1:] in {"a", "w"} and shorter in known else name
