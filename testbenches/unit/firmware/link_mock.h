#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/link_manager/link_manager.h"
}

/// Behaviour of one board's link devices as their register descriptions give it, without analogue
/// detail: light in proportion to the current, lanes that frame with the first superframe that is
/// sent whole, a link that drops when too many lanes are lost, words once a superframe.
class link_mock : public mock_bus {
public:
    struct fibre {
        bool dead = false;
        double power_10nw_per_ua = 1.0;  ///< at small currents
        bool no_frame = false;           ///< light, but never a frame
        bool fails_with_data = false;    ///< a spare that looks good until it is used
        int locks_at_post = 0;           ///< equaliser post tap that the clock recovery wants
        bool degraded = false;
        std::uint16_t q_100 = 900;
    };

    link_mock(unsigned lanes, unsigned data_lanes);

    std::uint64_t read(std::uintptr_t address, unsigned bytes) override;
    void write(std::uintptr_t address, unsigned bytes, std::uint64_t value) override;

    /// Lets time pass to superframe `count`: words travel, switches happen.
    void tick(std::uint32_t count);

    link_mock* far = nullptr;
    std::vector<fibre> incoming;  ///< [physical]: what arrives here
    bool cable_present = true;
    bool host_ready = true;  ///< the lanes between accelerator and PHY
    bool transmitter_ready = true;
    bool ignore_switches = false;  ///< armed receive switches never happen
    std::uint32_t driver_id;
    /// Says if a word that leaves this board gets lost.
    std::function<bool(std::uint32_t word)> loses = [](std::uint32_t) { return false; };
    std::vector<std::uint32_t> sent_words;
    std::size_t most_pending = 0;  ///< receive switches that were armed at once
    unsigned accesses = 0;

    /// The PHY's soft reset, as by a glitch of its supply.
    void reset_phy();

    bool transmitting() const;
    bool carrying() const { return carrying_; }
    std::uint16_t current_ua(unsigned lane) const { return current_ua_[lane]; }
    std::uint16_t bias_ua(unsigned lane) const { return bias_ua_[lane]; }
    std::uint32_t post_tap_64(unsigned lane) const { return post_tap_64_[lane]; }
    std::uint16_t map_transmit(unsigned logical) const { return map_[0][logical]; }
    std::uint16_t map_receive(unsigned logical) const { return map_[1][logical]; }

private:
    struct pending_switch {
        std::uint16_t logical = 0, physical = 0;
        std::uint32_t at = 0;
    };

    std::uint32_t read_driver(std::uint32_t offset) const;
    std::uint32_t read_cable(std::uint32_t offset) const;
    std::uint32_t read_array(std::uint32_t offset) const;
    std::uint32_t read_dsp(std::uint32_t offset) const;
    std::uint32_t read_phy(std::uint32_t offset);
    void write_driver(std::uint32_t offset, std::uint32_t value);
    void write_dsp(std::uint32_t offset, std::uint32_t value);
    void write_phy(std::uint32_t offset, std::uint32_t value);
    void arm(unsigned direction);

    bool locked(unsigned lane) const;
    unsigned power_10nw(unsigned lane) const;
    bool lit(unsigned lane) const;
    bool carries_data(unsigned lane) const;
    unsigned lane_state(unsigned lane) const;
    bool aligned(unsigned lane) const;
    bool hears() const;
    unsigned lost_lanes() const;
    void watch_lanes();
    unsigned link_state_code() const;
    std::uint32_t map_word(const std::function<bool(unsigned)>& bit, std::uint32_t index) const;

    unsigned lanes_, data_lanes_;
    std::vector<std::uint16_t> current_ua_, bias_ua_;
    std::vector<std::uint32_t> post_tap_64_;
    std::vector<int> equaliser_post_;
    std::vector<bool> emitting_, sampling_, training_;
    std::vector<bool> framed_, failed_;              ///< of the lanes in training
    std::array<std::vector<std::uint16_t>, 2> map_;  ///< [transmit, receive][logical]
    std::array<std::vector<pending_switch>, 2> switches_;
    std::uint32_t driver_control_ = 0, array_control_ = 0, dsp_control_ = 0, phy_control_ = 0;
    std::uint32_t driver_lane_ = 0, array_lane_ = 0, dsp_lane_ = 0, phy_lane_ = 0;
    std::uint32_t map_select_ = 0, switch_lane_ = 0, switch_at_ = 0;
    bool deskewed_ = false, carrying_ = false, down_ = false;
    std::deque<std::uint32_t> transmit_fifo_, receive_fifo_;
    std::uint32_t superframe_ = 0;
};

/// Two boards, their link managers, and the clock between them.
class link_pair {
public:
    link_pair(unsigned lanes, unsigned data_lanes, unsigned target_10nw = 470);
    ~link_pair() { mock_bus::select(nullptr); }
    link_pair(const link_pair&) = delete;

    /// Steps both managers when they want it, until `done` or `limit_us` of simulated time.
    /// True if `done` came true.
    bool run_until(const std::function<bool()>& done, std::uint64_t limit_us);
    bool both(link_state state) const {
        return manager[0].state == state && manager[1].state == state;
    }
    std::uint64_t now_us() const;

    link_mock board[2];
    link_manager manager[2] = {};
    bool powered[2] = {true, true};
    std::vector<std::string> lines;  ///< of both consoles
};
