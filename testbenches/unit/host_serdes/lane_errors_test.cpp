#include "models/host_serdes/lane_errors.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "models/dsp/error_counter.h"
#include "models/host_serdes/pattern_path.h"

using namespace luxlane;
using namespace luxlane::host;

namespace {

constexpr std::uint64_t SYMBOLS = 20'000'000;
constexpr stream_key stream{4, 1, 7};
const error_law law{.ber = 1e-4, .bursts_per_symbol = 1e-4, .continues = 0.5};

std::vector<symbol_error> drawn(const line_code& code, const error_law& of = law) {
    lane_errors errors(of, code, stream);
    std::vector<symbol_error> found;
    errors.draw(0, SYMBOLS, found);
    return found;
}

bool within_99_percent(std::uint64_t count, std::uint64_t trials, double p) {
    const auto interval = dsp::clopper_pearson(count, trials, 0.99);
    return interval.low <= p && p <= interval.high;
}

std::uint64_t with_bits(const std::vector<symbol_error>& errors, std::uint8_t bits) {
    return static_cast<std::uint64_t>(std::ranges::count(errors, bits, &symbol_error::bits));
}

}  // namespace

TEST_CASE("lane errors: bursts begin and continue at the law's rates") {
    const auto errors = drawn({});
    std::uint64_t bursts = 0, continued = 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const bool follows = i > 0 && errors[i].symbol == errors[i - 1].symbol + 1;
        bursts += !follows;
        continued += follows;
    }
    CHECK(within_99_percent(bursts, SYMBOLS, 1e-4));
    CHECK(within_99_percent(continued, errors.size(), 0.5));
}

TEST_CASE("lane errors: Gray code loses the low bit in two of three eyes, binary two in one") {
    const auto gray = drawn({});
    CHECK(within_99_percent(with_bits(gray, 0b10), gray.size(), 2.0 / 3.0));
    CHECK(with_bits(gray, 0b11) == 0);
    const auto binary = drawn({.gray = false});
    CHECK(within_99_percent(with_bits(binary, 0b11), binary.size(), 1.0 / 3.0));
    CHECK(with_bits(binary, 0b01) == 0);
}

TEST_CASE("lane errors: precoding leaves two errors of each burst") {
    const error_law long_bursts{.ber = 1e-3, .bursts_per_symbol = 1e-5, .continues = 0.99};
    const auto plain = drawn({}, long_bursts);
    const auto precoded = drawn({.precode = true}, long_bursts);
    CHECK(plain.size() > 15 * precoded.size());
    CHECK(double(precoded.size()) == Approx(2e-5 * SYMBOLS).epsilon(0.15));
}

TEST_CASE("lane errors: a symbol's fate depends neither on the cut nor on the order") {
    const auto whole = drawn({});
    lane_errors errors(law, {}, stream);
    std::vector<symbol_error> pieces;
    for (std::uint64_t first = 0; first < SYMBOLS; first += 99'991) {
        errors.draw(first, std::min<std::uint64_t>(99'991, SYMBOLS - first), pieces);
    }
    REQUIRE(pieces.size() == whole.size());
    CHECK(std::ranges::equal(pieces, whole, [](const auto& a, const auto& b) {
        return a.symbol == b.symbol && a.bits == b.bits;
    }));
    std::vector<symbol_error> again;
    errors.draw(whole[5].symbol, 1, again);
    REQUIRE(again.size() == 1);
    CHECK(again[0].bits == whole[5].bits);
}

TEST_CASE("lane errors: no law, no errors; an empty interval draws none") {
    lane_errors none({}, {}, stream);
    std::vector<symbol_error> found;
    none.draw(0, SYMBOLS, found);
    CHECK(found.empty());
    lane_errors some(law, {}, stream);
    some.draw(drawn({})[0].symbol, 0, found);
    CHECK(found.empty());
}

TEST_CASE("patterns: a checker locks to its own pattern through equal line codes only") {
    lane_errors quiet({}, {}, stream);
    const auto locks = [&](const pattern_path& path) {
        return lock_symbols(
                   path, [&](unsigned) -> lane_errors& { return quiet; }, 0)
            .has_value();
    };
    const auto path = [](line_code sent, line_code received, coding::test_pattern from = {},
                         coding::test_pattern to = {}) {
        return pattern_path{from, to, {{sent, received, 0u}}, 0};
    };
    using coding::prbs_kind;
    for (const auto kind :
         {prbs_kind::prbs7, prbs_kind::prbs9, prbs_kind::prbs11, prbs_kind::prbs13,
          prbs_kind::prbs15, prbs_kind::prbs23, prbs_kind::prbs31}) {
        CHECK(locks(path({}, {}, {.sequence = kind}, {.sequence = kind})));
    }
    const line_code precoded{.precode = true}, inverted{.inverted = true};
    CHECK(locks(path(precoded, precoded)));
    CHECK(locks(path(inverted, inverted)));
    CHECK_FALSE(locks(path(precoded, {})));
    CHECK_FALSE(locks(path(inverted, {})));
    CHECK_FALSE(locks(path({.gray = false}, {})));
    CHECK_FALSE(locks(path({}, {}, {.sequence = prbs_kind::prbs15}, {})));
    const coding::test_pattern plain, turned{.inverted = true};
    CHECK_FALSE(locks(path({}, {}, turned, plain)));
    CHECK(locks(path({}, {}, turned, turned)));
    const coding::test_pattern square{.kind = coding::pattern_kind::square, .quaternary = true};
    CHECK(locks(path({}, {}, square, square)));
    CHECK_FALSE(locks(path({}, {}, square, plain)));
    // NRZ has one bit a symbol: exchanged wires invert the pattern, and nothing else.
    const line_code nrz{.format = photonics::modulation::nrz};
    const line_code nrz_inverted{.format = photonics::modulation::nrz, .inverted = true};
    CHECK_FALSE(locks(path(nrz_inverted, nrz)));
    CHECK(locks(path(nrz_inverted, nrz, plain, turned)));
    CHECK_FALSE(locks({}));
}
