#include "models/serdes_phy/slot_exchange.h"

#include <catch2/catch.hpp>
#include <numeric>
#include <random>

using namespace luxlane;
using namespace luxlane::wide_link;
using coding::control_message;

namespace {

constexpr std::uint32_t group = 5;
constexpr std::uint32_t longest = 320;

coding::flit_run numbered_flits(std::uint64_t from, std::size_t count) {
    auto chunk = std::make_shared<std::vector<coding::flit>>(count);
    for (std::size_t i = 0; i < count; ++i) {
        (*chunk)[i].type = coding::flit_type::data;
        (*chunk)[i].sequence = static_cast<std::uint16_t>(from + i);
        (*chunk)[i].tag = static_cast<std::uint16_t>((from + i) >> 16);
    }
    return {chunk, 0, count};
}

std::uint64_t index_of(const coding::flit& flit) {
    return std::uint64_t{flit.tag} << 16 | flit.sequence;
}

/// The slots as they arrive; `damaged(slot)` ones are lost.
template <class Damaged>
received_slots carried(const filled_slots& sent, Damaged damaged) {
    received_slots arriving;
    std::uint32_t slot = 0;
    for (const auto& run : sent.runs) {
        for (std::uint32_t i = 0; i < run.slots(); ++i, ++slot) {
            if (damaged(slot)) {
                arriving.add_lost(slot_kind::marked);
            } else if (run.flits.empty()) {
                arriving.add_idle(1, i == 0 ? run.ordered_set : 0);
            } else {
                arriving.add_flits(run.flits.part(i, i + 1), run.number_of(i), run.numbered);
            }
        }
    }
    return arriving;
}

constexpr auto clean = [](std::uint32_t) { return false; };

/// What an accelerator got.
struct arrivals {
    std::vector<std::uint64_t> indices;
    std::uint64_t lost = 0;

    void take(const delivered_flits& came) {
        for (std::size_t i = 0; i < came.runs.size(); ++i) {
            lost += came.lost_before[i];
            for (const auto& flit : came.runs[i].flits()) {
                indices.push_back(index_of(flit));
            }
        }
        lost += came.lost_after;
    }
    /// Whether flits 0..count - 1 came, each once and in order.
    bool are_first(std::uint64_t count) const {
        std::vector<std::uint64_t> expected(count);
        std::iota(expected.begin(), expected.end(), std::uint64_t{0});
        return indices == expected;
    }
};

/// Two ends, stepped every `step_ps`, with traffic both ways.
struct two_ends {
    slot_exchange a;
    slot_exchange b;
    std::uint64_t step_ps = 1'000'000;
    std::uint64_t now_ps = 0;
    arrivals at_a;
    arrivals at_b;

    explicit two_ends(const retry_settings& settings) : a(settings, 1280), b(settings, 1280) {
        a.link(true, 0);
        b.link(true, 0);
    }
    filled_slots fill(slot_exchange& end) const {
        const bool wanted = end.wants_ps(now_ps) == now_ps;
        auto filled = end.fill(longest, group, now_ps);
        REQUIRE((!wanted || filled.slots > 0));
        return filled;
    }
    template <class Damaged>
    void step(Damaged damaged) {
        step(damaged, damaged);
    }
    template <class DamagedThere, class DamagedBack>
    void step(DamagedThere damaged_there, DamagedBack damaged_back) {
        now_ps += step_ps;
        a.expire(now_ps);
        b.expire(now_ps);
        const auto there = carried(fill(a), damaged_there);
        const auto back = carried(fill(b), damaged_back);
        at_b.take(b.receive(there, now_ps));
        at_a.take(a.receive(back, now_ps));
    }
};

retry_settings without_retry() {
    retry_settings settings;
    settings.enable = false;
    return settings;
}

}  // namespace

