// Two ports of the link-layer retry over channels that delay, lose and damage slots but keep their
// order, under schedules of faults drawn from a seed. Whatever happens, every flit is delivered
// once and in order, or counted as lost in its place, and the link ends up serving.

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "models/serdes_phy/retry_port.h"

using namespace luxlane;
using namespace luxlane::wide_link;
using tx_state = retry_transmitter_state;

namespace {

constexpr std::uint64_t slot_ps = 2419;  // 2056 bits at 850 Gb/s
constexpr double slot_s = 2419e-12;

struct slot {
    enum class content { idle, flit, control, damaged } what = content::idle;
    std::uint32_t number = 0;
    std::uint32_t flit_id = 0;
    coding::control_ordered_set set{};
    std::uint64_t arrives_ps = 0;
};

/// What may go wrong in one schedule; probabilities are per slot or per block.
struct faults {
    double damage = 0;          // a slot is damaged
    double control_damage = 0;  // more, for control ordered sets
    double burst = 0;           // all slots of a block are damaged
    double outage = 0;          // an outage of one or both directions begins
    unsigned outage_blocks = 0;
    bool outage_seen = true;  // the receiver notices that blocks stop (else they are damaged)
    double reset = 0;         // a port is reset
};

struct schedule {
    retry_settings settings;
    faults wrong;
    std::size_t block_slots = 1;
    std::uint64_t delay_ps = 0;
    double load = 1;  // share of blocks in which the accelerator has flits to send
    std::size_t blocks = 0;
};

schedule draw_schedule(std::mt19937_64& random) {
    const auto one_of = [&](auto... values) {
        const std::array list{values...};
        return list[random() % list.size()];
    };
    schedule drawn;
    drawn.block_slots = one_of(1u, 3u, 20u, 100u);
    drawn.delay_ps = one_of(0u, 5u, 50u, 300u) * slot_ps;
    drawn.load = one_of(0.02, 0.5, 1.0);
    drawn.blocks = 3000 / drawn.block_slots + 20;
    const double round_trip_s = 2 * (static_cast<double>(drawn.delay_ps) * 1e-12 +
                                     2 * static_cast<double>(drawn.block_slots) * slot_s);
    retry_settings& set = drawn.settings;
    set.replay_buffer_flits = one_of(1u, 7u, 100u, 2000u);
    set.acknowledge_spacing_flits = one_of(1u, 8u, 64u);
    set.acknowledge_delay_s = one_of(1.0, 20.0) * slot_s;
    set.acknowledge_timeout_s = one_of(1.2, 3.0) * round_trip_s + 40 * slot_s;
    set.replay_count_max = one_of(1u, 4u, 255u);
    set.pcs_lost_timeout_s = one_of(10.0, 200.0) * round_trip_s;
    set.data_age_timeout_s = one_of(50.0, 1000.0) * round_trip_s;
    set.init_timeout_s = one_of(0.7, 2.0) * round_trip_s;
    faults& wrong = drawn.wrong;
    wrong.damage = one_of(0.0, 1e-3, 1e-2, 0.1);
    wrong.control_damage = one_of(0.0, 0.1, 0.5);
    wrong.burst = one_of(0.0, 0.02);
    const double per_block = 1.0 / static_cast<double>(drawn.blocks);
    wrong.outage = one_of(0.0, 3.0) * per_block;
    wrong.outage_blocks = 1 + static_cast<unsigned>(random() % (drawn.blocks / 4));
    wrong.outage_seen = random() % 2 == 0;
    wrong.reset = one_of(0.0, 0.0, 3.0) * per_block;
    return drawn;
}

/// One port, the accelerator behind it and the channel towards it.
struct station {
    explicit station(const retry_settings& settings) : port(settings) {}

    retry_port port;
    std::deque<slot> arriving;
    unsigned outage = 0;          // blocks until slots arrive again
    std::uint32_t taken = 0;      // flits the accelerator gave; the next one's id
    std::uint32_t accounted = 0;  // of the far end's: delivered here, or reported lost
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
    std::uint64_t flit_slots = 0;
};

class two_ports {
public:
    two_ports(const schedule& drawn, std::mt19937_64& random)
        : drawn_(drawn),
          random_(random),
          stations_{station(drawn.settings), station(drawn.settings)} {
        for (station& each : stations_) {
            each.port.transmitter.link(true, 0);
        }
    }

    /// One block in each direction; `faulty`: things go wrong, `loaded`: accelerators send.
    void step(bool faulty, bool loaded) {
        now_ps_ += drawn_.block_slots * slot_ps;
        for (std::size_t i = 0; i < 2; ++i) {
            if (faulty) {
                trouble(stations_[i]);
            }
            if (loaded && chance(drawn_.load)) {
                offer(stations_[i]);
            }
            send(stations_[i], stations_[1 - i], faulty);
        }
        for (station& each : stations_) {
            receive(each, stations_[&each == &stations_[0] ? 1 : 0]);
            each.outage -= each.outage > 0 ? 1 : 0;
            each.port.transmitter.link(each.outage == 0 || !drawn_.wrong.outage_seen, now_ps_);
        }
    }

