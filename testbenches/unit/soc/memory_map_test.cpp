#include <array>
#include <cstring>
#include <stdexcept>

#include "models/soc/boot_rom.h"
#include "models/soc/memory.h"
#include "models/soc/router.h"
#include "testbenches/unit/common/fresh_simulation.h"
#include "testbenches/unit/soc/soc_bench.h"

using namespace luxlane;
using luxlane::test::advance;
using luxlane::test::fresh_simulation;
using luxlane::test::ns;

namespace {

soc::memory_config sized(std::uint64_t bytes) {
    soc::memory_config options;
    options.size_bytes = bytes;
    return options;
}

struct memory_bench {
    test::captured_log log;
    test::bus_master bus{"bus"};
    soc::router router{"router"};
    soc::memory rom{"rom", [] {
                        auto options = sized(0x1000);
                        options.read_only = true;
                        return options;
                    }()};
    soc::memory ram{"ram", [] {
                        auto options = sized(0x4000000);
                        options.read_latency = ns(40);
                        options.write_latency = ns(20);
                        return options;
                    }()};

    memory_bench() {
        bus.socket.bind(router.in);
        router.map(0x1000, 0x1000, "rom", rom.target);
        router.map(0x80000000, 0x4000000, "ram", ram.target);
    }
};

}  // namespace

TEST_CASE("memory reads what was written and zero elsewhere") {
    fresh_simulation([] {
        memory_bench b;
        advance(ns(1));
        b.bus.write64(0x80000010, 0x1122334455667788);
        CHECK(b.bus.response == tlm::TLM_OK_RESPONSE);
        CHECK(b.bus.added_delay == ns(20));
        CHECK(b.bus.read32(0x80000014) == 0x11223344);
        CHECK(b.bus.added_delay == ns(40));
        CHECK(b.bus.read<std::uint16_t>(0x80000011) == 0x6677);
        CHECK(b.bus.read64(0x83fffff8) == 0);
        CHECK(b.bus.debug_read(0x80000010, 8) == 0x1122334455667788);
        CHECK(b.bus.debug_bytes == 8);
    });
}

TEST_CASE("an access that no range contains wholly is an address error, warned about once per pc") {
    fresh_simulation([] {
        memory_bench b;
        advance(ns(1));
        b.bus.pc = 0x80000100;
        for (const std::uint64_t address : {0x0ull, 0xfffull, 0x2000ull, 0x84000000ull, ~0ull}) {
            b.bus.read8(address);
            CHECK(b.bus.response == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        }
        b.bus.read64(0x83fffffc);
        CHECK(b.bus.response == tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(b.log.count("nothing is mapped") == 1);
        CHECK(b.log.count("read of 1 bytes at 0x0, where nothing is mapped (pc 0x80000100)") == 1);
        b.bus.pc = 0x80000104;
        b.bus.read8(0);
        CHECK(b.log.count("nothing is mapped") == 2);
        b.bus.debug_read(0, 4);
        CHECK(b.bus.debug_bytes == 0);
        CHECK(b.log.count("nothing is mapped") == 2);
        CHECK(b.router.stats().entries().front().value() == 7);
    });
}

TEST_CASE("a store to ROM is refused with a warning, loaders and debuggers may write it") {
    fresh_simulation([] {
        memory_bench b;
        const std::array<std::byte, 4> code{std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}};
        b.rom.write(0x10, code);
        advance(ns(1));
        b.bus.pc = 0x1234;
        b.bus.write32(0x1010, 0xffffffff);
        CHECK(b.bus.response == tlm::TLM_COMMAND_ERROR_RESPONSE);
        b.bus.write32(0x1010, 0xffffffff);
        CHECK(b.bus.read32(0x1010) == 0x04030201);
        CHECK(b.log.count("rom: store of 4 bytes at offset 0x10 of read-only memory: ignored "
                          "(pc 0x1234)") == 1);
        std::array<std::byte, 4> back{};
        b.rom.read(0x10, back);
        CHECK(back == code);
    });
}

TEST_CASE("direct memory is offered at global addresses, read-only for a ROM") {
    fresh_simulation([] {
        memory_bench b;
        advance(ns(1));
        tlm::tlm_dmi region;
        REQUIRE(b.bus.direct(0x80001234, region));
        CHECK(region.get_start_address() == 0x80000000);
        CHECK(region.get_end_address() == 0x83ffffff);
        CHECK(region.is_write_allowed());
        CHECK(region.get_read_latency() == ns(40));
        region.get_dmi_ptr()[8] = 0x5a;
        CHECK(b.bus.read8(0x80000008) == 0x5a);
        REQUIRE(b.bus.direct(0x1000, region));
        CHECK(region.get_end_address() == 0x1fff);
        CHECK_FALSE(region.is_write_allowed());
        CHECK_FALSE(b.bus.direct(0x3000, region));
        b.ram.target->invalidate_direct_mem_ptr(0x1000, ~0ull);
        CHECK(b.bus.invalidated_start == 0x80001000);
        CHECK(b.bus.invalidated_end == 0x83ffffff);
    });
}

TEST_CASE("writes are observed, loaders' mistakes are exceptions that name the memory") {
    fresh_simulation([] {
        memory_bench b;
        CHECK_THROWS_AS(soc::memory("none", sized(0)), std::invalid_argument);
        std::uint64_t offset = 0;
        std::uint64_t bytes = 0;
        b.ram.on_write([&](std::uint64_t at, std::uint64_t count) {
            offset = at;
            bytes = count;
        });
        advance(ns(1));
        b.bus.write32(0x80000100, 1);
        CHECK(offset == 0x100);
        CHECK(bytes == 4);
        std::array<std::byte, 16> data{};
        CHECK_THROWS_WITH(b.rom.write(0xff8, data),
                          "rom: 16 bytes at offset 0xff8 end beyond its 0x1000 bytes");
        CHECK_THROWS_AS(b.rom.read(~0ull, data), std::out_of_range);
    });
}

TEST_CASE("overlapping and impossible ranges are refused") {
    fresh_simulation([] {
        memory_bench b;
        soc::memory other("other", sized(0x1000));
        CHECK_THROWS_WITH(b.router.map(0x1800, 0x1000, "other", other.target),
                          "router: other at 0x1800 overlaps rom at 0x1000");
        CHECK_THROWS_AS(b.router.map(0x3000, 0, "other", other.target), std::invalid_argument);
        CHECK_THROWS_AS(b.router.map(~0ull - 5, 0x1000, "other", other.target),
                        std::invalid_argument);
        CHECK_NOTHROW(b.router.map(0x2000, 0x1000, "other", other.target));
    });
}

TEST_CASE("byte enables and streaming are refused") {
    fresh_simulation([] {
        memory_bench b;
        advance(ns(1));
        std::uint32_t data = 0;
        unsigned char enables[4] = {0xff, 0, 0xff, 0};
        tlm::tlm_generic_payload transaction;
        transaction.set_command(tlm::TLM_WRITE_COMMAND);
        transaction.set_address(0x80000000);
        transaction.set_data_ptr(reinterpret_cast<unsigned char*>(&data));
        transaction.set_data_length(4);
        transaction.set_streaming_width(4);
        transaction.set_byte_enable_ptr(enables);
        sc_core::sc_time delay;
        b.bus.socket->b_transport(transaction, delay);
        CHECK(transaction.get_response_status() == tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        transaction.set_byte_enable_ptr(nullptr);
        transaction.set_streaming_width(2);
        b.bus.socket->b_transport(transaction, delay);
        CHECK(transaction.get_response_status() == tlm::TLM_BURST_ERROR_RESPONSE);
    });
}
