#!/usr/bin/env python3
"""Makes code and documentation from CMSIS-SVD register maps.

  svdgen.py device FILE.svd --cpp H --c H --markdown MD    one device's outputs
  svdgen.py board NAME OUT.svd FILE.svd ...                one merged SVD for debuggers
  svdgen.py check FILE.svd ...                             validation only

A map with an overlap, a field outside its register, or without a description or reset value is refused:
the message names file, element and what would be right, and the exit status is 2.
"""

import argparse
import copy
import pathlib
import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field as dataclass_field

ACCESS = {"read-write": "read_write", "read-only": "read_only", "write-only": "write_only"}
WRITE_EFFECT = {"modify": "store", "oneToClear": "one_to_clear", "oneToSet": "one_to_set",
                "oneToToggle": "one_to_toggle", "zeroToClear": "zero_to_clear",
                "zeroToSet": "zero_to_set", "zeroToToggle": "zero_to_toggle", "clear": "clear",
                "set": "set"}
READ_EFFECT = {None: "none", "clear": "clear", "set": "set", "modifyExternal": "external"}
CPP_WORDS = set("""
    alignas alignof and asm auto bool break case catch char class concept const continue decltype
    default delete do double else enum explicit export extern false float for friend goto if inline
    int long mutable namespace new noexcept not nullptr operator or private protected public register
    requires return short signed sizeof static struct switch template this throw true try typedef
    typeid typename union unsigned using virtual void volatile while xor""".split())


class MapError(Exception):
    """A register map that breaks a rule; the text names file and element."""


@dataclass
class Field:
    name: str
    description: str
    lsb: int
    width: int
    access: str
    write_effect: str
    read_effect: str
    unimplemented: bool
    values: list  # of (name, description, value)

    @property
    def mask(self):
        return ((1 << self.width) - 1) << self.lsb


@dataclass
class Register:
    name: str
    description: str
    offset: int
    bits: int
    count: int
    stride: int
    reset: int
    access: str
    group: str
    fields: list = dataclass_field(default_factory=list)


@dataclass
class Device:
    path: str
    name: str
    description: str
    base: int
    size: int
    irq: object
    registers: list


def number(text):
    text = text.strip().lower().replace("_", "")
    if text.startswith("#"):
        return int(text[1:], 2)
    return int(text, 0)