    bool quiet() const {
        return std::all_of(stations_.begin(), stations_.end(), [](const station& each) {
            return each.port.transmitter.state() == tx_state::advance &&
                   !each.port.transmitter.busy();
        });
    }

    const std::array<station, 2>& stations() const { return stations_; }

private:
    bool chance(double probability) {
        return std::uniform_real_distribution<double>(0, 1)(random_) < probability;
    }

    void trouble(station& at) {
        if (chance(drawn_.wrong.outage)) {
            at.outage = drawn_.wrong.outage_blocks;
            at.port.transmitter.link(!drawn_.wrong.outage_seen, now_ps_);
        }
        if (chance(drawn_.wrong.reset)) {
            at.port.reset(now_ps_);
        }
    }

    void offer(station& at) {
        std::size_t left = std::min(at.port.transmitter.room(), 2 * drawn_.block_slots);
        while (left > 0) {
            const std::size_t count = 1 + random_() % left;
            auto chunk = std::make_shared<std::vector<coding::flit>>(count + 2);
            for (std::size_t i = 0; i < count; ++i) {
                (*chunk)[i + 1].credits = at.taken++;
            }
            at.port.transmitter.take({chunk, 1, count + 1}, now_ps_);
            left -= count;
        }
    }

    void send(station& from, station& to, bool faulty) {
        retry_transmitter& tx = from.port.transmitter;
        while (tx.deadline_ps() <= now_ps_ && tx.state() != tx_state::init) {
            tx.expire(now_ps_);
        }
        tx.expire(now_ps_);
        std::vector<slot> block;
        const auto control = [&](bool idle) {
            const auto set = from.port.control(now_ps_, idle);
            if (set) {
                block.push_back({slot::content::control, 0, 0, *set, 0});
            }
            return set.has_value();
        };
        while (block.size() < drawn_.block_slots && control(false)) {
        }
        std::vector<numbered_run> runs;
        from.flit_slots += tx.next(drawn_.block_slots - block.size(), now_ps_, runs);
        for (const numbered_run& run : runs) {
            std::uint32_t number = run.number;
            for (const coding::flit& each : run.run.flits()) {
                block.push_back({slot::content::flit, number, each.credits, {}, 0});
                number = (number + 1) & coding::retry_number_mask;
            }
        }
        while (block.size() < drawn_.block_slots) {
            if (!control(true)) {
                block.push_back({});
            }
        }
        REQUIRE(block.size() == drawn_.block_slots);
        const bool burst = faulty && chance(drawn_.wrong.burst);
        for (slot& each : block) {
            const bool hit =
                faulty && (chance(drawn_.wrong.damage) || (each.what == slot::content::control &&
                                                           chance(drawn_.wrong.control_damage)));
            if (to.outage > 0 && drawn_.wrong.outage_seen) {
                continue;
            }
            if (burst || hit || to.outage > 0) {
                each.what = slot::content::damaged;
            }
            each.arrives_ps = now_ps_ + drawn_.delay_ps;
            to.arriving.push_back(each);
        }
    }

    void receive(station& at, const station& from) {
        retry_receiver& rx = at.port.receiver;
        while (!at.arriving.empty() && at.arriving.front().arrives_ps <= now_ps_) {
            const slot first = at.arriving.front();
            if (first.what == slot::content::flit) {
                deliver(at, from);
                continue;
            }
            at.arriving.pop_front();
            if (first.what == slot::content::damaged) {
                rx.damaged(1);
            } else if (first.what == slot::content::control) {
                at.port.hear(first.set, now_ps_);
                const std::uint64_t lost = rx.collect_lost();
                at.lost += lost;
                at.accounted += static_cast<std::uint32_t>(lost);
            }
        }
    }

    /// The run of flits with successive numbers at the head of the channel.
    void deliver(station& at, const station& from) {
        std::vector<std::uint32_t> ids;
        const std::uint32_t number = at.arriving.front().number;
        while (!at.arriving.empty() && at.arriving.front().arrives_ps <= now_ps_ &&
               at.arriving.front().what == slot::content::flit &&
               at.arriving.front().number == ((number + ids.size()) & coding::retry_number_mask)) {
            ids.push_back(at.arriving.front().flit_id);
            at.arriving.pop_front();
        }
        const accepted_flits fresh = at.port.receiver.take(number, ids.size(), now_ps_);
        REQUIRE(fresh.end <= ids.size());
        for (std::size_t i = fresh.begin; i < fresh.end; ++i) {
            REQUIRE(ids[i] == at.accounted);
            ++at.accounted;
            ++at.delivered;
        }
        REQUIRE(at.accounted <= from.taken);
    }

