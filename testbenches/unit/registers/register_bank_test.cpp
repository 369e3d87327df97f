#include "models/common/register_bank.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "registers/example.h"

namespace regs = luxlane::registers::example;
using luxlane::access_context;
using luxlane::access_status;

namespace {

constexpr access_context GUEST{.pc = 0x80000100, .has_pc = true, .debug = false};
constexpr access_context DEBUGGER{.pc = 0, .has_pc = false, .debug = true};

struct bench {
    luxlane::register_bank bank{regs::map};
    std::vector<std::string> warnings;

    bench() {
        bank.on_warning([this](const std::string& text) { warnings.push_back(text); });
    }
    std::uint64_t read(std::uint64_t offset, unsigned bytes = 4, access_context who = GUEST) {
        std::uint64_t value = 0;
        REQUIRE(bank.read(offset, reinterpret_cast<std::byte*>(&value), bytes, who) ==
                access_status::ok);
        return value;
    }
    access_status write(std::uint64_t offset, std::uint64_t value, unsigned bytes = 4,
                        access_context who = GUEST) {
        return bank.write(offset, reinterpret_cast<std::byte*>(&value), bytes, who);
    }
    access_status try_read(std::uint64_t offset, unsigned bytes, access_context who = GUEST) {
        std::uint64_t value = 0;
        return bank.read(offset, reinterpret_cast<std::byte*>(&value), bytes, who);
    }
};

}  // namespace

TEST_CASE("registers read their documented resets, after two resets as after one") {
    bench b;
    for (int i = 0; i < 2; ++i) {
        CHECK(b.read(0) == 0x454c5058);
        CHECK(b.read(4) == 0x10);
        CHECK(b.read(16, 8) == 0x1122334455667788);
        CHECK(b.read(0x40) == 7);
        CHECK(b.read(0x58) == 7);
        b.write(4, 0x21);
        b.write(0x58, 9);
        b.bank.reset();
    }
}

TEST_CASE("write effects follow modifiedWriteValues") {
    bench b;
    CHECK(b.read(8) == 0xff);
    b.write(8, 0xf5);  // W1C 5, W0C f: keeps the high nibble
    CHECK(b.read(8) == 0xfa);
    b.write(8, 0xf00 | 0x70);  // W1S f, W0C 7 clears bit 7
    CHECK(b.read(8) == 0xf7a);
    b.write(8, 0x30f0);  // toggle 3
    CHECK((b.read(8) >> 12) == 3);
    b.write(8, 0x10f0);
    CHECK((b.read(8) >> 12) == 2);
}

TEST_CASE(
    "a read-only field keeps its value silently, a reserved bit warns once per register and pc") {
    bench b;
    CHECK(b.write(4, 0x80000001) == access_status::ok);
    CHECK(b.read(4) == 1);
    CHECK(b.warnings.empty());
    for (int i = 0; i < 3; ++i) {
        CHECK(b.write(4, 0x1000) == access_status::ok);
    }
    REQUIRE(b.warnings.size() == 1);
    CHECK(b.warnings[0] ==
          "write of 0x1000 to register CONTROL sets reserved bits 0x1000: ignored (pc 0x80000100)");
    CHECK(b.bank.warnings() == 3);
    access_context elsewhere = GUEST;
    elsewhere.pc = 0x80000200;
    b.write(4, 0x1000, 4, elsewhere);
    CHECK(b.warnings.size() == 2);
}

TEST_CASE("an unimplemented field warns and stays at its reset") {
    bench b;
    b.write(4, 0x100);
    CHECK(b.read(4) == 0);
    REQUIRE(b.warnings.size() == 1);
    CHECK(b.warnings[0].find("does not implement") != std::string::npos);
}

