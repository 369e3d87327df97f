#include <catch2/catch.hpp>
#include <memory>
#include <stdexcept>
#include <vector>

#include "models/serdes_phy/retry_port.h"

using namespace luxlane;
using namespace luxlane::wide_link;
using coding::control_message;
using coding::control_ordered_set;
using tx_state = retry_transmitter_state;
using rx_state = retry_receiver_state;

namespace {

constexpr std::uint64_t ns = 1000;
constexpr std::uint64_t us = 1000 * ns;

retry_settings small_settings() {
    retry_settings settings;
    settings.replay_buffer_flits = 16;
    settings.acknowledge_spacing_flits = 4;
    settings.acknowledge_delay_s = 0.5e-6;
    settings.acknowledge_timeout_s = 10e-6;
    settings.replay_count_max = 2;
    settings.pcs_lost_timeout_s = 100e-6;
    settings.data_age_timeout_s = 200e-6;
    settings.init_timeout_s = 5e-6;
    return settings;
}

coding::flit_run run_of(std::size_t flits) {
    return {std::make_shared<const std::vector<coding::flit>>(flits), 0, flits};
}

control_ordered_set echo_of(const control_ordered_set& init) {
    return {control_message::init_echo, init.number, init.init_data};
}

/// A transmitter whose handshake is done at time 0.
struct transmitter_bench {
    explicit transmitter_bench(const retry_settings& settings = small_settings()) : tx(settings) {
        tx.link(true, 0);
        tx.hear(echo_of(*tx.control(0)), 0);
    }
    /// The numbers of the flits in the next slots.
    std::vector<std::uint32_t> send(std::size_t most, std::uint64_t now) {
        std::vector<numbered_run> runs;
        const std::size_t slots = tx.next(most, now, runs);
        std::vector<std::uint32_t> numbers;
        for (const numbered_run& each : runs) {
            for (std::uint32_t i = 0; i < each.run.size(); ++i) {
                numbers.push_back((each.number + i) & coding::retry_number_mask);
            }
        }
        REQUIRE(numbers.size() == slots);
        return numbers;
    }
    void ack(std::uint32_t number, std::uint64_t now) {
        tx.hear({control_message::ack, number, 0}, now);
    }
    void nack(std::uint32_t number, std::uint64_t now) {
        tx.hear({control_message::nack, number, 0}, now);
    }
    retry_transmitter tx;
};

struct receiver_bench {
    explicit receiver_bench(const retry_settings& settings = small_settings()) : rx(settings) {
        rx.hear({control_message::init, 0, 1});
        REQUIRE(rx.control(0, true)->message == control_message::init_echo);
        REQUIRE_FALSE(rx.control(0, true));
    }
    retry_receiver rx;
};

using numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("the handshake opens the link, and INIT is repeated until its own echo comes") {
    retry_transmitter tx(small_settings());
    REQUIRE(tx.state() == tx_state::init);
    REQUIRE(tx.room() == 0);
    REQUIRE_FALSE(tx.control(0));  // no link, no INIT
    REQUIRE(tx.deadline_ps() == retry_transmitter::never);
    tx.link(true, 7 * us);
    REQUIRE(tx.deadline_ps() == 7 * us);
    const auto init = tx.control(7 * us);
    REQUIRE(init->message == control_message::init);
    REQUIRE_FALSE(tx.control(12 * us - 1));
    REQUIRE(tx.deadline_ps() == 12 * us);
    REQUIRE(tx.control(12 * us) == init);
    control_ordered_set other = echo_of(*init);
    other.init_data ^= 1;
    tx.hear(other, 13 * us);
    REQUIRE_FALSE(tx.serving());
    tx.hear(echo_of(*init), 13 * us);
    REQUIRE(tx.serving());
    REQUIRE(tx.state() == tx_state::advance);
    REQUIRE(tx.room() == 16);
    REQUIRE(tx.counters().tx_init_ctl_os == 2);
    REQUIRE(tx.counters().rx_init_echo_ctl_os == 2);
}

TEST_CASE("a full replay buffer has no room until an acknowledgement frees it") {
    transmitter_bench bench;
    bench.tx.take(run_of(10), 0);
    bench.tx.take(run_of(6), 0);
    REQUIRE(bench.tx.room() == 0);
    bench.tx.take({}, 0);  // an empty run needs no room
    REQUIRE_THROWS_AS(bench.tx.take(run_of(1), 0), std::length_error);
    REQUIRE(bench.send(100, 0).size() == 16);
    REQUIRE(bench.send(100, 0).empty());
    bench.ack(11, us);  // flits 0..11
    REQUIRE(bench.tx.room() == 12);
    bench.ack(11, us);
    REQUIRE(bench.tx.room() == 12);
    REQUIRE(bench.tx.counters().acknowledged_flits == 12);
}

TEST_CASE("a negative acknowledgement sends everything behind it again, then goes on") {
    transmitter_bench bench;
    bench.tx.take(run_of(4), 0);
    bench.tx.take(run_of(6), 0);
    REQUIRE(bench.send(8, 0) == numbers{0, 1, 2, 3, 4, 5, 6, 7});
    bench.nack(2, us);
    REQUIRE(bench.tx.state() == tx_state::replay);
    REQUIRE(bench.send(3, us) == numbers{3, 4, 5});
    REQUIRE(bench.tx.state() == tx_state::replay);
    REQUIRE(bench.send(5, us) == numbers{6, 7, 8, 9});
    REQUIRE(bench.tx.state() == tx_state::advance);
    const auto& counters = bench.tx.counters();
    REQUIRE(counters.tx_ok == 10);
    REQUIRE(counters.resent_flits == 5);
    REQUIRE(counters.tx_replay == 1);
    // One that leaves nothing to send again only acknowledges.
    bench.nack(9, 2 * us);
    REQUIRE(bench.tx.state() == tx_state::advance);
    REQUIRE_FALSE(bench.tx.busy());
}

TEST_CASE("acknowledgements during a replay spare what they cover") {
    transmitter_bench bench;
    bench.tx.take(run_of(8), 0);
    bench.send(8, 0);
    bench.nack(0, us);
    REQUIRE(bench.send(1, us) == numbers{1});
    bench.ack(4, us);
    REQUIRE(bench.send(1, us) == numbers{5});
    bench.ack(7, us);
    REQUIRE(bench.tx.state() == tx_state::advance);
    REQUIRE(bench.tx.counters().tx_replay == 1);
    REQUIRE(bench.send(8, us).empty());
}

TEST_CASE("acknowledgements of what is not outstanding are counted and ignored") {
    transmitter_bench bench;
    bench.tx.take(run_of(4), 0);
    bench.send(2, 0);
    bench.ack(2, us);  // not sent yet
    bench.nack(coding::retry_number_mask - 1, us);
    REQUIRE(bench.tx.counters().rx_ack_nack_seq_error == 2);
    REQUIRE(bench.tx.counters().acknowledged_flits == 0);
    REQUIRE(bench.tx.state() == tx_state::advance);
}

TEST_CASE("the replay timer finds a lost tail, one picosecond after it may") {
    transmitter_bench bench;
    bench.tx.take(run_of(3), 0);
    bench.send(3, us);
    REQUIRE(bench.tx.deadline_ps() == 11 * us);
    bench.tx.expire(11 * us - 1);
    REQUIRE(bench.tx.state() == tx_state::advance);
    bench.tx.expire(11 * us);
    REQUIRE(bench.tx.state() == tx_state::replay);
    REQUIRE(bench.send(9, 12 * us) == numbers{0, 1, 2});
    REQUIRE(bench.tx.deadline_ps() == 22 * us);
    bench.ack(0, 13 * us);  // progress starts the timer again
    REQUIRE(bench.tx.deadline_ps() == 23 * us);
    bench.ack(2, 13 * us);
    REQUIRE(bench.tx.deadline_ps() == retry_transmitter::never);
    REQUIRE(bench.tx.counters().acknowledge_timeouts == 1);
}

TEST_CASE("replays without progress end in a flush that names the flits given up") {
    retry_settings settings = small_settings();
    settings.reinitialise_on_flush = false;
    transmitter_bench bench(settings);
    bench.tx.take(run_of(7), 0);
    bench.send(5, 0);
    std::uint64_t now = 0;
    for (unsigned replay = 0; replay < settings.replay_count_max; ++replay) {
        now = bench.tx.deadline_ps();
        bench.tx.expire(now);
        REQUIRE(bench.tx.state() == tx_state::replay);
        bench.send(5, now);
    }
    bench.ack(0, now);  // progress: the count begins again
    for (unsigned replay = 0; replay < settings.replay_count_max; ++replay) {
        now = bench.tx.deadline_ps();
        bench.tx.expire(now);
        bench.send(6, now);
    }
    bench.tx.expire(bench.tx.deadline_ps());
    REQUIRE(bench.tx.state() == tx_state::flush);
    REQUIRE(bench.tx.last_flush() == flush_cause::replay_count);
    REQUIRE(bench.tx.counters().given_up_flits == 6);
    REQUIRE_FALSE(bench.tx.serving());
    REQUIRE(bench.tx.room() == 0);
    REQUIRE(bench.tx.deadline_ps() == retry_transmitter::never);
    bench.tx.reinitialise(now);
    // The handshake begins behind what was given up, so that the far end can tell how much.
    REQUIRE(bench.tx.control(now)->number == 7);
}

TEST_CASE("PCS lost flushes after its time-out, and not when the link comes back before") {
    transmitter_bench bench;
    bench.tx.take(run_of(7), 0);
    bench.send(5, 0);
    bench.tx.link(false, us);
    REQUIRE(bench.send(5, us).empty());
    REQUIRE(bench.tx.room() == 9);  // what arrives meanwhile waits
    bench.tx.expire(101 * us - 1);
    bench.tx.link(true, 101 * us - 1);
    bench.tx.expire(101 * us);
    REQUIRE(bench.tx.state() == tx_state::advance);
    REQUIRE(bench.send(5, 101 * us) == numbers{5, 6});
    bench.tx.link(false, 102 * us);
    REQUIRE(bench.tx.deadline_ps() == 200 * us);  // the age of the data comes first now
    bench.tx.hear({control_message::ack, 6, 0}, 102 * us);
    REQUIRE(bench.tx.deadline_ps() == 202 * us);
    bench.tx.expire(202 * us);
    REQUIRE(bench.tx.state() == tx_state::flush);
    REQUIRE(bench.tx.last_flush() == flush_cause::pcs_lost);
    REQUIRE(bench.tx.counters().given_up_flits == 0);
    bench.tx.link(true, 300 * us);
    REQUIRE(bench.tx.state() == tx_state::init);
}

TEST_CASE("data that nobody acknowledges in time is flushed however often the timer restarts") {
    transmitter_bench bench;
    bench.tx.take(run_of(8), 0);
    bench.send(8, 0);
    for (std::uint32_t i = 0; i < 7; ++i) {
        bench.ack(i, (i + 1) * 8 * us);
    }
    bench.tx.link(false, 57 * us);
    bench.tx.link(true, 150 * us);
    bench.tx.expire(200 * us - 1);
    bench.send(1, 200 * us - 1);
    REQUIRE(bench.tx.busy());
    bench.tx.expire(200 * us);
    REQUIRE(bench.tx.last_flush() == flush_cause::data_age);
    REQUIRE(bench.tx.counters().given_up_flits == 1);
    REQUIRE(bench.tx.state() == tx_state::init);  // by itself, as configured
}

TEST_CASE("a far end that was reset gets what it may have missed, while the link goes on serving") {
    transmitter_bench bench;
    bench.tx.take(run_of(6), 0);
    bench.send(4, 0);
    bench.ack(1, us);
    bench.tx.far_end_reset(us);
    REQUIRE(bench.tx.serving());
    REQUIRE(bench.send(9, us).empty());
    const auto init = bench.tx.control(us);
    REQUIRE(init->number == 2);
    bench.ack(3, us);  // stale, from before the reset
    bench.tx.hear(echo_of(*init), 2 * us);
    REQUIRE(bench.tx.state() == tx_state::replay);
    REQUIRE(bench.send(9, 2 * us) == numbers{2, 3, 4, 5});
    REQUIRE(bench.tx.counters().given_up_flits == 0);
}

TEST_CASE("a reset gives up everything, and says so under a new incarnation") {
    transmitter_bench bench;
    const auto before = bench.tx.counters();
    bench.tx.take(run_of(6), 0);
    bench.send(4, 0);
    bench.tx.reset(us);
    REQUIRE_FALSE(bench.tx.serving());
    REQUIRE(bench.tx.counters().given_up_flits == before.given_up_flits + 6);
    const auto init = bench.tx.control(us);
    REQUIRE(init->number == 6);
    REQUIRE(handshake_data::unpack(init->init_data).incarnation == 1);
}

TEST_CASE("the receiver acknowledges at its spacing, sooner in idle slots or after its delay") {
    receiver_bench bench;
    REQUIRE(bench.rx.take(0, 3, 0).size() == 3);
    REQUIRE_FALSE(bench.rx.control(0, false));
    REQUIRE(bench.rx.pending());
    REQUIRE_FALSE(bench.rx.control(500 * ns - 1, false));
    REQUIRE(bench.rx.control(500 * ns, false) == control_ordered_set{control_message::ack, 2, 0});
    REQUIRE_FALSE(bench.rx.control(us, true));
    REQUIRE(bench.rx.take(3, 4, us).size() == 4);
    REQUIRE(bench.rx.control(us, false) == control_ordered_set{control_message::ack, 6, 0});
    REQUIRE(bench.rx.take(7, 1, us).size() == 1);
    REQUIRE(bench.rx.control(us, true) == control_ordered_set{control_message::ack, 7, 0});
    REQUIRE_FALSE(bench.rx.pending());
    REQUIRE(bench.rx.counters().tx_ack_ctl_os == 3);
}

TEST_CASE("a gap is answered once, then silence until the expected flit") {
    receiver_bench bench;
    bench.rx.take(0, 2, 0);
    REQUIRE(bench.rx.take(5, 3, 0).size() == 0);
    REQUIRE(bench.rx.state() == rx_state::send_nack);
    REQUIRE(bench.rx.control(0, false) == control_ordered_set{control_message::nack, 1, 0});
    REQUIRE(bench.rx.take(8, 3, 0).size() == 0);
    bench.rx.damaged(2);
    REQUIRE_FALSE(bench.rx.control(us, true));
    REQUIRE(bench.rx.state() == rx_state::nack_sent);
    REQUIRE(bench.rx.take(2, 4, us).size() == 4);
    REQUIRE(bench.rx.control(us, true) == control_ordered_set{control_message::ack, 5, 0});
    const auto& counters = bench.rx.counters();
    REQUIRE(counters.rx_missing_seq == 6);
    REQUIRE(counters.rx_expected_seq_good == 6);
    REQUIRE(counters.rx_ok == 12);
    REQUIRE(counters.rx_replay == 1);
    REQUIRE(counters.tx_nack_ctl_os == 1);
}

TEST_CASE("flits received before are dropped and acknowledged again") {
    receiver_bench bench;
    bench.rx.take(0, 4, 0);
    bench.rx.control(0, true);
    const accepted_flits some = bench.rx.take(1, 6, 0);
    REQUIRE(some.begin == 3);
    REQUIRE(some.end == 6);
    REQUIRE(bench.rx.control(0, false) == control_ordered_set{control_message::ack, 6, 0});
    REQUIRE(bench.rx.counters().rx_duplicate_seq == 3);
    REQUIRE(bench.rx.counters().rx_replay == 1);
    // Also after a negative acknowledgement that nobody heard.
    bench.rx.damaged(1);
    REQUIRE(bench.rx.control(0, false)->message == control_message::nack);
    REQUIRE(bench.rx.take(4, 3, 0).size() == 0);
    REQUIRE(bench.rx.control(0, false) == control_ordered_set{control_message::ack, 6, 0});
}

TEST_CASE("a receiver that was reset waits for INIT and remembers what it has delivered") {
    receiver_bench bench;
    bench.rx.take(0, 10, 0);
    bench.rx.reset();
    REQUIRE(bench.rx.state() == rx_state::off);
    REQUIRE_FALSE(bench.rx.pending());
    REQUIRE(bench.rx.take(10, 2, 0).size() == 0);
    REQUIRE(bench.rx.counters().rx_uninitialised == 2);
    // Flits 6..9 were delivered but their acknowledgement was lost: they come again.
    REQUIRE_FALSE(bench.rx.hear({control_message::init, 6, 2}));
    REQUIRE(bench.rx.control(0, false) == control_ordered_set{control_message::init_echo, 6, 2});
    REQUIRE(bench.rx.control(0, false) == control_ordered_set{control_message::ack, 9, 0});
    const accepted_flits some = bench.rx.take(6, 7, 0);
    REQUIRE(some.begin == 4);
    REQUIRE(some.size() == 3);
    REQUIRE(bench.rx.collect_lost() == 0);
}

TEST_CASE("a handshake ahead of the expected number tells how many flits were given up") {
    receiver_bench bench;
    bench.rx.take(0, 10, 0);
    REQUIRE(bench.rx.hear({control_message::init, 25, handshake_data{1, 7}.pack()}));
    REQUIRE(bench.rx.collect_lost() == 15);
    REQUIRE(bench.rx.collect_lost() == 0);
    // The same INIT again, its echo having been lost.
    REQUIRE_FALSE(bench.rx.hear({control_message::init, 25, handshake_data{1, 7}.pack()}));
    REQUIRE(bench.rx.collect_lost() == 0);
    REQUIRE(bench.rx.take(25, 1, 0).size() == 1);
    REQUIRE(bench.rx.counters().rx_given_up_flits == 15);
}

TEST_CASE("a far end that lost its power begins anew, in both directions") {
    retry_port near(small_settings());
    const auto shake = [&](retry_port& far) {
        // Each side's INIT, answered by the other, until nobody has anything to tell.
        for (unsigned i = 0; i < 4; ++i) {
            while (const auto set = far.control(0, true)) {
                near.hear(*set, 0);
            }
            while (const auto set = near.control(0, true)) {
                far.hear(*set, 0);
            }
        }
    };
    const auto carry = [](retry_port& from, retry_port& to, std::size_t flits) {
        std::vector<numbered_run> runs;
        from.transmitter.take(run_of(flits), 0);
        from.transmitter.next(flits, 0, runs);
        REQUIRE(runs.size() == 1);
        return to.receiver.take(runs[0].number, flits, 0).size();
    };
    near.transmitter.link(true, 0);
    for (unsigned life = 0; life < 3; ++life) {
        retry_port far(small_settings());
        far.transmitter.link(true, 0);
        shake(far);
        REQUIRE(carry(near, far, 3) == 3);
        REQUIRE(carry(far, near, 5) == 5);
        shake(far);
        REQUIRE_FALSE(near.transmitter.busy());
        REQUIRE_FALSE(far.transmitter.busy());
    }
    REQUIRE(near.receiver.collect_lost() == 0);
    REQUIRE(near.transmitter.counters().given_up_flits == 0);
}

TEST_CASE("with retry off flits pass as they come, and nothing is kept") {
    retry_settings settings = small_settings();
    settings.enable = false;
    retry_port port(settings);
    REQUIRE_FALSE(port.transmitter.serving());
    port.transmitter.link(true, 0);
    REQUIRE(port.transmitter.serving());
    REQUIRE_FALSE(port.control(0, true));
    const auto run = run_of(5);
    port.transmitter.take(run, 0);
    std::vector<numbered_run> out;
    REQUIRE(port.transmitter.next(3, 0, out) == 3);
    REQUIRE(port.transmitter.next(3, 0, out) == 2);
    REQUIRE(port.transmitter.room() == 16);
    REQUIRE(run.chunk.use_count() == 3);  // ours and the two runs in `out`
    REQUIRE(port.receiver.take(0, 5, 0).size() == 5);
    REQUIRE_FALSE(port.control(0, true));
    REQUIRE(port.transmitter.deadline_ps() == retry_transmitter::never);
}

TEST_CASE("settings out of range are refused by name") {
    const auto refused = [](auto change) {
        retry_settings settings = small_settings();
        change(settings);
        REQUIRE_THROWS_AS(retry_port(settings), std::invalid_argument);
    };
    refused([](retry_settings& s) { s.replay_buffer_flits = 0; });
    refused([](retry_settings& s) { s.replay_buffer_flits = 1u << 19; });
    refused([](retry_settings& s) { s.acknowledge_spacing_flits = 0; });
    refused([](retry_settings& s) { s.acknowledge_delay_s = 0; });
    refused([](retry_settings& s) { s.acknowledge_timeout_s = -1; });
    refused([](retry_settings& s) { s.pcs_lost_timeout_s = 0; });
    refused([](retry_settings& s) { s.data_age_timeout_s = 0; });
    refused([](retry_settings& s) { s.init_timeout_s = 0; });
}