    const schedule& drawn_;
    std::mt19937_64& random_;
    std::array<station, 2> stations_;
    std::uint64_t now_ps_ = 0;
};

void require_consistent(const station& from, const station& to) {
    const auto& tx = from.port.transmitter.counters();
    const auto& rx = to.port.receiver.counters();
    REQUIRE(to.accounted == from.taken);
    REQUIRE(to.delivered + to.lost == from.taken);
    REQUIRE(tx.acknowledged_flits + tx.given_up_flits == from.taken);
    REQUIRE(tx.tx_ok + tx.resent_flits == from.flit_slots);
    REQUIRE(to.lost <= tx.given_up_flits);
    REQUIRE(rx.rx_given_up_flits == to.lost);
    REQUIRE(rx.rx_expected_seq_good == to.delivered);
    REQUIRE(rx.rx_ok == rx.rx_expected_seq_good + rx.rx_missing_seq + rx.rx_duplicate_seq);
    REQUIRE(rx.rx_ok + rx.rx_bad + rx.rx_uninitialised <= rx.rx_bad + from.flit_slots);
    REQUIRE(tx.rx_ack_ctl_os <= rx.tx_ack_ctl_os);
    REQUIRE(tx.rx_nack_ctl_os <= rx.tx_nack_ctl_os);
    REQUIRE(tx.rx_ack_nack_seq_error == 0);
    REQUIRE(rx.tx_init_echo_ctl_os <= rx.rx_init_ctl_os);
    REQUIRE(rx.rx_init_ctl_os <= tx.tx_init_ctl_os);
}

/// The faulty blocks of a schedule, then peace: whatever time-out is running ends, and all that is
/// left arrives.
void run(two_ports& link, const schedule& drawn) {
    for (std::size_t i = 0; i < drawn.blocks; ++i) {
        link.step(true, true);
    }
    std::size_t patience = 40 * drawn.blocks + 20000 / drawn.block_slots;
    do {
        link.step(false, false);
        REQUIRE(--patience > 0);
    } while (!link.quiet());
}

}  // namespace

TEST_CASE("nothing is lost silently, repeated or reordered under random faults") {
    std::uint64_t flushed = 0;
    std::uint64_t resent = 0;
    std::uint64_t lost = 0;
    const std::uint64_t schedules = std::getenv("LUXLANE_LONG") != nullptr ? 100000 : 2500;
    for (std::uint64_t seed = 1; seed <= schedules; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const schedule drawn = draw_schedule(random);
        two_ports link(drawn, random);
        run(link, drawn);
        const auto& ends = link.stations();
        for (std::size_t i = 0; i < 2; ++i) {
            require_consistent(ends[i], ends[1 - i]);
            const auto& tx = ends[i].port.transmitter.counters();
            flushed += tx.flushes;
            resent += tx.resent_flits;
            lost += ends[i].lost;
        }
    }
    // The schedules did meet what they are for.
    REQUIRE(resent > 100000);
    REQUIRE(flushed > 500);
    REQUIRE(lost > 1000);
}

TEST_CASE("without a flush or reset nothing at all is lost") {
    for (std::uint64_t seed = 1; seed <= 300; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        schedule drawn = draw_schedule(random);
        drawn.wrong.reset = 0;
        drawn.settings.replay_count_max = 1000000;
        drawn.settings.pcs_lost_timeout_s = 1;
        drawn.settings.data_age_timeout_s = 1;
        two_ports link(drawn, random);
        run(link, drawn);
        for (const station& each : link.stations()) {
            REQUIRE(each.lost == 0);
            REQUIRE(each.port.transmitter.counters().flushes == 0);
        }
        require_consistent(link.stations()[0], link.stations()[1]);
        require_consistent(link.stations()[1], link.stations()[0]);
    }
}

TEST_CASE("numbers wrap at 2^20 without a flit going astray") {
    schedule drawn;
    drawn.settings.replay_buffer_flits = replay_buffer_flits_max;
    drawn.settings.acknowledge_timeout_s = 20e-6;
    drawn.block_slots = 1000;
    drawn.delay_ps = 250 * slot_ps;
    drawn.wrong.damage = 1e-4;
    std::mt19937_64 random(20);
    two_ports link(drawn, random);
    while (link.stations()[0].delivered < 2'300'000) {
        link.step(true, true);
    }
    for (std::size_t i = 0; i < 1000 && !link.quiet(); ++i) {
        link.step(false, false);
    }
    REQUIRE(link.quiet());
    require_consistent(link.stations()[0], link.stations()[1]);
    REQUIRE(link.stations()[0].lost == 0);
}