class Reader:
    """Reads one SVD file, checking every rule on the way."""

    def __init__(self, path):
        self.path = path

    def fail(self, element, message):
        raise MapError(f"{self.path}: {element}: {message}")

    def text(self, node, tag, where, required=True):
        found = node.find(tag)
        if found is None or not (found.text or "").strip():
            if required:
                self.fail(where, f"has no <{tag}>")
            return None
        return " ".join(found.text.split())

    def integer(self, node, tag, where, default=None):
        text = self.text(node, tag, where, required=default is None)
        if text is None:
            return default
        try:
            return number(text)
        except ValueError:
            self.fail(where, f"<{tag}> is '{text}', not a number")

    def choice(self, node, tag, table, where, default):
        text = self.text(node, tag, where, required=False)
        if text is None:
            return default
        if text not in table:
            self.fail(where, f"<{tag}> is '{text}'; known: {', '.join(k for k in table if k)}")
        return table[text]

    def read(self):
        try:
            root = ET.parse(self.path).getroot()
        except ET.ParseError as error:
            raise MapError(f"{self.path}: not well-formed XML: {error}") from error
        peripherals = root.findall("./peripherals/peripheral")
        if len(peripherals) != 1:
            self.fail("device", f"has {len(peripherals)} peripherals; one file holds exactly one")
        node = peripherals[0]
        name = self.text(node, "name", "peripheral")
        description = self.text(node, "description", name)
        base = self.integer(node, "baseAddress", name)
        block = node.find("addressBlock")
        if block is None:
            self.fail(name, "has no <addressBlock>")
        size = self.integer(block, "size", f"{name}.addressBlock")
        interrupt = node.find("interrupt")
        irq = None
        if interrupt is not None:
            irq = (self.text(interrupt, "name", f"{name}.interrupt"),
                   self.integer(interrupt, "value", f"{name}.interrupt"))
        registers = [self.read_register(name, r) for r in node.findall("./registers/register")]
        if not registers:
            self.fail(name, "has no registers")
        device = Device(self.path, name, description, base, size, irq, registers)
        self.check(device)
        return device

    def read_register(self, peripheral, node):
        name = self.text(node, "name", f"{peripheral}.register")
        name = name.replace("[%s]", "").replace("%s", "")
        where = f"{peripheral}.{name}"
        description = self.text(node, "description", where)
        offset = self.integer(node, "addressOffset", where)
        bits = self.integer(node, "size", where, 32)
        if bits not in (8, 16, 32, 64):
            self.fail(where, f"size {bits}; a register has 8, 16, 32 or 64 bits")
        count = self.integer(node, "dim", where, 1)
        stride = self.integer(node, "dimIncrement", where, 0) if count > 1 else 0
        if count > 1 and stride < bits // 8:
            self.fail(where, f"dimIncrement {stride} is smaller than the register")
        reset = self.integer(node, "resetValue", where)
        if reset >> bits:
            self.fail(where, f"reset value {reset:#x} does not fit {bits} bits")
        access = self.choice(node, "access", ACCESS, where, "read_write")
        group = self.text(node, "alternateGroup", where, required=False) or ""
        register = Register(name, description, offset, bits, count, stride, reset, access, group)
        inherited = self.choice(node, "modifiedWriteValues", WRITE_EFFECT, where, "store")
        read_action = self.choice(node, "readAction", READ_EFFECT, where, "none")
        nodes = node.findall("./fields/field")
        for item in nodes:
            register.fields.append(self.read_field(where, register, item, inherited, read_action))
        if not nodes:
            register.fields.append(Field("VALUE", description, 0, bits, access, inherited,
                                         read_action, False, []))
        register.fields.sort(key=lambda f: f.lsb)
        used = 0
        for item in register.fields:
            if used & item.mask:
                self.fail(f"{where}.{item.name}", "overlaps another field")
            used |= item.mask
        if reset & ~used:
            self.fail(where, f"reset value {reset:#x} sets bits that no field describes")
        return register

    def read_field(self, parent, register, node, inherited, read_action):
        name = self.text(node, "name", f"{parent}.field")
        where = f"{parent}.{name}"
        description = self.text(node, "description", where)
        if node.find("bitRange") is not None:
            matched = re.fullmatch(r"\[(\d+):(\d+)\]", self.text(node, "bitRange", where))
            if not matched:
                self.fail(where, "<bitRange> is not of the form [msb:lsb]")
            msb, lsb = int(matched[1]), int(matched[2])
        elif node.find("lsb") is not None:
            lsb, msb = self.integer(node, "lsb", where), self.integer(node, "msb", where)
        else:
            lsb = self.integer(node, "bitOffset", where)
            msb = lsb + self.integer(node, "bitWidth", where, 1) - 1
        if msb < lsb or msb >= register.bits:
            self.fail(where, f"bits {msb}..{lsb} lie outside the {register.bits}-bit register")
        access = self.choice(node, "access", ACCESS, where, register.access)
        effect = self.choice(node, "modifiedWriteValues", WRITE_EFFECT, where, inherited)
        reading = self.choice(node, "readAction", READ_EFFECT, where, read_action)
        unimplemented = node.find("./vendorExtensions/unimplemented") is not None
        values = []
        for value in node.findall("./enumeratedValues/enumeratedValue"):
            entry = self.text(value, "name", f"{where}.enumeratedValue")
            here = f"{where}.{entry}"
            text = self.text(value, "description", here)
            code = self.integer(value, "value", here)
            if code >> (msb - lsb + 1):
                self.fail(here, f"value {code} does not fit the field")
            values.append((entry, text, code))
        return Field(name, description, lsb, msb - lsb + 1, access, effect, reading, unimplemented,
                     values)

    def check(self, device):
        names = set()
        spans = []
        for register in device.registers:
            where = f"{device.name}.{register.name}"
            if register.name in names:
                self.fail(where, "is defined twice")
            names.add(register.name)
            size = register.bits // 8
            if register.offset % size:
                self.fail(where, f"offset {register.offset:#x} is not a multiple of its size")
            for i in range(register.count):
                start = register.offset + i * register.stride
                if start + size > device.size:
                    self.fail(where, f"ends beyond the address block of {device.size:#x} bytes")
                spans.append((start, start + size, register))
        spans.sort(key=lambda s: (s[0], s[1]))
        active = []
        for start, end, register in spans:
            active = [a for a in active if a[1] > start]
            for _, _, other in active:
                if not self.may_share(register, other):
                    self.fail(f"{device.name}.{register.name}",
                              f"overlaps {other.name} at offset {start:#x}")
            active.append((start, end, register))

    @staticmethod
    def may_share(a, b):
        """Alternates, and a read-only beside a write-only register, may share an offset."""
        return a.group != b.group or {a.access, b.access} == {"read_only", "write_only"}