TEST_CASE("without retry flits pass at once, and damaged slots are reported where they were") {
    slot_exchange from(without_retry(), 100);
    slot_exchange to(without_retry(), 100);
    CHECK(from.room() == 0);
    from.link(true, 0);
    to.link(true, 0);
    REQUIRE(from.serving());
    CHECK(from.room() == 100);
    CHECK(from.wants_ps(7) == slot_exchange::never);
    from.take(numbered_flits(0, 7), 50);
    CHECK(from.room() == 93);
    CHECK(from.wants_ps(7) == 50);
    CHECK(from.fill(longest, group, 49).slots == 0);
    const auto sent = from.fill(longest, group, 60);
    CHECK(sent.slots == 10);
    CHECK(sent.flits == 7);
    CHECK(sent.freed == 7);
    CHECK(sent.waited_ps == 70.0);
    const auto came =
        to.receive(carried(sent, [](auto slot) { return slot == 3 || slot == 8; }), 99);
    REQUIRE(came.runs.size() == 2);
    CHECK(came.runs[0].size() == 3);
    CHECK(index_of(came.runs[1].flits()[0]) == 4);
    CHECK(came.lost_before == std::vector<std::uint32_t>{0, 1});
    CHECK(came.lost_after == 1);
}

TEST_CASE("without retry a link that goes down drops what waits, and counts it") {
    slot_exchange port(without_retry(), 100);
    port.link(true, 0);
    port.take(numbered_flits(0, 30), 0);
    port.link(false, 5);
    CHECK(port.discarded() == 30);
    CHECK_FALSE(port.serving());
    port.link(true, 6);
    CHECK(port.fill(longest, group, 7).slots == 0);
}

TEST_CASE("with retry the service begins with the handshake, not with the link") {
    two_ends ends({});
    CHECK_FALSE(ends.a.serving());
    CHECK(ends.a.wants_ps(0) == 0);
    ends.step(clean);  // INIT both ways
    ends.step(clean);  // INIT_ECHO both ways
    CHECK(ends.a.serving());
    CHECK(ends.b.serving());
    CHECK(ends.a.room() == 1280);
}

TEST_CASE("a set of control has a group of its own on an idle link, and slots beside flits") {
    two_ends ends({});
    const auto first = ends.a.fill(longest, group, 0);
    CHECK(first.slots == group);
    CHECK(first.flits == 0);
    REQUIRE(first.runs.size() == 2);
    const auto set = coding::decode_control(first.runs[0].ordered_set);
    REQUIRE(set);
    CHECK(set->message == control_message::init);
    CHECK(first.runs[1].idle == 4);
    CHECK(first.runs[1].ordered_set == 0);
}

TEST_CASE("whatever is damaged, flits arrive once and in order") {
    const double ratio = GENERATE(0.0, 0.01, 0.1);
    two_ends ends({});
    std::mt19937_64 random(7);
    std::bernoulli_distribution hit(ratio);
    std::uint64_t sent = 0;
    for (int i = 0; i < 100 || (i < 20000 && ends.a.retry().transmitter.busy()); ++i) {
        const auto count = std::min<std::size_t>(ends.a.room(), random() % 200);
        if (i < 100 && count > 0) {
            ends.a.take(numbered_flits(sent, count), ends.now_ps);
            sent += count;
        }
        ends.step([&](std::uint32_t) { return hit(random); });
    }
    REQUIRE(sent > 1000);
    CHECK(ends.at_b.are_first(sent));
    CHECK(ends.at_b.lost == 0);
    CHECK_FALSE(ends.a.retry().transmitter.busy());
}

TEST_CASE("traffic both ways passes whatever the length of the replay buffer") {
    retry_settings settings;
    settings.replay_buffer_flits = GENERATE(1u, 7u, 100u);
    const double ratio = GENERATE(0.0, 0.01);
    two_ends ends(settings);
    ends.step_ps = 100'000;  // shorter than the acknowledge delay
    std::mt19937_64 random(8);
    std::bernoulli_distribution hit(ratio);
    const std::uint64_t each = 40 * settings.replay_buffer_flits;
    std::uint64_t from_a = 0;
    std::uint64_t from_b = 0;
    const auto offer = [&](slot_exchange& end, std::uint64_t& sent) {
        const auto count = std::min<std::uint64_t>(end.room(), each - sent);
        end.take(numbered_flits(sent, count), ends.now_ps);
        sent += count;
    };
    const auto busy = [&] {
        return ends.at_a.indices.size() < each || ends.at_b.indices.size() < each;
    };
    for (int i = 0; i < 20000 && busy(); ++i) {
        offer(ends.a, from_a);
        offer(ends.b, from_b);
        ends.step([&](std::uint32_t) { return hit(random); });
    }
    CHECK(ends.at_a.are_first(each));
    CHECK(ends.at_b.are_first(each));
    CHECK(ends.at_a.lost + ends.at_b.lost == 0);
}