TEST_CASE("size, alignment, address and access mode are checked") {
    bench b;
    CHECK(b.try_read(0, 2) == access_status::size_error);
    CHECK(b.try_read(1, 1) == access_status::size_error);
    CHECK(b.try_read(16, 4) == access_status::ok);  // half of a 64-bit register
    CHECK(b.read(20, 4) == 0x11223344);
    CHECK(b.try_read(18, 4) == access_status::size_error);
    CHECK(b.try_read(0x30, 4) == access_status::address_error);
    CHECK(b.try_read(0x44, 4) == access_status::address_error);  // gap in the array
    CHECK(b.write(0, 1) == access_status::command_error);
    CHECK(b.warnings.size() == 5);  // both bad sizes of ID share register and pc
}

TEST_CASE("halves of a 64-bit register are written alone") {
    bench b;
    b.write(20, 0xcafe, 4);
    CHECK(b.read(16, 8) == 0x0000cafe55667788);
}

TEST_CASE("a read that clears does so for the guest only") {
    bench b;
    CHECK(b.read(12, 4, DEBUGGER) == 0x5a);
    CHECK(b.read(12) == 0x5a);
    CHECK(b.read(12) == 0);
}

TEST_CASE("a debugger's access runs no effects, counts nothing and ignores modes") {
    bench b;
    int popped = 0;
    b.bank.on_read(regs::reg::receive, [](std::uint32_t, std::uint64_t) { return 0x41; });
    b.bank.on_read_effect(regs::reg::receive, [&](std::uint32_t) { ++popped; });
    CHECK(b.read(24, 1, DEBUGGER) == 0x41);
    CHECK(popped == 0);
    CHECK(b.read(24, 1) == 0x41);
    CHECK(popped == 1);
    CHECK(b.bank.reads(static_cast<std::uint16_t>(regs::reg::receive)) == 1);
    CHECK(b.write(0, 5, 4, DEBUGGER) == access_status::ok);
    CHECK(b.read(0) == 5);
    CHECK(b.warnings.empty());
}

TEST_CASE("one offset serves a read-only, a write-only and an alternate register") {
    bench b;
    std::uint64_t sent = 0;
    b.bank.on_write(regs::reg::transmit,
                    [&](const luxlane::register_write& w) { sent = w.written; });
    b.write(24, 0x55, 1);
    CHECK(sent == 0x55);
    CHECK(b.read(24, 1) == 0);
    b.bank.select_alternate(regs::group_dlab);
    CHECK(b.read(24, 1) == 3);
    b.write(24, 0x1b, 1);
    CHECK(b.read(24, 1) == 0x1b);
    CHECK(sent == 0x55);
    CHECK(b.read(0) == 0x454c5058);  // plain registers stay visible
    b.bank.select_alternate(0);
    CHECK(b.read(24, 1) == 0);
}

TEST_CASE("typed fields and array elements") {
    bench b;
    using mode = regs::control::mode_value;
    CHECK(b.bank.get(regs::control::mode) == mode::fast);
    b.bank.set(regs::control::mode, mode::slow);
    CHECK(b.read(4) == 0);
    std::uint32_t element = 99;
    b.bank.on_write(regs::reg::table,
                    [&](const luxlane::register_write& w) { element = w.element; });
    b.write(0x50, 12);
    CHECK(element == 2);
    CHECK(b.bank.value(regs::reg::table, 2) == 12);
    std::uint64_t offset = 0;
    unsigned bytes = 0;
    REQUIRE(b.bank.find("TABLE[3]", offset, bytes));
    CHECK(offset == 0x58);
    CHECK_FALSE(b.bank.find("TABLE[4]", offset, bytes));
    CHECK_FALSE(b.bank.find("NOTHING", offset, bytes));
}

TEST_CASE("a snapshot restores values and the alternate") {
    bench b;
    b.write(4, 1);
    const auto saved = b.bank.save();
    b.write(4, 0);
    b.bank.select_alternate(regs::group_dlab);
    b.bank.restore(saved);
    CHECK(b.read(4) == 1);
    CHECK(b.read(24, 1) == 0);
}