def lower(name):
    text = name.lower()
    return text + "_" if text in CPP_WORDS else text


def cpp(device):
    groups = {"": 0}
    for register in device.registers:
        groups.setdefault(register.group, len(groups))
    space = device.name.lower()
    out = [f"// Made from {pathlib.Path(device.path).name} by svdgen.py; edit the SVD file instead.",
           "#pragma once", "", "#include <cstdint>", "",
           '#include "models/common/register_map.h"', "", f"namespace luxlane::registers::{space} {{",
           "", f"inline constexpr std::uint64_t base = {device.base:#x};",
           f"inline constexpr std::uint64_t size = {device.size:#x};"]
    if device.irq:
        out.append(f"inline constexpr unsigned irq = {device.irq[1]};")
    for name, index in groups.items():
        if name:
            out.append(f"inline constexpr std::uint8_t group_{lower(name)} = {index};")
    out += ["", "enum class reg : std::uint16_t {"]
    out += [f"    {lower(r.name)}," for r in device.registers] + ["};", ""]
    for index, register in enumerate(device.registers):
        out.append(f"/// {register.description}")
        out.append(f"namespace {lower(register.name)} {{")
        if register.count > 1:
            out.append(f"inline constexpr std::uint32_t count = {register.count};")
        for item in register.fields:
            kind = "bool" if item.width == 1 else \
                "std::uint32_t" if item.width <= 32 else "std::uint64_t"
            if item.values:
                kind = f"{item.name.lower()}_value"
                out.append(f"enum class {kind} : std::uint32_t {{")
                out += [f"    {lower(v)} = {code},  ///< {text}" for v, text, code in item.values]
                out.append("};")
            out.append(f"/// {item.description}")
            out.append(f"inline constexpr register_field<{kind}> {lower(item.name)}{{"
                       f"{index}, {item.lsb}, {item.width}}};")
        out += ["}", ""]
    out.append("namespace detail {")
    for register in device.registers:
        out.append(f"inline constexpr field_description {lower(register.name)}_fields[] = {{")
        for item in register.fields:
            out.append(f'    {{"{item.name}", {item.lsb}, {item.width}, '
                       f"register_access::{item.access}, write_effect::{item.write_effect}, "
                       f"read_effect::{item.read_effect}, {str(item.unimplemented).lower()}}},")
        out.append("};")
    out.append("inline constexpr register_description registers[] = {")
    first = 0
    for register in device.registers:
        out.append(f'    {{"{register.name}", {register.offset:#x}, {register.bits // 8}, '
                   f"{register.count}, {register.stride}, {register.reset:#x}, "
                   f"register_access::{register.access}, {groups[register.group]}, {first}, "
                   f"{lower(register.name)}_fields}},")
        first += register.count
    out += ["};", "}  // namespace detail", "",
            f'inline constexpr register_map map{{"{device.name}", size, {first}, '
            "detail::registers};", "", f"}}  // namespace luxlane::registers::{space}", ""]
    return "\n".join(out)


def c_header(device):
    up = device.name.upper()
    out = [f"/* Made from {pathlib.Path(device.path).name} by svdgen.py; edit the SVD file instead. */",
           "#pragma once", "", f"/* {device.description} */",
           f"#define {up}_BASE {device.base:#x}UL", f"#define {up}_SIZE {device.size:#x}UL"]
    if device.irq:
        out.append(f"#define {up}_IRQ {device.irq[1]}")
    for register in device.registers:
        prefix = f"{up}_{register.name}"
        suffix = "ULL" if register.bits == 64 else "U"
        out += ["", f"/* {register.description} */"]
        if register.count > 1:
            out.append(f"#define {prefix}_OFFSET(i) ({register.offset:#x}U + (i) * "
                       f"{register.stride:#x}U)")
            out.append(f"#define {prefix}_COUNT {register.count}U")
        else:
            out.append(f"#define {prefix}_OFFSET {register.offset:#x}U")
        out.append(f"#define {prefix}_RESET {register.reset:#x}{suffix}")
        for item in register.fields:
            name = f"{prefix}_{item.name}"
            out += [f"#define {name}_LSB {item.lsb}", f"#define {name}_WIDTH {item.width}",
                    f"#define {name}_MASK {item.mask:#x}{suffix}"]
            out += [f"#define {name}_{value} {code}U" for value, _, code in item.values]
    return "\n".join(out) + "\n"


