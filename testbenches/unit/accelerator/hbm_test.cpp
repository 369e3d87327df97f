#include "models/accelerator/hbm.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

#include "testbenches/unit/accelerator/accelerator_bench.h"
#include "testbenches/unit/common/fresh_simulation.h"

using namespace luxlane;
using luxlane::test::fresh_simulation;
using sc_core::SC_NS;
using sc_core::sc_time;

TEST_CASE("transfers queue for the bandwidth and overlap their latencies", "[accelerator]") {
    fresh_simulation([] {
        collective::hbm memory({0x1000, 0x100000}, 1e12, sc_time(120, SC_NS));
        const auto first = memory.reserve(sc_time(10, SC_NS), 5000);  // 5 ns at 1000 B/ns
        CHECK(first.free == sc_time(15, SC_NS));
        CHECK(first.done == sc_time(135, SC_NS));
        const auto second = memory.reserve(sc_time(12, SC_NS), 1000);
        CHECK(second.free == sc_time(16, SC_NS));
        CHECK(second.done == sc_time(136, SC_NS));
        const auto third = memory.reserve(sc_time(50, SC_NS), 1000);
        CHECK(third.done == sc_time(171, SC_NS));
        CHECK(memory.moved_bytes() == 7000);
        CHECK(memory.busy() == sc_time(7, SC_NS));
    });
}

TEST_CASE("the HBM reads as zeros and refuses what lies outside", "[accelerator]") {
    fresh_simulation([] {
        collective::hbm memory({0x1'0000'0000, 1ULL << 36}, 1e12, sc_time(1, SC_NS));
        std::vector<std::byte> word(8, std::byte{7});
        memory.read(0x1'0000'0000 + (1ULL << 35), word);
        CHECK(word == std::vector<std::byte>(8));
        CHECK_THROWS_AS(memory.read(0xffff'fff9, word), std::out_of_range);
        CHECK_THROWS_AS(memory.write(0x1'0000'0000 + (1ULL << 36) - 7, word), std::out_of_range);
    });
}

TEST_CASE("a hart reaches the HBM by transport, debug transport and DMI alike", "[accelerator]") {
    fresh_simulation([] {
        test::pair_bench bench;
        sc_core::sc_start(sc_core::SC_ZERO_TIME);
        std::uint64_t value = 0x1122334455667788;
        CHECK(bench.a.access_memory(tlm::TLM_WRITE_COMMAND, 0x40, value, 8) ==
              tlm::TLM_OK_RESPONSE);
        CHECK(bench.a.content(test::hbm_base + 0x40, 1)[0] == 0x88);
        value = 0;
        CHECK(bench.a.access_memory(tlm::TLM_READ_COMMAND, 0x41, value, 2) == tlm::TLM_OK_RESPONSE);
        CHECK(value == 0x6677);

        tlm::tlm_generic_payload probe;
        tlm::tlm_dmi region;
        REQUIRE(bench.a.cpu_memory->get_direct_mem_ptr(probe, region));
        CHECK(region.get_start_address() == 0);
        CHECK(region.get_end_address() == (1ULL << 30) - 1);
        CHECK(region.is_read_write_allowed());
        CHECK(region.get_dmi_ptr()[0x40] == 0x88);
        CHECK(region.get_read_latency() == sc_time(120, SC_NS));

        CHECK(bench.a.access_memory(tlm::TLM_READ_COMMAND, (1ULL << 30) - 4, value, 8) ==
              tlm::TLM_ADDRESS_ERROR_RESPONSE);
        CHECK(bench.a.access_memory(tlm::TLM_READ_COMMAND, ~0ULL - 3, value, 4) ==
              tlm::TLM_ADDRESS_ERROR_RESPONSE);
    });
}
