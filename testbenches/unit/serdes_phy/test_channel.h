#pragma once

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <random>
#include <systemc>
#include <vector>

#include "models/transport/frame_sockets.h"
#include "models/transport/lane_frame.h"

namespace luxlane::test {

/// A line without optics: delays blocks, spoils bits lane by lane as the test says.
class test_channel : public sc_core::sc_module {
public:
    payload_target_socket<lane_protocol> in;
    payload_initiator_socket<lane_protocol> out;

    struct lane_condition {
        bool dead = false;   ///< random bits, clock not locked
        bool noise = false;  ///< random bits, but the clock stays locked
        double ber = 0.0;
        int skew_ui = 0;
    };
    std::vector<lane_condition> lanes;
    std::uint64_t seed = 1;
    std::uint64_t blocks[3] = {};  ///< sent, by purpose
    std::function<void(lane_frame&)> on_frame;
    std::function<void()> on_changed_errors;  ///< a block's lanes err otherwise than the last's

    test_channel(const sc_core::sc_module_name& name, unsigned lane_count, double delay_s)
        : sc_core::sc_module(name),
          in("in"),
          out("out"),
          lanes(lane_count),
          delay_(delay_s, sc_core::SC_SEC) {
        in.on_transport([this](lane_frame& frame, sc_core::sc_time&) { take(frame); });
        SC_HAS_PROCESS(test_channel);
        SC_METHOD(deliver);
        sensitive << arrival_;
        dont_initialize();
    }

    /// The receiver hears of new conditions with the next block.
    void conditions_changed() { table_.reset(); }
    bool locked(unsigned lane) const { return !lanes[lane].dead; }
    double ber(unsigned lane) const { return lanes[lane].dead ? 0.5 : lanes[lane].ber; }

private:
    void take(lane_frame& frame) {
        ++blocks[static_cast<unsigned>(frame.purpose)];
        const auto at =
            std::max(sc_core::sc_time_stamp(),
                     frame.start + sc_core::sc_time(frame.duration_s(), sc_core::SC_SEC) + delay_);
        flights_.emplace(at, std::move(frame));
        frame = lane_frame{};
        arrival_.notify(flights_.begin()->first - sc_core::sc_time_stamp());
    }
    void deliver() {
        while (!flights_.empty() && flights_.begin()->first <= sc_core::sc_time_stamp()) {
            lane_frame frame = std::move(flights_.begin()->second);
            flights_.erase(flights_.begin());
            if (errors_of_lanes() != known_errors_) {
                known_errors_ = errors_of_lanes();
                on_changed_errors();
            }
            spoil(frame);
            if (on_frame) {
                on_frame(frame);
            }
            auto delay = sc_core::SC_ZERO_TIME;
            out.send(frame, delay);
        }
        if (!flights_.empty()) {
            arrival_.notify(flights_.begin()->first - sc_core::sc_time_stamp());
        }
    }
    std::vector<double> errors_of_lanes() const {
        std::vector<double> errors;
        for (unsigned lane = 0; lane < lanes.size(); ++lane) {
            errors.push_back(ber(lane));
        }
        return errors;
    }
    void spoil(lane_frame& frame) {
        if (!table_) {
            auto table = std::make_shared<lane_frame::optics_table>();
            table->version = ++version_;
            table->lanes.resize(lanes.size());
            for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
                table->lanes[lane].skew_s = lanes[lane].skew_ui * frame.unit_interval_s;
            }
            table_ = table;
        }
        frame.optics = table_;
        if (std::any_of(lanes.begin(), lanes.end(),
                        [](const auto& lane) { return lane.dead || lane.noise; })) {
            frame.materialise();
        }
        for (unsigned lane = 0; lane < lanes.size(); ++lane) {
            spoil(frame, lane);
        }
    }
    void spoil(lane_frame& frame, unsigned lane) const {
        const auto& condition = lanes[lane];
        const bool random_bits = condition.dead || condition.noise;
        if (!random_bits && (condition.ber <= 0.0 || !frame.carried[lane])) {
            return;
        }
        std::seed_seq key{seed, std::uint64_t{lane}, frame.first_bit, std::uint64_t{frame.stride}};
        std::mt19937_64 random(key);
        if (random_bits) {
            std::generate_n(&frame.bits[std::size_t{lane} * frame.stride], frame.stride,
                            std::ref(random));
        } else {
            std::geometric_distribution<std::uint64_t> gap(condition.ber);
            for (auto bit = gap(random); bit < frame.bits_per_lane; bit += 1 + gap(random)) {
                if (frame.deferred) {
                    frame.errors.push_back({lane, static_cast<std::uint32_t>(bit)});
                } else {
                    frame.bits[std::size_t{lane} * frame.stride + bit / 64] ^= std::uint64_t{1}
                                                                               << (bit % 64);
                }
            }
        }
    }

    sc_core::sc_time delay_;
    std::multimap<sc_core::sc_time, lane_frame> flights_;
    std::shared_ptr<const lane_frame::optics_table> table_;
    std::uint64_t version_ = 0;
    std::vector<double> known_errors_ = errors_of_lanes();  ///< of the block before
    sc_core::sc_event arrival_;
};

}  // namespace luxlane::test