def markdown(device):
    out = [f"# {device.name}", "", device.description, "",
           f"Base address `{device.base:#010x}`, {device.size:#x} bytes" +
           (f", interrupt {device.irq[1]}" if device.irq else "") + ".", "",
           "| offset | register | bits | access | reset | meaning |", "|---|---|---|---|---|---|"]
    for r in sorted(device.registers, key=lambda r: r.offset):
        name = r.name + (f"[{r.count}]" if r.count > 1 else "")
        note = f" (group {r.group})" if r.group else ""
        out.append(f"| `{r.offset:#05x}` | [{name}](#{r.name.lower()}) | {r.bits} | "
                   f"{r.access.replace('_', '-')} | `{r.reset:#x}` | {r.description}{note} |")
    for r in sorted(device.registers, key=lambda r: r.offset):
        out += ["", f"## {r.name}", "", r.description, ""]
        if r.count > 1:
            out += [f"{r.count} elements, {r.stride:#x} bytes apart.", ""]
        out += ["| bits | field | access | meaning |", "|---|---|---|---|"]
        for f in reversed(r.fields):
            bits = f"{f.lsb}" if f.width == 1 else f"{f.lsb + f.width - 1}:{f.lsb}"
            access = f.access.replace("_", "-")
            if f.write_effect != "store":
                access += ", write " + f.write_effect.replace("_", " ")
            if f.read_effect != "none":
                access += ", read " + f.read_effect.replace("external", "has an effect")
            if f.unimplemented:
                access += ", not implemented"
            text = f.description + "".join(f"<br>{code} {v}: {t}" for v, t, code in f.values)
            out.append(f"| {bits} | {f.name} | {access} | {text} |")
    return "\n".join(out) + "\n"


def board(name, paths):
    devices = []
    for path in paths:
        device = Reader(path).read()
        for other in devices:
            if device.base < other.base + other.size and other.base < device.base + device.size:
                raise MapError(f"{path}: {device.name}: overlaps {other.name} of {other.path}")
            if device.irq and other.irq and device.irq[1] == other.irq[1]:
                raise MapError(f"{path}: {device.name}: interrupt {device.irq[1]} is also "
                               f"{other.name}'s of {other.path}")
        devices.append(device)
    root = ET.Element("device", {"schemaVersion": "1.3"})
    for tag, text in (("vendor", "LuxLane"), ("name", name), ("version", "1.0"),
                      ("description", "Registers of the LuxLane board"), ("addressUnitBits", "8"),
                      ("width", "64"), ("size", "32"), ("access", "read-write")):
        ET.SubElement(root, tag).text = text
    peripherals = ET.SubElement(root, "peripherals")
    for device in sorted(devices, key=lambda d: d.base):
        source = ET.parse(device.path).getroot().find("./peripherals/peripheral")
        peripherals.append(copy.deepcopy(source))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def write(path, text):
    target = pathlib.Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("device")
    one.add_argument("svd")
    one.add_argument("--cpp")
    one.add_argument("--c")
    one.add_argument("--markdown")
    merge = commands.add_parser("board")
    merge.add_argument("name")
    merge.add_argument("out")
    merge.add_argument("svd", nargs="+")
    commands.add_parser("check").add_argument("svd", nargs="+")
    options = parser.parse_args()
    try:
        if options.command == "board":
            write(options.out, board(options.name, options.svd))
        elif options.command == "check":
            for path in options.svd:
                Reader(path).read()
        else:
            device = Reader(options.svd).read()
            for path, make in ((options.cpp, cpp), (options.c, c_header),
                               (options.markdown, markdown)):
                if path:
                    write(path, make(device))
    except (MapError, OSError) as error:
        print(f"svdgen: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
