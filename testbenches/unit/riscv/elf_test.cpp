// The ELF loader on a file made here by the System V ABI's tables, and on spoiled copies of it.

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "models/riscv/elf.h"

using namespace luxlane::riscv;

namespace {

class file_builder {
public:
    template <typename type>
    void put(size_t offset, type value) {
        if (bytes.size() < offset + sizeof value) {
            bytes.resize(offset + sizeof value);
        }
        std::memcpy(&bytes[offset], &value, sizeof value);
    }
    void text(size_t offset, const std::string& value) {
        for (size_t i = 0; i <= value.size(); ++i) {
            put(offset + i, i < value.size() ? value[i] : '\0');
        }
    }
    std::vector<std::byte> bytes;
};

// Offsets in the file below.
constexpr size_t program_header = 64, code_offset = 176, symbols_offset = 192, names_offset = 240,
                 sections_offset = 256;

/// An executable with one segment of 8 bytes in the file and 24 in memory, one note, one symbol.
file_builder good_file() {
    file_builder f;
    f.text(0,
           "\x7f"
           "ELF");
    f.put<uint8_t>(4, 2);
    f.put<uint8_t>(5, 1);
    f.put<uint8_t>(6, 1);
    f.put<uint16_t>(16, 2);
    f.put<uint16_t>(18, 243);
    f.put<uint32_t>(20, 1);
    f.put<uint64_t>(24, 0x80000004);
    f.put<uint64_t>(32, program_header);
    f.put<uint64_t>(40, sections_offset);
    f.put<uint16_t>(52, 64);
    f.put<uint16_t>(54, 56);
    f.put<uint16_t>(56, 2);
    f.put<uint16_t>(58, 64);
    f.put<uint16_t>(60, 3);

    f.put<uint32_t>(program_header, 4);  // PT_NOTE
    f.put<uint64_t>(program_header + 40, 4);
    const size_t load = program_header + 56;
    f.put<uint32_t>(load, 1);
    f.put<uint64_t>(load + 8, code_offset);
    f.put<uint64_t>(load + 16, 0xdead0000);  // virtual: not what is loaded
    f.put<uint64_t>(load + 24, 0x80000000);
    f.put<uint64_t>(load + 32, 8);
    f.put<uint64_t>(load + 40, 24);
    f.put<uint64_t>(code_offset, 0x0807060504030201);

    f.put<uint32_t>(symbols_offset + 24, 1);
    f.put<uint8_t>(symbols_offset + 28, 0x12);  // global function
    f.put<uint64_t>(symbols_offset + 32, 0x80000004);
    f.put<uint64_t>(symbols_offset + 40, 0);
    f.text(names_offset + 1, "main");
    f.put<uint32_t>(symbols_offset, 6);  // a mapping symbol, which is no symbol of the program
    f.text(names_offset + 6, "$x");
    const size_t symbol_section = sections_offset + 64;
    f.put<uint32_t>(symbol_section + 4, 2);
    f.put<uint64_t>(symbol_section + 24, symbols_offset);
    f.put<uint64_t>(symbol_section + 32, 48);
    f.put<uint32_t>(symbol_section + 40, 2);
    const size_t name_section = sections_offset + 128;
    f.put<uint32_t>(name_section + 4, 3);
    f.put<uint64_t>(name_section + 24, names_offset);
    f.put<uint64_t>(name_section + 32, 9);
    f.put<uint64_t>(name_section + 56, 0);
    return f;
}

std::string message_of(const file_builder& file) {
    try {
        parse_elf(file.bytes, "boot.elf");
    } catch (const elf_error& error) {
        return error.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a good file gives its entry, segments and symbols") {
    const elf_image image = parse_elf(good_file().bytes, "boot.elf");
    CHECK(image.entry == 0x80000004);
    REQUIRE(image.segments.size() == 1);
    CHECK(image.segments[0].address == 0x80000000);
    CHECK(image.segments[0].memory_bytes == 24);
    REQUIRE(image.segments[0].data.size() == 8);
    CHECK(image.segments[0].data[7] == std::byte{8});
    CHECK(image.symbols == std::map<std::string, uint64_t>{{"main", 0x80000004}});
}

TEST_CASE("each wrong field is named with the file") {
    const auto spoiled = [](auto change) {
        file_builder file = good_file();
        change(file);
        return message_of(file);
    };
    using Catch::Contains;
    CHECK_THAT(spoiled([](auto& f) { f.put(1, 'e'); }),
               Contains("boot.elf") && Contains("not an ELF file"));
    CHECK_THAT(spoiled([](auto& f) { f.bytes.clear(); }), Contains("not an ELF file"));
    CHECK_THAT(spoiled([](auto& f) { f.put(4, uint8_t{1}); }), Contains("EI_CLASS"));
    CHECK_THAT(spoiled([](auto& f) { f.put(5, uint8_t{2}); }), Contains("EI_DATA"));
    CHECK_THAT(spoiled([](auto& f) { f.put(16, uint16_t{1}); }), Contains("e_type is 1"));
    CHECK_THAT(spoiled([](auto& f) { f.put(18, uint16_t{62}); }), Contains("e_machine is 62"));
    CHECK_THAT(spoiled([](auto& f) { f.put(24, uint64_t{1}); }), Contains("e_entry"));
    CHECK_THAT(spoiled([](auto& f) { f.put(32, ~uint64_t{0}); }), Contains("program headers"));
    CHECK_THAT(spoiled([](auto& f) { f.put(54, uint16_t{32}); }), Contains("e_phentsize"));
    CHECK_THAT(spoiled([](auto& f) { f.put(56, uint16_t{0}); }), Contains("no loadable segment"));
    CHECK_THAT(spoiled([](auto& f) { f.put(120 + 32, uint64_t{25}); }), Contains("p_filesz 25"));
    CHECK_THAT(spoiled([](auto& f) { f.put(120 + 24, ~uint64_t{7}); }), Contains("wraps"));
    CHECK_THAT(spoiled([](auto& f) { f.put(120 + 8, uint64_t{1} << 40); }),
               Contains("truncated: segment 1 needs 8 bytes at offset 1099511627776"));
    CHECK_THAT(spoiled([](auto& f) { f.put(sections_offset + 64 + 40, uint32_t{9}); }),
               Contains("section number 9 of 3"));
    CHECK_THAT(spoiled([](auto& f) { f.put(symbols_offset + 24, uint32_t{77}); }),
               Contains("symbol name at offset 77"));
}

TEST_CASE("a file cut off anywhere is refused") {
    const file_builder whole = good_file();
    for (size_t size = 0; size < whole.bytes.size(); ++size) {
        file_builder cut = whole;
        cut.bytes.resize(size);
        const std::string message = message_of(cut);
        INFO("size " << size << ": " << message);
        CHECK_THAT(message, Catch::Contains(size < 4 ? "not an ELF" : "truncated"));
    }
}

TEST_CASE("files are loaded by name, and a missing one is named") {
    const std::string path = LUXLANE_BUILD "/riscv_elf_test.elf";
    const file_builder whole = good_file();
    std::ofstream(path, std::ios::binary)
        .write(reinterpret_cast<const char*>(whole.bytes.data()),
               static_cast<std::streamsize>(whole.bytes.size()));
    CHECK(load_elf(path).entry == 0x80000004);
    std::remove(path.c_str());
    CHECK_THROWS_WITH(load_elf(path), Catch::Contains(path));
    CHECK_THROWS_AS(load_elf("/"), elf_error);
}
