#include "models/riscv/elf.h"

#include <cstring>
#include <fstream>
#include <sstream>
#include <utility>

namespace luxlane::riscv {

namespace {

constexpr unsigned CLASS_64 = 2;
constexpr unsigned LITTLE_ENDIAN_DATA = 1;
constexpr unsigned TYPE_EXECUTABLE = 2;
constexpr unsigned MACHINE_RISCV = 243;
constexpr uint32_t SEGMENT_LOAD = 1;
constexpr uint32_t SECTION_SYMBOLS = 2;
constexpr uint64_t HEADER_BYTES = 64;
constexpr uint64_t PROGRAM_HEADER_BYTES = 56;
constexpr uint64_t SECTION_HEADER_BYTES = 64;
constexpr uint64_t SYMBOL_BYTES = 24;

/// Bounds-checked access to the file's fields.
class reader {
public:
    reader(std::span<const std::byte> file, const std::string& name) : file_(file), name_(name) {}

    [[noreturn]] void fail(const std::string& problem) const {
        throw elf_error(name_ + ": " + problem);
    }

    std::span<const std::byte> bytes(uint64_t offset, uint64_t size, const char* what) const {
        if (offset > file_.size() || size > file_.size() - offset) {
            fail("truncated: " + std::string(what) + " needs " + std::to_string(size) +
                 " bytes at offset " + std::to_string(offset) + ", the file has " +
                 std::to_string(file_.size()));
        }
        return file_.subspan(offset, size);
    }

    template <typename type>
    type get(uint64_t offset, const char* what) const {
        type value;
        std::memcpy(&value, bytes(offset, sizeof value, what).data(), sizeof value);
        return value;
    }

    void expect(uint64_t found, uint64_t right, const char* field, const char* meaning) const {
        if (found != right) {
            fail(std::string(field) + " is " + std::to_string(found) + ", needed is " +
                 std::to_string(right) + " (" + meaning + ")");
        }
    }

    std::string text(std::span<const std::byte> table, uint64_t offset) const {
        if (offset >= table.size()) {
            fail("symbol name at offset " + std::to_string(offset) +
                 " is outside of its string table");
        }
        const auto* first = reinterpret_cast<const char*>(table.data()) + offset;
        return {first, strnlen(first, table.size() - offset)};
    }

private:
    std::span<const std::byte> file_;
    const std::string& name_;
};

void check_header(const reader& in, std::span<const std::byte> file) {
    if (file.size() < 4 || std::memcmp(file.data(),
                                       "\x7f"
                                       "ELF",
                                       4) != 0) {
        in.fail("not an ELF file: it does not begin with 7f 45 4c 46");
    }
    in.bytes(0, HEADER_BYTES, "ELF header");
    in.expect(in.get<uint8_t>(4, "EI_CLASS"), CLASS_64, "EI_CLASS", "64-bit");
    in.expect(in.get<uint8_t>(5, "EI_DATA"), LITTLE_ENDIAN_DATA, "EI_DATA", "little-endian");
    in.expect(in.get<uint16_t>(18, "e_machine"), MACHINE_RISCV, "e_machine", "RISC-V");
    in.expect(in.get<uint16_t>(16, "e_type"), TYPE_EXECUTABLE, "e_type",
              "statically linked executable");
}

void read_segments(const reader& in, elf_image& image) {
    const auto table = in.get<uint64_t>(32, "e_phoff");
    const auto count = in.get<uint16_t>(56, "e_phnum");
    if (count != 0) {
        in.expect(in.get<uint16_t>(54, "e_phentsize"), PROGRAM_HEADER_BYTES, "e_phentsize",
                  "size of a 64-bit program header");
        in.bytes(table, count * PROGRAM_HEADER_BYTES, "program headers");
    }
    for (unsigned i = 0; i < count; ++i) {
        const uint64_t at = table + i * PROGRAM_HEADER_BYTES;
        const auto memory_bytes = in.get<uint64_t>(at + 40, "p_memsz");
        if (in.get<uint32_t>(at, "p_type") != SEGMENT_LOAD || memory_bytes == 0) {
            continue;
        }
        const auto offset = in.get<uint64_t>(at + 8, "p_offset");
        const auto address = in.get<uint64_t>(at + 24, "p_paddr");
        const auto file_bytes = in.get<uint64_t>(at + 32, "p_filesz");
        const std::string place = "segment " + std::to_string(i);
        if (file_bytes > memory_bytes) {
            in.fail(place + ": p_filesz " + std::to_string(file_bytes) +
                    " is larger than p_memsz " + std::to_string(memory_bytes));
        }
        if (address + (memory_bytes - 1) < address) {
            in.fail(place + " wraps around the end of the address space");
        }
        const auto data = in.bytes(offset, file_bytes, place.c_str());
        image.segments.push_back({address, memory_bytes, {data.begin(), data.end()}});
    }
    if (image.segments.empty()) {
        in.fail("has no loadable segment: it is not a linked program");
    }
}

void read_symbols(const reader& in, elf_image& image) {
    const auto table = in.get<uint64_t>(40, "e_shoff");
    const auto count = in.get<uint16_t>(60, "e_shnum");
    if (count == 0) {
        return;
    }
    in.expect(in.get<uint16_t>(58, "e_shentsize"), SECTION_HEADER_BYTES, "e_shentsize",
              "size of a 64-bit section header");
    in.bytes(table, count * SECTION_HEADER_BYTES, "section headers");
    const auto contents = [&](uint64_t index, const char* what) {
        if (index >= count) {
            in.fail(std::string(what) + " has section number " + std::to_string(index) + " of " +
                    std::to_string(count));
        }
        const uint64_t at = table + index * SECTION_HEADER_BYTES;
        return in.bytes(in.get<uint64_t>(at + 24, "sh_offset"),
                        in.get<uint64_t>(at + 32, "sh_size"), what);
    };
    for (unsigned i = 0; i < count; ++i) {
        const uint64_t at = table + i * SECTION_HEADER_BYTES;
        if (in.get<uint32_t>(at + 4, "sh_type") != SECTION_SYMBOLS) {
            continue;
        }
        const auto symbols = contents(i, "symbol table");
        const auto names = contents(in.get<uint32_t>(at + 40, "sh_link"), "symbol names");
        for (uint64_t s = 0; s + SYMBOL_BYTES <= symbols.size(); s += SYMBOL_BYTES) {
            uint32_t name;
            uint64_t value;
            std::memcpy(&name, symbols.data() + s, sizeof name);
            std::memcpy(&value, symbols.data() + s + 8, sizeof value);
            const unsigned type = std::to_integer<unsigned>(symbols[s + 4]) & 15;
            const bool located = type <= 2;  // label, object or function; not section or file
            if (name == 0 || !located) {
                continue;
            }
            // Names with $ are the psABI's mapping symbols, which mark code and data.
            if (std::string text = in.text(names, name); !text.starts_with('$')) {
                image.symbols.emplace(std::move(text), value);
            }
        }
    }
}

}  // namespace

elf_image parse_elf(std::span<const std::byte> file, const std::string& name) {
    const reader in(file, name);
    check_header(in, file);
    elf_image image;
    image.entry = in.get<uint64_t>(24, "e_entry");
    if ((image.entry & 1) != 0) {
        in.fail("e_entry " + std::to_string(image.entry) + " is odd, code has even addresses");
    }
    read_segments(in, image);
    read_symbols(in, image);
    return image;
}

elf_image load_elf(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    if (!content) {
        throw elf_error(path + ": is empty or cannot be read");
    }
    return parse_elf(std::as_bytes(std::span(content.view())), path);
}

}  // namespace luxlane::riscv
