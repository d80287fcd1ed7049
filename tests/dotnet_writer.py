"""Writes small .NET assemblies for tests: types, references, strings, and methods that call.

None of them can run, for two reasons: all that they refer to is in a library that does not exist,
and methods call without putting anything on the stack, and have no end.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_LIBRARY = "mscor-of-no-runtime"
_ELEMENTS = {"byte": 5, "int": 8, "string": 14, "object": 28}
_TEXT, _PLACE = 0x2000, 0x200


@dataclass(frozen=True)
class Method:
    """A method. `calls` are `Namespace.Type.Member(byte[],string)`; own ones start with `=`."""

    name: str
    calls: Sequence[str] = ()
    strings: Sequence[str] = ()
    native: str = ""


@dataclass(frozen=True)
class Type:
    """A type; one nested in another is `Outer/Inner`, and stands behind it."""

    name: str
    base: str = "System.Object"
    interfaces: Sequence[str] = ()
    methods: Sequence[Method] = ()


class _Heap:
    def __init__(self) -> None:
        self.data = b"\0"
        self._known: dict[bytes, int] = {}

    def add(self, value: bytes) -> int:
        if value not in self._known:
            self._known[value] = len(self.data)
            self.data += value
        return self._known[value]

    def name(self, text: str) -> int:
        return self.add(text.encode() + b"\0") if text else 0

    def blob(self, value: bytes) -> int:
        return self.add(_length(len(value)) + value) if value else 0


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    if size < 0x4000:
        return struct.pack(">H", size | 0x8000)
    return struct.pack(">I", size | 0xC0000000)


def _split(name: str) -> tuple[str, str]:
    namespace, _, own = name.rpartition(".")
    return namespace, own


class _Writer:
    def __init__(self, types: Sequence[Type]) -> None:
        self.types = [Type("<Module>", ""), *types]
        self.names, self.blobs, self.user = _Heap(), _Heap(), _Heap()
        self.references: dict[str, int] = {}
        self.members: dict[str, int] = {}
        self.modules: dict[str, int] = {}
        self.own: dict[str, int] = {}
        self.rows: dict[int, list[bytes]] = {}
        self.code = b""

    def row(self, table: int, layout: str, *values: int) -> int:
        rows = self.rows.setdefault(table, [])
        rows.append(struct.pack("<" + layout, *values))
        return len(rows)

    def reference(self, name: str) -> int:
        if name not in self.references:
            outer, _, inner = name.rpartition("/")
            scope = self.reference(outer) << 2 | 3 if outer else 1 << 2 | 2
            space, own = ("", inner) if outer else _split(name)
            row = self.row(1, "HHH", scope, self.names.name(own), self.names.name(space))
            self.references[name] = row
        return self.references[name]

    def type(self, name: str) -> int:
        """A coded TypeDefOrRef."""
        for index, known in enumerate(self.types):
            if known.name == name:
                return (index + 1) << 2
        return self.reference(name) << 2 | 1 if name else 0

    def member(self, text: str) -> int:
        if text not in self.members:
            name, _, given = text.partition("(")
            owner, _, own = name.rpartition(".")
            if own == "ctor":
                owner = owner.rstrip(".")
                own = ".ctor"
            parameters = [one for one in given.rstrip(")").split(",") if one]
            signature = bytes([0, len(parameters), 1]) + b"".join(map(self.element, parameters))
            parent = self.reference(owner) << 3 | 1
            row = self.row(10, "HHH", parent, self.names.name(own), self.blobs.blob(signature))
            self.members[text] = row
        return self.members[text]

    def element(self, name: str) -> bytes:
        if name.endswith("[]"):
            return b"\x1d" + self.element(name[:-2])
        if name in _ELEMENTS:
            return bytes([_ELEMENTS[name]])
        return b"\x12" + _length(self.reference(name) << 2 | 1)

    def string(self, text: str) -> int:
        encoded = text.encode("utf-16-le", "surrogatepass") + b"\0"
        return self.user.add(_length(len(encoded)) + encoded)

    def body(self, method: Method) -> int:
        """The address of a method's code; 0 for one without."""
        if method.native:
            return 0
        code = b"".join(
            b"\x72" + struct.pack("<I", 0x70 << 24 | self.string(text)) for text in method.strings
        )
        for call in method.calls:
            token = (
                6 << 24 | self.own[call[1:]]
                if call.startswith("=")
                else 10 << 24 | self.member(call)
            )
            code += (b"\x73" if "..ctor" in call else b"\x28") + struct.pack("<I", token)
        address = _TEXT + 72 + len(self.code)
        self.code += struct.pack("<HHII", 0x3003, 8, len(code), 0) + code
        self.code += bytes(-len(self.code) % 4)
        return address

    def define(self) -> None:
        """All rows of types and methods, and what they refer to."""
        number = 0
        for one in self.types:
            for method in one.methods:
                number += 1
                self.own[f"{one.name}.{method.name}"] = number
        number = 0
        signature = self.blobs.blob(b"\0\0\1")
        for index, one in enumerate(self.types):
            outer, _, inner = one.name.rpartition("/")
            space, own = ("", inner) if outer else _split(one.name)
            names = self.names.name(own), self.names.name(space)
            self.row(2, "IHHHHH", 1, *names, self.type(one.base), 1, number + 1)
            for interface in one.interfaces:
                self.row(9, "HH", index + 1, self.type(interface))
            if outer:
                holder = next(at for at, known in enumerate(self.types) if known.name == outer)
                self.row(0x29, "HH", index + 1, holder + 1)
            for method in one.methods:
                number += 1
                flags = 0x2016 if method.native else 0x16
                address = self.body(method)
                name = self.names.name(method.name)
                self.row(6, "IHHHHH", address, 0, flags, name, signature, 1)
                if method.native:
                    self.native(number, method.native)

    def native(self, number: int, place: str) -> None:
        library, _, name = place.partition("!")
        if library not in self.modules:
            self.modules[library] = self.row(0x1A, "H", self.names.name(library))
        forwarded = number << 1 | 1
        self.row(0x1C, "HHHH", 0x100, forwarded, self.names.name(name), self.modules[library])

    def tables(self) -> bytes:
        valid = sum(1 << table for table in self.rows)
        data = struct.pack("<IBBBBQQ", 0, 2, 0, 0, 1, valid, 0)
        for table in sorted(self.rows):
            data += struct.pack("<I", len(self.rows[table]))
        return data + b"".join(b"".join(self.rows[table]) for table in sorted(self.rows))


