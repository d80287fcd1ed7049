"""What a page may do that matters: which call, with which argument, and what it is worth.

`given`: points if a visitor's data reaches that argument. `computed`: points if what reaches it is
made by the page and cannot be worked out. `always`: points for the call alone. `argument` is its
place, -1 for what the call is made on, None for any.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Sink:
    """One kind of call that matters."""

    kind: str
    given: int
    always: int = 0
    computed: int = 0
    argument: int | None = None
    says: str = ""


_EVERY = None


def _table(kind: str, points: tuple[int, int, int], says: str, *calls: str) -> dict[str, Sink]:
    given, always, computed = points
    found = {}
    for call in calls:
        name, _, place = call.partition("@")
        argument = int(place) if place else _EVERY
        found[name] = Sink(kind, given, always, computed, argument, says)
    return found


@cache
def sinks() -> Mapping[str, Sink]:
    """Sinks by `type.member` or by `member` alone, in lower case."""
    return {
        **_table(
            "run", (92, 72, 76), "starts a program",
            "process.start", "processstartinfo", "processstartinfo.filename", "standardinput.writeline",
            "standardinput.write", "process.standardinput",
            "processstartinfo.arguments", "process.startinfo", "shell", "interaction.shell",
            "wshshellclass.run", "wshshellclass.exec", "iwshshell3.exec", "processstartinfo.username",
        ),
        **_table(
            "run", (92, 36, 60), "starts a program",
            "wscript.shell.run", "wscript.shell.exec", "shell.application.shellexecute",
            "shell.application.open", "win32_process.create", "managementclass.invokemethod",
            "wshshell.run", "wshshell.exec",
        ),
        **_table(
            "run", (92, 55, 60), "runs PowerShell",
            "powershell.addscript", "powershell.addcommand", "runspace.createpipeline",
            "pipeline.commands", "commandcollection.addscript", "scriptblock.create",
            "runspaceinvoke.invoke", "powershell.create", "pipeline.invoke",
        ),
        **_table(
            "evaluate", (97, 0, 80), "runs text as code",
            "execute", "executeglobal", "vbs.eval", "js.eval", "scriptcontrol.eval",
            "scriptcontrol.executestatement", "scriptcontrol.addcode", "scriptcontrol.run",
            "msscriptcontrol.scriptcontrol.eval", "msscriptcontrol.scriptcontrol.executestatement",
            "msscriptcontrol.scriptcontrol.addcode", "eval.jscriptevaluate", "jscriptevaluate",
            "csharpscript.evaluateasync", "csharpscript.runasync", "csharpscript.create",
            "vsaengine.compile", "evaluate.eval", "xslcompiledtransform.enablescript",
            "server.execute_text", "window.settimeout_text", "parent.execscript",
            "javascript.eval", "jsfunction",
        ),
        **_table(
            "compile", (92, 60, 72), "compiles code while it runs",
            "compileassemblyfromsource", "compileassemblyfromfile", "compileassemblyfromdom",
            "csharpcompilation.create", "csharpsyntaxtree.parsetext", "codedomprovider.createprovider",
            "csharpcodeprovider.createcompiler", "icodecompiler.compileassemblyfromsource",
        ),
        **_table(
            "load", (96, 0, 72), "loads an assembly from bytes",
            "assembly.load@0", "appdomain.load@0", "currentdomain.load@0", "assembly.loadmodule",
            "assemblyloadcontext.loadfromstream", "assembly.unsafeloadfrom", "getdomain.load@0",
        ),
        **_table(
            "load", (90, 0, 12), "loads an assembly from a file that the visitor names",
            "assembly.loadfrom@0", "assembly.loadfile@0", "activator.createinstancefrom@0",
            "appdomain.executeassembly@0",
        ),
        **_table(
            "reflect", (36, 3, 14), "calls what is named by text",
            "methodinfo.invoke", "methodbase.invoke", "type.invokemember", "type.gettype",
            "delegate.createdelegate", "activator.createinstance", "constructorinfo.invoke",
            "getmethod.invoke", "invokemember", "type.gettypefromprogid", "type.gettypefromclsid",
            "interaction.callbyname", "versioned.callbyname",
        ),
        **_table(
            "write", (36, 0, 0), "writes a file whose name the visitor gives",
            "file.writeallbytes@0", "file.writealltext@0", "file.writealllines@0", "file.create@0",
            "file.createtext@0", "file.appendalltext@0", "file.appendtext@0", "file.openwrite@0",
            "file.copy@1", "file.move@1", "streamwriter@0", "filestream@0", "file.open@0",
            "httppostedfile.saveas@0", "postedfile.saveas@0", "fileupload.saveas@0", "saveas@0",
            "adodb.stream.savetofile@0", "savetofile@0", "webclient.downloadfile@1",
            "scripting.filesystemobject.createtextfile@0", "createtextfile@0", "opentextfile@0",
            "scripting.filesystemobject.opentextfile@0", "binarywriter@0", "file.replace@1",
            "scripting.filesystemobject.copyfile@1", "scripting.filesystemobject.movefile@1",
            "fileinfo.copyto@0", "fileinfo.moveto@0", "fileinfo.createtext", "fileinfo.create",
            "fileinfo.openwrite", "fileinfo.appendtext",
        ),
        **_table(
            "read", (34, 0, 0), "reads a file that the visitor names",
            "file.readalltext@0", "file.readallbytes@0", "file.openread@0", "file.opentext@0",
            "streamreader@0", "response.writefile@0", "response.transmitfile@0", "file.readlines@0",
            "file.readalllines@0", "adodb.stream.loadfromfile@0", "loadfromfile@0",
            "scripting.filesystemobject.getfile@0", "webconfigurationmanager.openwebconfiguration@0",
        ),
        **_table(
            "list", (34, 0, 0), "lists a folder that the visitor names",
            "directory.getfiles@0", "directory.getdirectories@0", "directory.getfilesystementries@0",
            "directoryinfo@0", "scripting.filesystemobject.getfolder@0", "getfolder@0",
            "directory.enumeratefiles@0", "directory.enumeratedirectories@0",
        ),
        **_table(
            "change", (30, 0, 0), "deletes, moves or changes what the visitor names",
            "file.delete@0", "directory.delete@0", "directory.createdirectory@0", "directory.move@0",
            "file.move@0", "file.copy@0", "file.setattributes@0", "file.setlastwritetime@0",
            "file.setcreationtime@0", "file.setlastaccesstime@0", "directory.setlastwritetime@0",
            "scripting.filesystemobject.deletefile@0", "scripting.filesystemobject.deletefolder@0",
            "scripting.filesystemobject.createfolder@0", "scripting.filesystemobject.copyfile@0",
            "scripting.filesystemobject.movefile@0", "scripting.filesystemobject.copyfolder@0",
            "scripting.filesystemobject.movefolder@0", "deletefile@0", "deletefolder@0", "getfile.attributes", "getfolder.attributes",
            "getfile.delete", "getfile.name",
            "file.setaccesscontrol@0", "fileinfo.delete",
        ),
        **_table(
            "database", (38, 0, 0), "connects to a database that the visitor names",
            "sqlconnection@0", "oledbconnection@0", "odbcconnection@0", "oracleconnection@0",
            "mysqlconnection@0", "sqlconnection.connectionstring", "oledbconnection.connectionstring",
            "adodb.connection.open@0", "adodb.connection.connectionstring", "dbconnection.connectionstring",
            "odbcconnection.connectionstring", "npgsqlconnection@0",
        ),
        **_table(
            "query", (44, 0, 0), "sends the visitor's text to a database",
            "sqlcommand@0", "sqlcommand.commandtext", "oledbcommand@0", "oledbcommand.commandtext",
            "odbcommand.commandtext", "sqldataadapter@0", "oledbdataadapter@0", "odbccommand@0",
            "adodb.connection.execute@0", "adodb.recordset.open@0", "adodb.command.commandtext",
            "dbcommand.commandtext",
        ),
        **_table(
            "connect", (86, 72, 72), "opens a raw connection",
            "tcpclient", "tcpclient.connect", "socket", "socket.connect", "tcplistener", "udpclient",
            "socket.bind", "tcpclient.beginconnect", "socket.beginconnect", "ipendpoint",
        ),
        **_table(
            "registry", (78, 72, 72), "reads or writes the registry",
            "registry.getvalue", "registry.setvalue", "registrykey.opensubkey", "registrykey.setvalue",
            "registrykey.getvalue", "localmachine.opensubkey", "registrykey.openremotebasekey",
            "currentuser.opensubkey", "wscript.shell.regread", "wscript.shell.regwrite",
            "registrykey.openbasekey", "classesroot.opensubkey", "users.opensubkey",
        ),
        **_table(
            "deserialise", (80, 12, 20), "makes objects of what is sent",
            "losformatter.deserialize", "objectstateformatter.deserialize", "binaryformatter.deserialize",
            "soapformatter.deserialize", "netdatacontractserializer.deserialize", "xamlreader.parse",
            "xamlreader.load", "netdatacontractserializer.readobject", "javascriptserializer_typed",
            "binaryformatter.unsafedeserialize", "losformatter.deserialise",
        ),
        **_table(
            "directory", (60, 34, 34), "searches the directory or the management interface",
            "directorysearcher", "directoryentry", "managementobjectsearcher", "managementclass",
            "managementobject", "wqlobjectquery", "principalsearcher", "servicecontroller.getservices",
            "eventlog.clear",
        ),
        **_table(
            "survey", (24, 24, 24), "takes stock of the server",
            "process.getprocesses", "driveinfo.getdrives", "directory.getlogicaldrives",
            "environment.getenvironmentvariables", "environment.getlogicaldrives",
            "networkinterface.getallnetworkinterfaces", "servicecontroller.getservices",
            "scripting.filesystemobject.drives", "wscript.network.enumnetworkdrives",
            "wscript.network.computername", "environment.userdomainname", "wscript.shell.environment",
            "assembly.getassemblies", "windowsidentity.getcurrent", "wscript.shell.expandenvironmentstrings",
            "environment.expandenvironmentvariables", "process.getprocessesbyname", "process.kill",
        ),
        **_table(
            "compile", (90, 60, 72), "makes code while it runs",
            "dynamicmethod", "assemblybuilder.definedynamicassembly", "ilgenerator.emit",
        ),
        **_table(
            "secrets", (72, 72, 72), "reads the keys of the server",
            "machinekeysection", "machinekeysection.validationkey", "machinekeysection.decryptionkey",
        ),
        **_table(
            "include", (44, 0, 0), "runs a page that the visitor names",
            "server.execute@0", "server.transfer@0",
        ),
        **_table(
            "component", (88, 0, 20), "makes a component that the visitor names",
            "createobject@0", "server.createobject@0", "getobject@0",
        ),
        **_table(
            "fetch", (24, 0, 0), "fetches an address that the visitor names",
            "webclient.downloaddata@0", "webclient.downloadstring@0", "webrequest.create@0",
            "webclient.openread@0", "httpwebrequest.create@0", "msxml2.xmlhttp.open",
            "microsoft.xmlhttp.open", "msxml2.serverxmlhttp.open", "winhttp.winhttprequest.5.1.open",
        ),
        **_table(
            "evaluate", (90, 72, 72), "lets a style sheet run script",
            "xsltsettings.trustedxslt", "xsltsettings.enablescript", "msxsl.script",
        ),
        **_table(
            "decrypt", (58, 34, 40), "decrypts something",
            "createdecryptor", "transformfinalblock",
        ),
        **_table(
            "impersonate", (70, 36, 36), "takes on another identity",
            "windowsidentity.impersonate", "logonuser", "logonusera", "duplicatetoken",
            "impersonateloggedonuser",
        ),
        **_table(
            "run", (86, 0, 0), "hands the visitor's text to the page engine",
            "page.parsecontrol@0", "parsecontrol@0", "templateparser.parse@0", "buildmanager.createinstancefromvirtualpath@0",
        ),
    }  # fmt: skip


RESULTS: Mapping[str, str] = {
    "process.startinfo": "processstartinfo", "process.getcurrentprocess": "", "process.start": "process",
    "assembly.load": "assembly", "assembly.getexecutingassembly": "ownassembly",
    "appdomain.currentdomain": "appdomain", "thread.getdomain": "appdomain", "assembly.createinstance": "dynamic",
    "compileassemblyfromsource": "compilerresults", "compilerresults.compiledassembly": "assembly",
    "httpcontext.current": "httpcontext", "registry.localmachine": "registrykey",
    "registry.currentuser": "registrykey", "registry.classesroot": "registrykey", "registry.users": "registrykey",
    "registrykey.opensubkey": "registrykey", "registrykey.createsubkey": "registrykey",
    "registrykey.openremotebasekey": "registrykey", "registrykey.openbasekey": "registrykey",
    "runspacefactory.createrunspace": "runspace", "runspace.createpipeline": "pipeline",
    "pipeline.commands": "commandcollection", "powershell.create": "powershell",
    "type.getmethod": "methodinfo", "gettype.getmethod": "methodinfo", "dynamic.gettype": "type",
    "assembly.gettype": "type", "assembly.entrypoint": "methodinfo", "assembly.gettypes": "type", "object.gettype": "type", "type.gettype": "type",
    "type.getconstructor": "constructorinfo", "type.getmethods": "methodinfo", "sqlconnection.createcommand": "sqlcommand",
    "oledbconnection.createcommand": "oledbcommand", "aes.create": "decryptor_maker", "rijndael.create": "decryptor_maker",
    "createdecryptor": "decryptor", "des.create": "decryptor_maker", "tripledes.create": "decryptor_maker",
    "symmetricalgorithm.create": "decryptor_maker", "csharpcodeprovider.createcompiler": "icodecompiler",
    "tcpclient.getstream": "networkstream", "windowsidentity.getcurrent": "windowsidentity",
}  # fmt: skip
"""What some calls and members are, where their name does not say it."""

DECRYPT_CALLS = frozenset({"transformfinalblock", "transformblock", "decrypt", "createdecryptor"})
UNPACK_CALLS = frozenset({"gzipstream", "deflatestream"})
NATIVE = {
    "virtualalloc", "virtualallocex", "virtualprotect", "createthread", "createremotethread",
    "writeprocessmemory", "openprocess", "createprocess", "createprocessa", "createprocessw",
    "createprocesswithtokenw", "createprocessasuser", "winexec", "shellexecute", "shellexecutea",
    "shellexecutew", "logonuser", "logonusera", "logonuserw", "duplicatetokenex", "ntcreatesection",
    "adjusttokenprivileges", "openprocesstoken", "impersonateloggedonuser", "rtlmovememory", "wsasocket",
    "enumsystemlocalesa", "heapcreate", "queueuserapc", "minidumpwritedump", "loadlibrary", "loadlibrarya",
    "getprocaddress", "wnetaddconnection2", "netuseradd", "createpipe", "peeknamedpipe", "system",
    "createnamedpipe", "connectnamedpipe", "impersonatenamedpipeclient",
}  # fmt: skip
"""Functions of Windows that a page has no use for."""
CLASS_IDS = {
    "72c24dd5-d70a-438b-8a42-98424b88afb8": "wscript.shell",
    "f935dc22-1cf0-11d0-adb9-00c04fd58a0b": "wscript.shell",
    "f935dc26-1cf0-11d0-adb9-00c04fd58a0b": "wscript.network",
    "093ff999-1ea0-4079-9525-9614c3504b74": "wscript.network",
    "13709620-c279-11ce-a49e-444553540000": "shell.application",
    "0d43fe01-f093-11cf-8940-00a0c9054228": "scripting.filesystemobject",
    "00000566-0000-0010-8000-00aa006d2ea4": "adodb.stream",
    "0e59f1d5-1fbe-11d0-8ff2-00a0d10038bc": "scriptcontrol",
}
"""Components by their class ids, as `CreateObject("new:{…}")` names them."""