TEST_CASE("an end that shakes hands again acknowledges although flits wait") {
    two_ends ends({});
    ends.step_ps = 100'000;  // shorter than the acknowledge delay
    ends.step(clean);
    ends.step(clean);
    ends.b.reset(ends.now_ps);
    ends.step(clean);  // b's INIT: a was served and begins again
    REQUIRE(ends.a.serving());
    for (int i = 0; i < 20; ++i) {
        ends.a.take(numbered_flits(5 * i, 5), ends.now_ps);
        ends.b.take(numbered_flits(5 * i, std::min<std::size_t>(ends.b.room(), 5)), ends.now_ps);
        // b's control, so that a's handshake does not end.
        ends.step(clean, [](std::uint32_t slot) { return slot == 0; });
    }
    CHECK(ends.a.retry().transmitter.state() == retry_transmitter_state::init);
    CHECK(ends.a.retry().receiver.counters().tx_ack_ctl_os > 0);
    for (int i = 0; i < 60; ++i) {
        ends.step(clean);
    }
    CHECK(ends.at_b.are_first(100));
}

TEST_CASE("an outage within the limits is not seen by the accelerator") {
    two_ends ends({});
    ends.step(clean);
    ends.step(clean);
    ends.a.take(numbered_flits(0, 1000), ends.now_ps);
    ends.step([](auto) { return true; });
    ends.a.link(false, ends.now_ps);
    CHECK(ends.a.serving());
    CHECK(ends.a.wants_ps(ends.now_ps) == slot_exchange::never);
    for (int i = 0; i < 5000; ++i) {
        ends.step(clean);
    }
    CHECK(ends.a.serving());
    CHECK(ends.at_b.indices.empty());
    ends.a.link(true, ends.now_ps);
    for (int i = 0; i < 200; ++i) {
        ends.step(clean);
    }
    CHECK(ends.at_b.indices.size() == 1000);
    CHECK(ends.at_b.lost == 0);
}

TEST_CASE("an outage beyond the limits ends the service; what was given up is reported exactly") {
    two_ends ends({});
    ends.step(clean);
    ends.step(clean);
    ends.a.take(numbered_flits(0, 300), ends.now_ps);
    ends.step([](auto) { return true; });  // 300 flits on their way, all damaged
    ends.a.link(false, ends.now_ps);
    for (int i = 0; i < 20001; ++i) {  // PCS lost for 20 ms
        ends.step(clean);
    }
    CHECK_FALSE(ends.a.serving());
    CHECK(ends.a.room() == 0);
    ends.a.link(true, ends.now_ps);
    ends.step(clean);
    ends.step(clean);
    REQUIRE(ends.a.serving());
    ends.a.take(numbered_flits(1000, 10), ends.now_ps);
    ends.step(clean);
    CHECK(ends.at_b.lost == 300);
    CHECK(ends.at_b.indices.size() == 10);
    CHECK(ends.at_b.indices.front() == 1000);
}

TEST_CASE("a port that is reset loses what it holds, and the far end learns how much") {
    two_ends ends({});
    ends.step(clean);
    ends.step(clean);
    ends.a.take(numbered_flits(0, 700), ends.now_ps);
    ends.step(clean);  // 320 of them
    ends.a.reset(ends.now_ps);
    CHECK_FALSE(ends.a.serving());
    for (int i = 0; i < 10; ++i) {
        ends.step(clean);
    }
    REQUIRE(ends.a.serving());
    CHECK(ends.b.serving());
    ends.a.take(numbered_flits(700, 5), ends.now_ps);
    ends.step(clean);
    CHECK(ends.at_b.indices.size() + ends.at_b.lost == 705);
    CHECK(ends.at_b.indices.back() == 704);
}
