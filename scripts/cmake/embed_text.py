#!/usr/bin/env python3
"""Writes a C++ file that holds a text file: embed_text.py IN OUT NAMESPACE NAME."""

import sys


def main():
    source, target, namespace, name = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        lines = file.read().splitlines()
    literals = "\n".join('    R"line(' + line + ')line" "\\n"' for line in lines)
    with open(target, "w", encoding="utf-8") as file:
        file.write(f"namespace {namespace} {{\n")
        file.write(f"extern const char* const {name};\n")
        file.write(f"const char* const {name} =\n{literals};\n}}\n")


if __name__ == "__main__":
    main()