def write_assembly(
    types: Sequence[Type] = (),
    *,
    name: str = "Sample",
    version: tuple[int, int, int, int] = (1, 2, 3, 4),
    public_key: bytes = b"",
    runtime: str = "v4.0.30319",
    framework: str = "",
    resources: Sequence[str] = (),
    references: Sequence[str] = (),
    strings: Sequence[str] = (),
    stamp: int = 0,
) -> bytes:
    """An assembly. `references` are members that no method calls."""
    writer = _Writer(types)
    names, blobs = writer.names, writer.blobs
    writer.row(0, "HHHHH", 0, names.name(f"{name}.dll"), 0, 0, 0)
    key = blobs.blob(public_key)
    writer.row(0x20, "IHHHHIHHH", 0x8004, *version, 0, key, names.name(name), 0)
    writer.row(0x23, "HHHHIHHHH", 4, 0, 0, 0, 0, 0, names.name(_LIBRARY), 0, 0)
    writer.define()
    for text in strings:
        writer.string(text)
    for member in references:
        writer.member(member)
    if framework:
        kind = "System.Runtime.Versioning.TargetFrameworkAttribute..ctor(string)"
        value = b"\1\0" + _length(len(framework)) + framework.encode() + b"\0\0"
        row = writer.member(kind)
        writer.row(0x0C, "HHH", 1 << 5 | 14, row << 3 | 3, blobs.blob(value))
    for resource in resources:
        writer.row(0x28, "IIHH", 0, 1, names.name(resource), 0)
    streams = [
        (b"#~", writer.tables()),
        (b"#Strings", names.data),
        (b"#US", writer.user.data),
        (b"#Blob", blobs.data),
        (b"#GUID", bytes(16)),
    ]
    return _program(writer.code, _metadata(streams, runtime), stamp)


def _metadata(streams: Sequence[tuple[bytes, bytes]], runtime: str) -> bytes:
    text = runtime.encode() + bytes(4 - len(runtime) % 4)
    root = b"BSJB" + struct.pack("<HHII", 1, 1, 0, len(text)) + text
    padded = [
        (name + bytes(4 - len(name) % 4), data + bytes(-len(data) % 4)) for name, data in streams
    ]
    place = len(root) + 4 + sum(8 + len(name) for name, _ in padded)
    listed = struct.pack("<HH", 0, len(padded))
    for name, data in padded:
        listed += struct.pack("<II", place, len(data)) + name
        place += len(data)
    return root + listed + b"".join(data for _, data in padded)


def _program(code: bytes, metadata: bytes, stamp: int) -> bytes:
    cli = struct.pack("<IHHIII", 72, 2, 5, _TEXT + 72 + len(code), len(metadata), 1)
    text = cli + bytes(72 - len(cli)) + code + metadata
    text += bytes(-len(text) % _PLACE)
    directories = [(0, 0)] * 16
    directories[14] = (_TEXT, 72)
    optional = struct.pack("<HBBIIIIII", 0x10B, 8, 0, len(text), 0, 0, 0, _TEXT, 0)
    optional += bytes(96 - len(optional))
    optional += b"".join(struct.pack("<II", *pair) for pair in directories)
    header = b"MZ" + bytes(58) + struct.pack("<I", 64)
    header += b"PE\0\0" + struct.pack("<HHIIIHH", 0x14C, 1, stamp, 0, 0, len(optional), 0x2002)
    section = b".text\0\0\0" + struct.pack("<IIII", len(text), _TEXT, len(text), _PLACE)
    header += optional + section + bytes(16)
    return header + bytes(_PLACE - len(header)) + text
