#include "models/serdes_phy/pattern_test.h"

#include <algorithm>

#include "models/coding/bit_io.h"
#include "models/coding/lane_frame_format.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

namespace {

constexpr unsigned word_bits = 64;

}  // namespace

void pattern_test::reset() {
    std::fill(generators_.begin(), generators_.end(), nullptr);
    std::fill(checkers_.begin(), checkers_.end(), nullptr);
}

void pattern_test::generate(std::uint32_t lane, const coding::test_pattern& pattern) {
    generators_[lane] = std::make_unique<generator>(pattern);
}

bool pattern_test::any_generating() const {
    return std::any_of(generators_.begin(), generators_.end(),
                       [](const auto& each) { return each != nullptr; });
}

void pattern_test::inject(std::uint32_t lane, std::uint64_t count) {
    if (generators_[lane]) {
        generators_[lane]->source.inject(count);
    }
}

void pattern_test::fill(std::uint32_t lane, std::span<std::uint64_t> payload) {
    auto& from = *generators_[lane];
    std::fill(payload.begin(), payload.end(), 0);
    if (from.rest_bits > 0) {
        coding::write_bits(payload, 0, from.rest_bits, from.rest);
    }
    const std::size_t missing = frame::payload_bits - from.rest_bits;
    words_.resize(coding::words_for_bits(missing));
    from.source.fill(words_);
    coding::copy_bits(words_, 0, payload, from.rest_bits, missing);
    const auto used = static_cast<unsigned>(missing % word_bits);
    from.rest_bits = used == 0 ? 0 : word_bits - used;
    from.rest = used == 0 ? 0 : words_.back() >> used;
}

void pattern_test::check(std::uint32_t lane, const coding::test_pattern& pattern) {
    checkers_[lane] = std::make_unique<checker_state>(pattern);
}

void pattern_test::take(std::uint32_t lane, std::span<const std::uint64_t> payload) {
    auto& to = *checkers_[lane];
    const std::size_t bits = to.rest_bits + frame::payload_bits;
    words_.assign(coding::words_for_bits(bits), 0);
    words_[0] = to.rest;
    coding::copy_bits(payload, 0, words_, to.rest_bits, bits - to.rest_bits);
    to.rest_bits = static_cast<unsigned>(bits % word_bits);
    if (to.rest_bits > 0) {
        to.rest = words_.back();
        words_.pop_back();
    }
    to.sink.check(words_);
}

coding::pattern_checker* pattern_test::checker(std::uint32_t lane) {
    return checkers_[lane] ? &checkers_[lane]->sink : nullptr;
}

const coding::pattern_checker* pattern_test::checker(std::uint32_t lane) const {
    return checkers_[lane] ? &checkers_[lane]->sink : nullptr;
}

}  // namespace luxlane::wide_link
