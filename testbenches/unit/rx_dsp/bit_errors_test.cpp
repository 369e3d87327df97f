#include "models/rx_dsp/bit_errors.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "testbenches/unit/rx_dsp/optical_bench.h"

using namespace luxlane;
using namespace optical_bench;

namespace {

const stream_key positions{11, 0, 1};

/// Wrong line bits of lane 0 when its line bits `first` .. `first + bits` come in blocks of `cut`,
/// from the first to the last or the other way round.
std::vector<std::uint64_t> errors_in_blocks(bit_error_source source, std::uint64_t first,
                                            std::uint32_t bits, std::uint32_t cut,
                                            bool backwards = false) {
    std::vector<std::uint64_t> wrong;
    const std::uint32_t blocks = (bits + cut - 1) / cut;
    for (std::uint32_t n = 0; n < blocks; ++n) {
        const std::uint32_t done = (backwards ? blocks - 1 - n : n) * cut;
        const auto frame = make_frame(1, first + done, std::min(cut, bits - done));
        std::vector<std::uint32_t> places;
        source.draw(frame, places);
        for (const auto place : places) {
            wrong.push_back(frame.line_bit(place));
        }
    }
    std::ranges::sort(wrong);
    return wrong;
}

}  // namespace

TEST_CASE("bit_error_source: neither cut into blocks nor their order changes anything") {
    constexpr std::uint64_t first = bit_error_source::BLOCK - 9000;
    for (const double rate : {1e-5, 1e-3, 0.02, 0.4}) {
        const bit_error_source source(rate, positions);
        const auto whole = errors_in_blocks(source, first, 20000, 20000);
        for (const std::uint32_t cut : {80u, 1088u, 4096u, 10240u}) {
            CHECK(errors_in_blocks(source, first, 20000, cut) == whole);
            CHECK(errors_in_blocks(source, first, 20000, cut, true) == whole);
        }
    }
}

TEST_CASE("bit_error_source: what it knows to be clean is, and ends at an error or a border") {
    bit_error_source source(1e-4, positions);
    const auto wrong = errors_in_blocks(source, 0, 200'000, 200'000);
    std::vector<std::uint32_t> places;
    for (std::uint32_t first = 0; first < 150'000; first += 1000) {
        source.draw(make_frame(1, first, 1000), places);
        const auto [clean, end] = source.known_clean();
        CHECK(clean <= first + 1000);
        CHECK(end >= first + 1000);
        const auto next = std::ranges::lower_bound(wrong, clean);
        CHECK(*next >= end);
        CHECK((*next == end || end % bit_error_source::BLOCK == 0));
    }
}

TEST_CASE("bit_error_source: overhead blocks meet the errors of the same line bits") {
    const bit_error_source source(0.1, positions);
    const auto whole = errors_in_blocks(source, 10240, 10240, 10240);
    const auto frame = make_frame(1, 10240, 80, fidelity::statistical, frame_purpose::overhead);
    std::vector<std::uint32_t> places;
    bit_error_source(source).draw(frame, places);
    std::vector<std::uint64_t> wrong, expected;
    for (const auto place : places) {
        wrong.push_back(frame.line_bit(place));
    }
    for (const auto line_bit : whole) {
        if ((line_bit - 10240) % 2560 < 20) {
            expected.push_back(line_bit);
        }
    }
    CHECK(wrong == expected);
    CHECK_FALSE(expected.empty());
}

TEST_CASE("bit_error_source: bits fail at the ratio asked for, within the 99 % interval") {
    for (const double rate : {2e-4, 5e-3, 0.3}) {
        constexpr std::uint32_t bits = 2'000'000;
        const auto wrong = errors_in_blocks({rate, positions}, 0, bits, 100'000);
        CHECK(within_99_percent(double(wrong.size()), bits, rate));
    }
}

TEST_CASE("bit_error_source: without errors nothing is wrong; other keys give other places") {
    CHECK(errors_in_blocks({0.0, positions}, 0, 10'000, 1000).empty());
    const auto wrong = errors_in_blocks({1e-3, positions}, 0, 50'000, 50'000);
    CHECK(wrong == errors_in_blocks({1e-3, positions}, 0, 50'000, 50'000));
    CHECK(wrong != errors_in_blocks({1e-3, {12, 0, 1}}, 0, 50'000, 50'000));
    CHECK(wrong != errors_in_blocks({1e-3, {11, 1, 1}}, 0, 50'000, 50'000));
}

TEST_CASE("fill_with_noise: fair coins keyed by line bit, whatever the cut") {
    auto whole = make_frame(1, 777, 5000);
    fill_with_noise(whole, positions, whole.bits);
    double ones = 0;
    for (std::uint32_t k = 0; k < 5000; ++k) {
        ones += bit_of(whole, 0, k);
    }
    CHECK(within_99_percent(ones, 5000, 0.5));
    for (const std::uint32_t cut : {1u, 64u, 100u, 4999u}) {
        for (std::uint32_t done = 0; done < 5000; done += cut) {
            auto part = make_frame(1, 777 + done, std::min(cut, 5000 - done));
            fill_with_noise(part, positions, part.bits);
            bool equal = true;
            for (std::uint32_t k = 0; k < part.bits_per_lane; ++k) {
                equal = equal && bit_of(part, 0, k) == bit_of(whole, 0, done + k);
            }
            CHECK(equal);
        }
    }
    auto superframe = make_frame(1, 10240, 10240);
    fill_with_noise(superframe, positions, superframe.bits);
    auto overhead = make_frame(1, 10240, 80, fidelity::statistical, frame_purpose::overhead);
    fill_with_noise(overhead, positions, overhead.bits);
    for (std::uint32_t k = 0; k < 80; ++k) {
        CHECK(bit_of(overhead, 0, k) == bit_of(superframe, 0, (k / 20) * 2560 + k % 20));
    }
}
