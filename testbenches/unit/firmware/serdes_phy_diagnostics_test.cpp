#include <catch2/catch.hpp>

#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/drivers/dif_serdes_phy_diagnostics.h"
}

namespace {
constexpr std::uintptr_t at = 0x10024000;
const dif_serdes_phy phy = {{at}, 460, 400};
const dif_serdes_phy_pattern prbs31 = {dif_serdes_phy_prbs31, false, false, 0};
using writes = std::vector<recording_bus::access>;

/// What a caller with a wrong integer would pass; volatile hides it from the compiler.
template <class Enum>
Enum wrong(int value) {
    volatile int hidden = value;
    return static_cast<Enum>(hidden);
}
}  // namespace

TEST_CASE("diagnostics refuse null pointers, unknown values and lanes before any access") {
    recording_bus bus;
    dif_serdes_phy_cause cause;
    dif_serdes_phy_pattern_result result;
    dif_serdes_phy_pattern bad = prbs31;
    CHECK(dif_serdes_phy_read_cause(nullptr, &cause) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_cause(&phy, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_set_loopback(nullptr, dif_serdes_phy_no_loopback) == dif_bad_argument);
    CHECK(dif_serdes_phy_set_loopback(&phy, wrong<dif_serdes_phy_loopback>(5)) == dif_bad_argument);
    CHECK(dif_serdes_phy_send_pattern(nullptr, 0, &prbs31) == dif_bad_argument);
    CHECK(dif_serdes_phy_check_pattern(nullptr, 0, nullptr) == dif_bad_argument);
    bad.half_period = 1;
    CHECK(dif_serdes_phy_send_pattern(&phy, 0, &bad) == dif_bad_argument);
    bad.kind = dif_serdes_phy_square;
    bad.half_period = 0;
    CHECK(dif_serdes_phy_check_pattern(&phy, 0, &bad) == dif_bad_argument);
    bad.half_period = 33;
    CHECK(dif_serdes_phy_check_pattern(&phy, 0, &bad) == dif_bad_argument);
    bad.kind = wrong<dif_serdes_phy_pattern_kind>(8);
    CHECK(dif_serdes_phy_check_pattern(&phy, 0, &bad) == dif_bad_argument);
    CHECK(dif_serdes_phy_inject_errors(nullptr, 0, 1) == dif_bad_argument);
    CHECK(dif_serdes_phy_gate_pattern(nullptr, 0, 1) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_pattern(nullptr, 0, &result) == dif_bad_argument);
    CHECK(dif_serdes_phy_read_pattern(&phy, 0, nullptr) == dif_bad_argument);
    CHECK(dif_serdes_phy_send_pattern(&phy, 460, &prbs31) == dif_out_of_range);
    CHECK(dif_serdes_phy_check_pattern(&phy, 0xFFFF, &prbs31) == dif_out_of_range);
    CHECK(dif_serdes_phy_inject_errors(&phy, 460, 1) == dif_out_of_range);
    CHECK(dif_serdes_phy_gate_pattern(&phy, 460, 1) == dif_out_of_range);
    CHECK(dif_serdes_phy_read_pattern(&phy, 460, &result) == dif_out_of_range);
    CHECK(bus.untouched());
}

TEST_CASE("a pattern is sent and checked, and the PHY's refusal is told") {
    recording_bus bus;
    const dif_serdes_phy_pattern square = {dif_serdes_phy_square, true, true, 9};
    CHECK(dif_serdes_phy_send_pattern(&phy, 450, &prbs31) == dif_ok);
    CHECK(dif_serdes_phy_check_pattern(&phy, 451, &square) == dif_ok);
    CHECK(dif_serdes_phy_check_pattern(&phy, 451, nullptr) == dif_ok);
    CHECK(dif_serdes_phy_inject_errors(&phy, 450, 3) == dif_ok);
    CHECK(dif_serdes_phy_gate_pattern(&phy, 451, 100) == dif_ok);
    CHECK(bus.take_writes() ==
          writes{written(at + 0x40, 450), written(at + 0x100, 0x61), written(at + 0x40, 451),
                 written(at + 0x104, 9u << 8 | 0x77), written(at + 0x40, 451),
                 written(at + 0x104, 0), written(at + 0x40, 450), written(at + 0x108, 3),
                 written(at + 0x40, 451), written(at + 0x110, 1), written(at + 0x10C, 100)});

    class refusing_bus : public recording_bus {
    public:
        void write(std::uintptr_t, unsigned, std::uint64_t) override {}
    } refusing;
    CHECK(dif_serdes_phy_send_pattern(&phy, 7, &prbs31) == dif_unavailable);
}

TEST_CASE("cause, loopback and a checker's counters are taken apart") {
    recording_bus bus;
    bus.values = {{at + 0x24, 4},           {at + 0x114, 5u << 16 | 3},
                  {at + 0x118, 0x80000001}, {at + 0x11C, 0x12},
                  {at + 0x120, 7},          {at + 0x124, 1},
                  {at + 0x128, 6}};
    dif_serdes_phy_cause cause;
    REQUIRE(dif_serdes_phy_read_cause(&phy, &cause) == dif_ok);
    CHECK(cause == dif_serdes_phy_cause_far_restart);
    REQUIRE(dif_serdes_phy_set_loopback(&phy, dif_serdes_phy_far_line_loopback) == dif_ok);
    dif_serdes_phy_pattern_result result;
    REQUIRE(dif_serdes_phy_read_pattern(&phy, 3, &result) == dif_ok);
    CHECK((result.locked && result.gate_done));
    CHECK(result.losses == 5);
    CHECK(result.bits == 0x1280000001);
    CHECK(result.errors == 0x100000007);
    CHECK(result.symbol_errors == 6);
    CHECK(bus.take_writes() ==
          writes{written(at + 0x28, 2), written(at + 0x40, 3), written(at + 0x20, 1)});
}
