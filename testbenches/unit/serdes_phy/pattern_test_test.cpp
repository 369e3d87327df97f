#include "models/serdes_phy/pattern_test.h"

#include <catch2/catch.hpp>
#include <random>

#include "models/coding/lane_frame_format.h"

using namespace luxlane;
using namespace luxlane::wide_link;
namespace frame = coding::lane_frame;

namespace {

coding::test_pattern prbs(coding::prbs_kind kind) {
    coding::test_pattern pattern;
    pattern.sequence = kind;
    return pattern;
}

using superframe = std::vector<std::uint64_t>;

superframe next(pattern_test& test, std::uint32_t lane) {
    superframe payload(frame::payload_storage);
    test.fill(lane, payload);
    return payload;
}

bool bit(const superframe& payload, std::size_t i) { return payload[i / 64] >> (i % 64) & 1; }

}  // namespace

// ITU-T O.150: the sequence of 7 stages is x^7 + x^6 + 1.
TEST_CASE("a pattern goes on from superframe to superframe without a seam") {
    pattern_test test(2);
    test.generate(1, prbs(coding::prbs_kind::prbs7));
    CHECK(test.any_generating());
    CHECK_FALSE(test.generating(0));
    std::vector<bool> stream;
    for (int s = 0; s < 5; ++s) {
        const auto payload = next(test, 1);
        CHECK(payload.back() >> (frame::payload_bits % 64) == 0);
        for (std::size_t i = 0; i < frame::payload_bits; ++i) {
            stream.push_back(bit(payload, i));
        }
    }
    bool right = true;
    for (std::size_t i = 7; i < stream.size(); ++i) {
        right = right && stream[i] == (stream[i - 7] != stream[i - 6]);
    }
    CHECK(right);
}

TEST_CASE("the checker locks in the first superframe and counts exactly the wrong bits") {
    pattern_test sender(1);
    pattern_test receiver(1);
    for (const auto kind : {coding::prbs_kind::prbs13, coding::prbs_kind::prbs31}) {
        sender.generate(0, prbs(kind));
        receiver.check(0, prbs(kind));
        receiver.take(0, next(sender, 0));
        REQUIRE(receiver.checker(0)->locked());
        receiver.checker(0)->clear();
        std::mt19937_64 random(3);
        for (int s = 0; s < 20; ++s) {
            auto payload = next(sender, 0);
            const auto wrong = random() % frame::payload_bits;
            payload[wrong / 64] ^= std::uint64_t{1} << (wrong % 64);
            receiver.take(0, payload);
        }
        // The last bits of a superframe are checked with the next one.
        CHECK(receiver.checker(0)->errors() >= 19);
        CHECK(receiver.checker(0)->errors() <= 20);
        CHECK(receiver.checker(0)->bits() > 20 * frame::payload_bits - 64);
    }
}

TEST_CASE("injected errors are counted, one a word") {
    pattern_test sender(1);
    pattern_test receiver(1);
    sender.generate(0, prbs(coding::prbs_kind::prbs23));
    receiver.check(0, prbs(coding::prbs_kind::prbs23));
    receiver.take(0, next(sender, 0));
    sender.inject(0, 17);
    for (int s = 0; s < 3; ++s) {
        receiver.take(0, next(sender, 0));
    }
    CHECK(receiver.checker(0)->errors() == 17);
    sender.stop_generating(0);
    sender.inject(0, 1);
    CHECK_FALSE(sender.any_generating());
}

TEST_CASE("the wrong pattern does not lock") {
    pattern_test sender(1);
    pattern_test receiver(1);
    sender.generate(0, prbs(coding::prbs_kind::prbs15));
    receiver.check(0, prbs(coding::prbs_kind::prbs31));
    for (int s = 0; s < 3; ++s) {
        receiver.take(0, next(sender, 0));
    }
    CHECK_FALSE(receiver.checker(0)->locked());
    receiver.stop_checking(0);
    CHECK(receiver.checker(0) == nullptr);
}
