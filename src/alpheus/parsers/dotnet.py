"""What a .NET assembly says of itself: its types, what it calls, its strings and resources.

Read are the tables of the metadata; no code is run or decompiled. An assembly that was made to
be unreadable is read as far as it goes, and `flaws` says what is missing.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from alpheus.parsers import dotnet_tables as tables
from alpheus.parsers.dotnet_tables import Image, Metadata, coded, compressed, find_image

_MOST_STRINGS = 50_000
_LONGEST_STRING = 4_000
_LONGEST_KEY = 1 << 14
_MOST_CHARACTERS = 8 << 20
_DEEPEST_NESTING = 8
_FRAMEWORK = "System.Runtime.Versioning.TargetFrameworkAttribute"
_NATIVE = 0x2000
_TAG_OF_ASSEMBLY = 14
_ELEMENTS = {
    0x01: "void", 0x02: "bool", 0x03: "char", 0x04: "sbyte", 0x05: "byte", 0x06: "short",
    0x07: "ushort", 0x08: "int", 0x09: "uint", 0x0A: "long", 0x0B: "ulong", 0x0C: "float",
    0x0D: "double", 0x0E: "string", 0x18: "nint", 0x19: "nuint", 0x1C: "object",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TypeDefinition:
    """A type. `native` are those of its methods that lie in another program (P/Invoke).

    A nested type is `Outer/Inner`. `first` is the row, from 0, of its first method.
    """

    name: str
    base: str
    interfaces: tuple[str, ...]
    methods: tuple[str, ...]
    native: tuple[str, ...]
    first: int


@dataclass(frozen=True, slots=True)
class Assembly:
    """One assembly. `member_references` and `member_parameters` have an entry per row.

    `import_methods` are the rows, from 0, of the methods that stand for `imports`; -1 for none.
    `key_token` is empty where the assembly has no public key. `stamp` is the linker's time in
    seconds since 1970; newer compilers write a hash there. `string_places` are the places of
    `strings` in their heap, and `addresses` those of the methods' code.
    """

    name: str = ""
    version: str = ""
    key_token: str = ""
    module: str = ""
    runtime: str = ""
    framework: str = ""
    stamp: int = 0
    types: tuple[TypeDefinition, ...] = ()
    assembly_references: tuple[str, ...] = ()
    type_references: tuple[str, ...] = ()
    member_references: tuple[str, ...] = ()
    member_parameters: tuple[bytes, ...] = field(default=(), repr=False)
    imports: tuple[str, ...] = ()
    import_methods: tuple[int, ...] = field(default=(), repr=False)
    strings: tuple[str, ...] = ()
    string_places: tuple[int, ...] = field(default=(), repr=False)
    resources: tuple[str, ...] = ()
    addresses: tuple[int, ...] = field(default=(), repr=False)
    flaws: tuple[str, ...] = ()

    def parameters(self, member: int) -> tuple[str, ...]:
        """The parameters of a member reference; a type that is not primitive is `?`."""
        return _parameters(self.member_parameters[member])


def read_assembly(content: bytes) -> Assembly | None:
    """Read an assembly; None if the file is no program for .NET."""
    image = find_image(content)
    if image is None:
        return None
    return _Reader(image).read()


class _Reader:
    def __init__(self, image: Image) -> None:
        self._image = image
        self._metadata: Metadata = tables.read_metadata(image)
        self._references: list[str] = []
        self._types: list[str] = []

    def read(self) -> Assembly:
        metadata = self._metadata
        self._references = self._type_references()
        self._types = self._type_names()
        members, signatures = self._members()
        texts, places = self._strings()
        name, version, token = self._identity()
        imports, forwarded = self._imports()
        module = metadata.rows(tables.MODULE)
        return Assembly(
            name=name,
            version=version,
            key_token=token,
            module=metadata.name(module[0][1]) if module else "",
            runtime=metadata.version,
            framework=self._framework(members),
            stamp=self._image.stamp,
            types=self._definitions(),
            assembly_references=tuple(
                metadata.name(row[6]) for row in metadata.rows(tables.ASSEMBLY_REFERENCE)
            ),
            type_references=tuple(self._references),
            member_references=members,
            member_parameters=signatures,
            imports=imports,
            import_methods=forwarded,
            strings=texts,
            string_places=places,
            resources=tuple(metadata.name(row[2]) for row in metadata.rows(tables.RESOURCE)),
            addresses=tuple(row[0] for row in metadata.rows(tables.METHOD)),
            flaws=tuple(metadata.flaws),
        )

    def _identity(self) -> tuple[str, str, str]:
        rows = self._metadata.rows(tables.ASSEMBLY)
        if not rows:
            return "", "", ""
        row = rows[0]
        key = self._metadata.blob(row[6], _LONGEST_KEY)
        token = hashlib.sha1(key, usedforsecurity=False).digest()[:-9:-1].hex() if key else ""
        return self._metadata.name(row[7]), ".".join(map(str, row[1:5])), token

    def _qualified(self, namespace: int, name: int) -> str:
        metadata = self._metadata
        if namespace:
            return metadata.afford(f"{metadata.name(namespace)}.{metadata.name(name)}")
        return metadata.name(name)

    def _type_references(self) -> list[str]:
        rows = self._metadata.rows(tables.TYPE_REFERENCE)
        names = [self._qualified(row[2], row[1]) for row in rows]
        outer = [coded("ResolutionScope", row[0]) for row in rows]
        inside = {
            index: row - 1
            for index, (table, row) in enumerate(outer)
            if table == tables.TYPE_REFERENCE
        }
        return self._nested(names, inside)

    def _type_names(self) -> list[str]:
        metadata = self._metadata
        names = [self._qualified(row[2], row[1]) for row in metadata.rows(tables.TYPE)]
        inside = {row[0] - 1: row[1] - 1 for row in metadata.rows(tables.NESTED)}
        return self._nested(names, inside)

    def _nested(self, names: list[str], inside: dict[int, int]) -> list[str]:
        """Names with those of the types that they are nested in."""
        full = list(names)
        for index, first in inside.items():
            if not 0 <= index < len(names):
                continue
            outer: int | None = first
            parts = [names[index]]
            while outer is not None and 0 <= outer < len(names) and len(parts) < _DEEPEST_NESTING:
                parts.append(names[outer])
                outer = inside.get(outer)
            full[index] = self._metadata.afford("/".join(reversed(parts)))
        return full

    def _type(self, table: int, row: int) -> str:
        """The name of a defined, referenced or specified type."""
        if table == tables.TYPE_SPECIFICATION:
            return self._specified(row)
        known = self._references if table == tables.TYPE_REFERENCE else self._types
        return known[row - 1] if 0 < row <= len(known) else ""

    def _specified(self, row: int) -> str:
        """Of an array or a generic type, the type that it is made of; empty for a parameter."""
        rows = self._metadata.rows(tables.TYPE_SPECIFICATION)
        if not 0 < row <= len(rows):
            return ""
        signature = self._metadata.blob(rows[row - 1][0], 64)
        at = 0
        while signature[at : at + 1] in {b"\x0f", b"\x10", b"\x14", b"\x15", b"\x1d"}:
            at += 1
        if signature[at : at + 1] not in {b"\x11", b"\x12"}:
            return ""
        table, index = coded("TypeDefOrRef", compressed(signature, at + 1)[0])
        return "" if table == tables.TYPE_SPECIFICATION else self._type(table, index)

    def _members(self) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
        metadata = self._metadata
        owners: dict[int, str] = {}
        names: list[str] = []
        signatures: list[bytes] = []
        for parent, name, signature in metadata.rows(tables.MEMBER_REFERENCE):
            owner = owners.get(parent)
            if owner is None:
                table, row = coded("MemberRefParent", parent)
                known = table in {tables.TYPE, tables.TYPE_REFERENCE, tables.TYPE_SPECIFICATION}
                owner = owners[parent] = self._type(table, row) if known else ""
            names.append(metadata.afford(f"{owner}.{metadata.name(name)}"))
            signatures.append(metadata.blob(signature, 32))
        return tuple(names), tuple(signatures)

    def _imports(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        metadata = self._metadata
        modules = metadata.rows(tables.MODULE_REFERENCE)
        found = []
        methods = []
        for _, forwarded, name, module in metadata.rows(tables.IMPORT):
            known = 0 < module <= len(modules)
            library = metadata.name(modules[module - 1][0]) if known else ""
            found.append(metadata.afford(f"{library.lower()}!{metadata.name(name)}"))
            table, row = coded("MemberForwarded", forwarded)
            methods.append(row - 1 if table == tables.METHOD else -1)
        return tuple(found), tuple(methods)

    def _method_names(self) -> tuple[list[str], list[bool]]:
        """Names of the methods in the order in which types own them, and whether native."""
        metadata = self._metadata
        rows = metadata.rows(tables.METHOD)
        names = [metadata.name(row[3]) for row in rows]
        native = [bool(row[2] & _NATIVE) for row in rows]
        order = [row[0] - 1 for row in metadata.rows(tables.METHOD_POINTER)]
        if order:
            metadata.flaw("methods stand in another order than their table")
            order = [index for index in order if 0 <= index < len(names)]
            return [names[index] for index in order], [native[index] for index in order]
        return names, native

    def _definitions(self) -> tuple[TypeDefinition, ...]:
        metadata = self._metadata
        rows = metadata.rows(tables.TYPE)
        interfaces: dict[int, list[str]] = {}
        for owner, interface in metadata.rows(tables.INTERFACE):
            name = self._type(*coded("TypeDefOrRef", interface))
            interfaces.setdefault(owner - 1, []).append(name)
        methods, native = self._method_names()
        found = []
        at = 0
        for index, row in enumerate(rows):
            start = max(at, row[5] - 1)
            end = rows[index + 1][5] - 1 if index + 1 < len(rows) else len(methods)
            at = max(start, min(end, len(methods)))
            own = range(start, at)
            found.append(
                TypeDefinition(
                    self._types[index],
                    self._type(*coded("TypeDefOrRef", row[3])) if row[3] else "",
                    tuple(interfaces.get(index, ())),
                    tuple(methods[start:at]),
                    tuple(methods[one] for one in own if native[one]),
                    start,
                )
            )
        return tuple(found)

    def _framework(self, members: tuple[str, ...]) -> str:
        """The text of the attribute that names the framework compiled for."""
        wanted = {index + 1 for index, name in enumerate(members) if name == f"{_FRAMEWORK}..ctor"}
        if not wanted:
            return ""
        for parent, kind, value in self._metadata.rows(tables.ATTRIBUTE):
            if parent & 31 == _TAG_OF_ASSEMBLY and kind & 7 == 3 and kind >> 3 in wanted:
                blob = self._metadata.blob(value, 256)
                length, start = compressed(blob, 2)
                return blob[start : start + min(length, 200)].decode("utf-8", "replace")
        return ""

    def _strings(self) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The literals of the code, as the heap holds them."""
        heap = self._metadata.user_strings
        texts: list[str] = []
        places: list[int] = []
        at, left, entries = 1, _MOST_CHARACTERS, 0
        while at < len(heap):
            if entries == _MOST_STRINGS or left <= 0:
                self._metadata.flaw("more strings than are read")
                break
            entries += 1
            length, start = compressed(heap, at)
            if length > 1:
                end = start + min(length & ~1, 2 * _LONGEST_STRING)
                text = heap[start:end].decode("utf-16-le", "replace")
                left -= len(text)
                texts.append(text)
                places.append(at)
            at = start + length
        if at > max(1, len(heap)):
            self._metadata.flaw("the heap of strings is torn")
        return tuple(texts), tuple(places)


def _parameters(signature: bytes) -> tuple[str, ...]:
    """Types of a method's parameters, up to the first one that is not simple enough to follow."""
    if not signature or signature[0] & 0x0F not in {0, 5}:
        return ()
    at = 1
    if signature[0] & 0x10:
        _, at = compressed(signature, at)
    count, at = compressed(signature, at)
    found: list[str] = []
    _, at = _element(signature, at)
    while len(found) < min(count, 16):
        if at >= len(signature):
            found.append("?")
            continue
        text, at = _element(signature, at)
        found.append(text)
    return tuple(found)


def _element(signature: bytes, at: int) -> tuple[str, int]:
    """One type of a signature and the place after it; past the end where it cannot be followed."""
    suffix = ""
    while signature[at : at + 1] in {b"\x0f", b"\x10", b"\x1d"}:
        suffix = "[]" + suffix if signature[at] == 0x1D else suffix
        at += 1
    if at >= len(signature):
        return "?", len(signature)
    code = signature[at]
    if code in _ELEMENTS:
        return _ELEMENTS[code] + suffix, at + 1
    if code in {0x11, 0x12, 0x13, 0x1E}:
        return "?" + suffix, compressed(signature, at + 1)[1]
    return "?" + suffix, len(signature)
