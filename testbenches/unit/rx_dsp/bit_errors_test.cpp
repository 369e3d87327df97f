#include "models/rx_dsp/bit_errors.h"

#include <catch2/catch.hpp>

#include "testbenches/unit/rx_dsp/optical_bench.h"

using namespace luxlane;
using namespace optical_bench;

namespace {

const stream_key positions{11, 0, 1};
const stream_key polarity{11, 0, 2};

/// Wrong line bits of lane 0 when its line bits `first` .. `first + bits` come in blocks of `cut`.
std::vector<std::uint64_t> errors_in_blocks(const bit_error_source& source, std::uint64_t first,
                                            std::uint32_t bits, std::uint32_t cut) {
    std::vector<std::uint64_t> wrong;
    for (std::uint32_t done = 0; done < bits; done += cut) {
        auto frame = make_frame(1, first + done, std::min(cut, bits - done));
        const auto reported = source.apply(frame, frame.bits);
        const auto found = wrong_bits(frame, 0);
        CHECK(found.size() == reported);
        wrong.insert(wrong.end(), found.begin(), found.end());
    }
    return wrong;
}

}  // namespace

TEST_CASE("bit_error_source: the cut into blocks changes nothing, at any error rate") {
    for (const double rate : {1e-5, 1e-3, 0.02, 0.4}) {
        const bit_error_source source({rate, rate, rate / 2}, positions, polarity);
        const auto whole = errors_in_blocks(source, 4000, 20000, 20000);
        for (const std::uint32_t cut : {80u, 1088u, 4096u, 10240u}) {
            CHECK(errors_in_blocks(source, 4000, 20000, cut) == whole);
        }
    }
}

TEST_CASE("bit_error_source: overhead blocks meet the errors of the same line bits") {
    const bit_error_source source({0.1, 0.1, 0.1}, positions, polarity);
    const auto whole = errors_in_blocks(source, 10240, 10240, 10240);
    auto frame = make_frame(1, 10240, 80, fidelity::statistical, frame_purpose::overhead);
    source.apply(frame, frame.bits);
    std::vector<std::uint64_t> expected;
    for (const auto line_bit : whole) {
        if ((line_bit - 10240) % 2560 < 20) {
            expected.push_back(line_bit);
        }
    }
    CHECK(wrong_bits(frame, 0) == expected);
    CHECK_FALSE(expected.empty());
}

TEST_CASE("bit_error_source: ones and zeros fail at their own rates, within the 99 % interval") {
    const double one = 2e-3;
    const double zero = 5e-4;
    const bit_error_source source({0.5 * (one + zero), one, zero}, positions, polarity);
    constexpr std::uint32_t bits = 2'000'000;
    double sent_ones = 0, wrong_ones = 0, wrong_zeros = 0;
    for (std::uint32_t done = 0; done < bits; done += 100'000) {
        auto frame = make_frame(1, done, 100'000);
        for (std::uint32_t k = 0; k < frame.bits_per_lane; ++k) {
            sent_ones += bit_of(frame, 0, k);
        }
        source.apply(frame, frame.bits);
        for (const auto line_bit : wrong_bits(frame, 0)) {
            (line_bit_of(0, line_bit) ? wrong_ones : wrong_zeros) += 1;
        }
    }
    CHECK(within_99_percent(wrong_ones, sent_ones, one));
    CHECK(within_99_percent(wrong_zeros, bits - sent_ones, zero));
}

TEST_CASE("bit_error_source: without errors nothing changes; other keys give other places") {
    auto frame = make_frame(1, 0, 10000);
    const auto sent = frame.bits;
    CHECK(bit_error_source{}.apply(frame, frame.bits) == 0);
    CHECK(bit_error_source({0.0, 0.0, 0.0}, positions, polarity).apply(frame, frame.bits) == 0);
    CHECK(frame.bits == sent);
    const dsp::error_rates rates{1e-3, 1e-3, 1e-3};
    const auto wrong = errors_in_blocks({rates, positions, polarity}, 0, 50000, 50000);
    CHECK(wrong == errors_in_blocks({rates, positions, polarity}, 0, 50000, 50000));
    CHECK(wrong != errors_in_blocks({rates, {12, 0, 1}, polarity}, 0, 50000, 50000));
    CHECK(wrong != errors_in_blocks({rates, {11, 1, 1}, polarity}, 0, 50000, 50000));
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
