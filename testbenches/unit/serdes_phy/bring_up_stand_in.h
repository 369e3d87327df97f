#pragma once

#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "testbenches/unit/serdes_phy/phy_bench.h"

namespace luxlane::test {

/// What firmware does for two PHYs, without its words: this one sees both ends' registers. Brings
/// the link up, watches it, sets a PHY up again that was reset, trains lost lanes, replaces dead
/// ones by spares, and gives up with a reason after a time.
class bring_up_stand_in {
public:
    bring_up_stand_in(phy_bench& bench, unsigned data_lanes, unsigned physical_lanes)
        : bench_(bench), data_lanes_(data_lanes), physical_lanes_(physical_lanes) {
        for (auto& map : maps_) {
            map.resize(data_lanes);
            std::iota(map.begin(), map.end(), 0u);
        }
    }

    /// To be called every few microseconds.
    void step() {
        if (!failure_.empty()) {
            return;
        }
        bool broken = false;
        for (unsigned end = 0; end < 2; ++end) {
            auto& host = *bench_.hosts[end];
            if (!host.get(regs::status::ready)) {
                set_up(end);
                broken = true;
            }
            const auto link = host.link();
            broken = broken || (up_ && link != link_state::up && link != link_state::repair);
        }
        if (broken) {
            stop_payload();
        }
        if (!up_) {
            train();
        }
    }

    bool up() const { return up_; }
    /// Why the link was given up, or empty.
    const std::string& failure() const { return failure_; }
    unsigned breaks() const { return breaks_; }

private:
    static constexpr double patience_us = 30000.0;
    static constexpr double training_us = 100.0;
    static constexpr std::uint32_t set_up_control = 0x0D;  // ENABLE, TX_ENABLE, RX_ENABLE
    static constexpr std::uint32_t deskew_control = 0x2D;
    static constexpr std::uint32_t payload_control = 0x1D;

    static double now_us() { return sc_core::sc_time_stamp().to_seconds() * 1e6; }

    void set_up(unsigned end) {
        auto& host = *bench_.hosts[end];
        host.write(regs::reg::control, set_up_control);
        for (unsigned l = 0; l < data_lanes_; ++l) {
            host.map(regs::reg::map_tx, l, maps_[end][l]);
            host.map(regs::reg::map_rx, l, maps_[1 - end][l]);
        }
    }
    void stop_payload() {
        breaks_ += up_;
        up_ = false;
        since_us_ = now_us();
        trained_us_ = -training_us;
        for (auto* host : bench_.hosts) {
            host->write(regs::reg::control, set_up_control);
        }
    }
    void train() {
        if (since_us_ < 0.0) {
            since_us_ = now_us();
            trained_us_ = -training_us;
        }
        if (bench_.host_a.get(regs::status::rx_aligned) &&
            bench_.host_b.get(regs::status::rx_aligned)) {
            start_payload();
            return;
        }
        if (now_us() - since_us_ > patience_us) {
            failure_ = spares_exhausted_ ? "spares exhausted" : "lanes not aligned in time";
            return;
        }
        if (now_us() - trained_us_ < training_us) {
            return;
        }
        for (unsigned receiver = 0; receiver < 2; ++receiver) {
            replace_dead(receiver);
            train_lost(receiver);
        }
        trained_us_ = now_us();
    }
    void start_payload() {
        for (auto* host : bench_.hosts) {
            host->write(regs::reg::control, deskew_control);
        }
        if (!bench_.host_a.get(regs::status::deskew_done) ||
            !bench_.host_b.get(regs::status::deskew_done)) {
            return;
        }
        for (auto* host : bench_.hosts) {
            host->write(regs::reg::control, payload_control);
        }
        up_ = true;
        since_us_ = -1.0;
    }
    void train_lost(unsigned receiver) {
        auto& host = *bench_.hosts[receiver];
        for (unsigned lane = 0; lane < physical_lanes_; ++lane) {
            const auto state = host.state_of(lane);
            if (state == lane_state::off || state == lane_state::failed) {
                host.write(regs::reg::lane_control, 1);
            }
        }
    }
    /// Lanes that failed while most others did not are dead: both ends move to a spare.
    void replace_dead(unsigned receiver) {
        auto& host = *bench_.hosts[receiver];
        auto& map = maps_[1 - receiver];
        std::vector<unsigned> dead;
        for (unsigned l = 0; l < data_lanes_; ++l) {
            if (host.state_of(map[l]) == lane_state::failed) {
                dead.push_back(l);
            }
        }
        if (dead.size() * 2 > data_lanes_) {
            return;
        }
        for (const auto logical : dead) {
            const auto spare = free_spare(receiver);
            spares_exhausted_ = spare < 0;
            if (spare < 0) {
                return;
            }
            given_up_[receiver].insert(map[logical]);
            map[logical] = static_cast<unsigned>(spare);
            host.map(regs::reg::map_rx, logical, map[logical]);
            bench_.hosts[1 - receiver]->map(regs::reg::map_tx, logical, map[logical]);
        }
    }
    int free_spare(unsigned receiver) {
        const auto& map = maps_[1 - receiver];
        const std::set<unsigned> used(map.begin(), map.end());
        for (unsigned lane = data_lanes_; lane < physical_lanes_; ++lane) {
            const auto state = bench_.hosts[receiver]->state_of(lane);
            const bool works = state == lane_state::spare || state == lane_state::spare_test;
            if (works && !used.contains(lane) && !given_up_[receiver].contains(lane)) {
                return static_cast<int>(lane);
            }
        }
        return -1;
    }

    phy_bench& bench_;
    const unsigned data_lanes_, physical_lanes_;
    std::vector<unsigned> maps_[2];  ///< [transmitter][logical]
    std::set<unsigned> given_up_[2];
    bool up_ = false;
    bool spares_exhausted_ = false;
    double since_us_ = -1.0;  ///< of the training
    double trained_us_ = 0.0;
    unsigned breaks_ = 0;
    std::string failure_;
};

}  // namespace luxlane::test
