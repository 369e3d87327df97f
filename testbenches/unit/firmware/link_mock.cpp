#include "testbenches/unit/firmware/link_mock.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "regs/optical_channel.h"
#include "regs/pd_array.h"
#include "regs/rx_dsp.h"
#include "regs/serdes_phy.h"
#include "regs/tx_driver.h"

namespace {

constexpr std::uintptr_t block_mask = 0xFFF;
constexpr std::uint64_t ticks_per_superframe = 48;  // 10240 bits at 2.142 Gb/s, in 100 ns
constexpr unsigned spare_name = 0x3FF;

std::uint64_t now_ticks = 0;
std::vector<std::string>* console = nullptr;

std::uint64_t mock_now() { return now_ticks; }

void mock_line(const char* format, ...) {
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    console->push_back(text);
}

bool in_map(std::uint32_t offset, std::uint32_t first) {
    return offset >= first && offset < first + 4 * lane_map_words;
}

template <class Action>
void for_selected(std::uint32_t select, unsigned lanes, Action action) {
    for (unsigned lane = 0; lane < lanes; ++lane) {
        if (select == 0xFFFF || select == lane) {
            action(lane);
        }
    }
}

}  // namespace

link_mock::link_mock(unsigned lanes, unsigned data_lanes)
    : incoming(lanes),
      driver_id(TX_DRIVER_ID_RESET),
      lanes_(lanes),
      data_lanes_(data_lanes),
      current_ua_(lanes),
      bias_ua_(lanes),
      post_tap_64_(lanes),
      equaliser_post_(lanes),
      emitting_(lanes),
      sampling_(lanes),
      training_(lanes),
      framed_(lanes),
      failed_(lanes) {
    for (auto& map : map_) {
        for (unsigned l = 0; l < data_lanes; ++l) {
            map.push_back(static_cast<std::uint16_t>(l));
        }
    }
}

bool link_mock::transmitting() const {
    return (phy_control_ & SERDES_PHY_CONTROL_TX_ENABLE_MASK) != 0 && driver_control_ != 0;
}

unsigned link_mock::power_10nw(unsigned lane) const {
    if (incoming[lane].dead || far->driver_control_ == 0 || !far->emitting_[lane] ||
        array_control_ == 0) {
        return 0;
    }
    // Droop: at 1 mA an emitter gives a fifth less than in proportion.
    const double current = far->current_ua_[lane];
    const double power = incoming[lane].power_10nw_per_ua * current * (1.0 - current / 5000.0);
    return static_cast<unsigned>(std::min(power, 4095.0));
}

bool link_mock::lit(unsigned lane) const { return power_10nw(lane) >= 10; }

bool link_mock::carries_data(unsigned lane) const {
    const auto& sent = far->map_[0];
    return std::find(sent.begin(), sent.end(), lane) != sent.end() ||
           std::any_of(far->switches_[0].begin(), far->switches_[0].end(),
                       [&](const auto& each) { return each.physical == lane; });
}

bool link_mock::locked(unsigned lane) const {
    return sampling_[lane] && lit(lane) && equaliser_post_[lane] == incoming[lane].locks_at_post;
}

unsigned link_mock::lane_state(unsigned lane) const {
    if (!training_[lane]) {
        return SERDES_PHY_LANE_STATUS_STATE_OFF;
    }
    const bool spoilt = incoming[lane].fails_with_data && carries_data(lane);
    if (failed_[lane] || !locked(lane) || incoming[lane].no_frame || spoilt) {
        return SERDES_PHY_LANE_STATUS_STATE_FAILED;
    }
    if (!framed_[lane]) {
        return SERDES_PHY_LANE_STATUS_STATE_FRAME;
    }
    if (!carries_data(lane)) {
        return SERDES_PHY_LANE_STATUS_STATE_SPARE;
    }
    return incoming[lane].degraded ? SERDES_PHY_LANE_STATUS_STATE_DEGRADED
                                   : SERDES_PHY_LANE_STATUS_STATE_ALIGNED;
}

/// Words come by majority over the lanes: not while most of those in training have no frame.
bool link_mock::hears() const {
    unsigned deaf = 0;
    for (unsigned lane = 0; lane < lanes_; ++lane) {
        deaf += training_[lane] && lane_state(lane) != SERDES_PHY_LANE_STATUS_STATE_SPARE &&
                !aligned(lane);
    }
    return (phy_control_ & SERDES_PHY_CONTROL_RX_ENABLE_MASK) != 0 && 2 * deaf < data_lanes_;
}

bool link_mock::aligned(unsigned lane) const {
    const unsigned state = lane_state(lane);
    return state == SERDES_PHY_LANE_STATUS_STATE_ALIGNED ||
           state == SERDES_PHY_LANE_STATUS_STATE_DEGRADED;
}

unsigned link_mock::lost_lanes() const {
    unsigned lost = 0;
    for (unsigned logical = 0; logical < data_lanes_; ++logical) {
        const unsigned lane = map_[1][logical];
        lost += !aligned(lane) || far->map_[0][logical] != lane;
    }
    return lost;
}

unsigned link_mock::link_state_code() const {
    if ((phy_control_ & SERDES_PHY_CONTROL_TX_ENABLE_MASK) == 0) {
        return SERDES_PHY_STATUS_LINK_STATE_RESET;
    }
    if (down_) {
        return SERDES_PHY_STATUS_LINK_STATE_DOWN;
    }
    if (carrying_) {
        return SERDES_PHY_STATUS_LINK_STATE_UP;
    }
    return deskewed_ ? SERDES_PHY_STATUS_LINK_STATE_DESKEW : SERDES_PHY_STATUS_LINK_STATE_LANES;
}

void link_mock::reset_phy() {
    phy_control_ = 0;
    deskewed_ = carrying_ = down_ = false;
    training_.assign(lanes_, false);
    framed_.assign(lanes_, false);
    failed_.assign(lanes_, false);
    switches_ = {};
    transmit_fifo_.clear();
    receive_fifo_.clear();
    for (auto& map : map_) {
        for (unsigned l = 0; l < data_lanes_; ++l) {
            map[l] = static_cast<std::uint16_t>(l);
        }
    }
}

/// One superframe: lanes without light or frames fail, others find the frames of an end that sends
/// them whole; a link that has lost more lanes than its FEC bridges (7 of 400) drops.
void link_mock::watch_lanes() {
    const bool whole = !far->carrying_;
    for (unsigned lane = 0; lane < lanes_; ++lane) {
        if (training_[lane] && (!locked(lane) || !far->transmitting())) {
            failed_[lane] = true;
            framed_[lane] = false;
        } else if (training_[lane] && !failed_[lane] && whole) {
            framed_[lane] = true;
        }
    }
    const bool wanted = (phy_control_ & SERDES_PHY_CONTROL_LINK_ENABLE_MASK) != 0;
    const unsigned lost = lost_lanes();
    if (lost > 7 * data_lanes_ / 400) {
        deskewed_ = false;
    }
    if (carrying_ && (!deskewed_ || !wanted)) {
        carrying_ = false;
        down_ = true;
    } else if (deskewed_ && wanted && !down_ && lost == 0) {
        carrying_ = true;
    }
}

std::uint32_t link_mock::map_word(const std::function<bool(unsigned)>& bit,
                                  std::uint32_t index) const {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 32 && index * 32 + i < lanes_; ++i) {
        word |= static_cast<std::uint32_t>(bit(index * 32 + i)) << i;
    }
    return word;
}

std::uint64_t link_mock::read(std::uintptr_t address, unsigned) {
    ++accesses;
    const auto offset = static_cast<std::uint32_t>(address & block_mask);
    switch (address & ~block_mask) {
        case TX_DRIVER_BASE:
            return read_driver(offset);
        case OPTICAL_CHANNEL_BASE:
            return read_cable(offset);
        case PD_ARRAY_BASE:
            return read_array(offset);
        case RX_DSP_BASE:
            return read_dsp(offset);
        case SERDES_PHY_BASE:
            return read_phy(offset);
        default:
            return 0;
    }
}

std::uint32_t link_mock::read_driver(std::uint32_t offset) const {
    switch (offset) {
        case TX_DRIVER_ID_OFFSET:
            return driver_id;
        case TX_DRIVER_VERSION_OFFSET:
            return TX_DRIVER_VERSION_RESET;
        case TX_DRIVER_CAPABILITY_OFFSET:
            return lanes_;
        case TX_DRIVER_STATUS_OFFSET:
            return transmitter_ready && driver_control_ != 0 ? 1 : 0;
        default:
            return 0;
    }
}

std::uint32_t link_mock::read_cable(std::uint32_t offset) const {
    switch (offset) {
        case OPTICAL_CHANNEL_ID_OFFSET:
            return OPTICAL_CHANNEL_ID_RESET;
        case OPTICAL_CHANNEL_VERSION_OFFSET:
            return OPTICAL_CHANNEL_VERSION_RESET;
        case OPTICAL_CHANNEL_CAPABILITY_OFFSET:
            return lanes_;
        case OPTICAL_CHANNEL_STATUS_OFFSET:
            return cable_present ? 3 : 1;
        default:
            return 0;
    }
}

std::uint32_t link_mock::read_array(std::uint32_t offset) const {
    if (in_map(offset, PD_ARRAY_LOS_MAP_OFFSET(0U))) {
        return map_word([this](unsigned lane) { return !lit(lane); }, (offset - 0x100) / 4);
    }
    switch (offset) {
        case PD_ARRAY_ID_OFFSET:
            return PD_ARRAY_ID_RESET;
        case PD_ARRAY_VERSION_OFFSET:
            return PD_ARRAY_VERSION_RESET;
        case PD_ARRAY_CAPABILITY_OFFSET:
            return lanes_;
        case PD_ARRAY_STATUS_OFFSET:
            return array_control_;
        case PD_ARRAY_LANE_POWER_OFFSET:
            return array_lane_ < lanes_ ? power_10nw(array_lane_) : 0;
        default:
            return 0;
    }
}

std::uint32_t link_mock::read_dsp(std::uint32_t offset) const {
    const auto is_locked = [this](unsigned lane) { return locked(lane); };
    if (in_map(offset, RX_DSP_CDR_LOCK_MAP_OFFSET(0U))) {
        return map_word(is_locked, (offset - RX_DSP_CDR_LOCK_MAP_OFFSET(0U)) / 4);
    }
    if (in_map(offset, RX_DSP_ADAPT_DONE_MAP_OFFSET(0U))) {
        return map_word(is_locked, (offset - RX_DSP_ADAPT_DONE_MAP_OFFSET(0U)) / 4);
    }
    switch (offset) {
        case RX_DSP_ID_OFFSET:
            return RX_DSP_ID_RESET;
        case RX_DSP_VERSION_OFFSET:
            return RX_DSP_VERSION_RESET;
        case RX_DSP_CAPABILITY_OFFSET:
            return lanes_ | 3U << RX_DSP_CAPABILITY_TAPS_LSB;
        case RX_DSP_STATUS_OFFSET:
            return dsp_control_;
        case RX_DSP_LANE_FOM_OFFSET:
            return dsp_lane_ < lanes_ && lit(dsp_lane_) ? incoming[dsp_lane_].q_100 : 0;
        default:
            return 0;
    }
}

std::uint32_t link_mock::read_phy(std::uint32_t offset) {
    const auto in_state = [this](unsigned a, unsigned b) {
        return
            [this, a, b](unsigned lane) { return lane_state(lane) == a || lane_state(lane) == b; };
    };
    const unsigned aligned = SERDES_PHY_LANE_STATUS_STATE_ALIGNED;
    const unsigned degraded = SERDES_PHY_LANE_STATUS_STATE_DEGRADED;
    const unsigned failed = SERDES_PHY_LANE_STATUS_STATE_FAILED;
    if (in_map(offset, SERDES_PHY_ALIGNED_MAP_OFFSET(0U))) {
        return map_word(in_state(aligned, degraded),
                        (offset - SERDES_PHY_ALIGNED_MAP_OFFSET(0U)) / 4);
    }
    if (in_map(offset, SERDES_PHY_FAILED_MAP_OFFSET(0U))) {
        return map_word(in_state(failed, failed), (offset - SERDES_PHY_FAILED_MAP_OFFSET(0U)) / 4);
    }
    if (in_map(offset, SERDES_PHY_DEGRADED_MAP_OFFSET(0U))) {
        return map_word(in_state(degraded, degraded),
                        (offset - SERDES_PHY_DEGRADED_MAP_OFFSET(0U)) / 4);
    }
    switch (offset) {
        case SERDES_PHY_ID_OFFSET:
            return SERDES_PHY_ID_RESET;
        case SERDES_PHY_VERSION_OFFSET:
            return SERDES_PHY_VERSION_RESET;
        case SERDES_PHY_CAPABILITY_OFFSET:
            return lanes_ | data_lanes_ << SERDES_PHY_CAPABILITY_DATA_LANES_LSB;
        case SERDES_PHY_STATUS_OFFSET: {
            return (phy_control_ & 1U) | (deskewed_ ? SERDES_PHY_STATUS_DESKEW_DONE_MASK : 0) |
                   (lost_lanes() == 0 ? SERDES_PHY_STATUS_RX_ALIGNED_MASK : 0) |
                   (host_ready ? SERDES_PHY_STATUS_HOST_READY_MASK : 0) |
                   link_state_code() << SERDES_PHY_STATUS_LINK_STATE_LSB;
        }
        case SERDES_PHY_LANE_STATUS_OFFSET: {
            if (phy_lane_ >= lanes_) {
                return 0;
            }
            const auto& sent = far->map_[0];
            const auto found = std::find(sent.begin(), sent.end(), phy_lane_);
            unsigned name =
                found == sent.end() ? spare_name : static_cast<unsigned>(found - sent.begin());
            for (const auto& copy : far->switches_[0]) {
                name = copy.physical == phy_lane_ ? copy.logical : name;
            }
            return lane_state(phy_lane_) | name << SERDES_PHY_LANE_STATUS_NAME_LSB |
                   SERDES_PHY_LANE_STATUS_NAME_VALID_MASK;
        }
        case SERDES_PHY_MAP_TX_OFFSET:
            return map_select_ < data_lanes_ ? map_[0][map_select_] : 0;
        case SERDES_PHY_MAP_RX_OFFSET:
            return map_select_ < data_lanes_ ? map_[1][map_select_] : 0;
        case SERDES_PHY_MGMT_RX_OFFSET:
            return receive_fifo_.empty() ? 0 : receive_fifo_.front();
        case SERDES_PHY_MGMT_STATUS_OFFSET:
            return static_cast<std::uint32_t>(receive_fifo_.size() |
                                              transmit_fifo_.size()
                                                  << SERDES_PHY_MGMT_STATUS_TX_LEVEL_LSB);
        case SERDES_PHY_SUPERFRAME_OFFSET:
            return superframe_;
        case SERDES_PHY_RX_SUPERFRAME_OFFSET:
            return far->superframe_;
        case SERDES_PHY_SWITCH_STATUS_OFFSET:
            return (switches_[0].empty() ? 0U : 1U) | (switches_[1].empty() ? 0U : 2U);
        default:
            return 0;
    }
}

void link_mock::write(std::uintptr_t address, unsigned, std::uint64_t wide) {
    ++accesses;
    const auto offset = static_cast<std::uint32_t>(address & block_mask);
    const auto value = static_cast<std::uint32_t>(wide);
    switch (address & ~block_mask) {
        case TX_DRIVER_BASE:
            write_driver(offset, value);
            break;
        case PD_ARRAY_BASE:
            if (offset == PD_ARRAY_CONTROL_OFFSET) {
                array_control_ = value;
            } else if (offset == PD_ARRAY_LANE_SELECT_OFFSET) {
                array_lane_ = value;
            }
            break;
        case RX_DSP_BASE:
            write_dsp(offset, value);
            break;
        case SERDES_PHY_BASE:
            write_phy(offset, value);
            break;
        default:
            break;
    }
}

void link_mock::write_driver(std::uint32_t offset, std::uint32_t value) {
    if (offset == TX_DRIVER_CONTROL_OFFSET) {
        driver_control_ = value;
    } else if (offset == TX_DRIVER_LANE_SELECT_OFFSET) {
        driver_lane_ = value;
    } else if (offset == TX_DRIVER_LANE_CONTROL_OFFSET) {
        for_selected(driver_lane_, lanes_, [&](unsigned l) { emitting_[l] = value != 0; });
    } else if (offset == TX_DRIVER_LANE_CURRENT_OFFSET) {
        for_selected(driver_lane_, lanes_, [&](unsigned l) {
            current_ua_[l] = static_cast<std::uint16_t>(value & 0x3FF);
            bias_ua_[l] = static_cast<std::uint16_t>(value >> 16 & 0x3FF);
        });
    } else if (offset == TX_DRIVER_LANE_FFE_OFFSET) {
        for_selected(driver_lane_, lanes_, [&](unsigned l) { post_tap_64_[l] = value; });
    }
}

void link_mock::write_dsp(std::uint32_t offset, std::uint32_t value) {
    if (offset == RX_DSP_CONTROL_OFFSET) {
        dsp_control_ = value;
    } else if (offset == RX_DSP_LANE_SELECT_OFFSET) {
        dsp_lane_ = value;
    } else if (offset == RX_DSP_LANE_CONTROL_OFFSET) {
        for_selected(dsp_lane_, lanes_, [&](unsigned l) { sampling_[l] = (value & 1U) != 0; });
    } else if (offset == RX_DSP_LANE_TAPS_OFFSET) {
        const auto post = static_cast<std::int8_t>((value & RX_DSP_LANE_TAPS_POST_MASK) >>
                                                   RX_DSP_LANE_TAPS_POST_LSB);
        for_selected(dsp_lane_, lanes_, [&](unsigned l) { equaliser_post_[l] = post; });
    }
}

void link_mock::arm(unsigned direction) {
    const auto logical = static_cast<std::uint16_t>(switch_lane_ & 0x3FF);
    const auto physical = static_cast<std::uint16_t>(switch_lane_ >> 16 & 0x3FF);
    const auto& map = map_[direction];
    auto& pending = switches_[direction];
    const bool in_use = std::find(map.begin(), map.end(), physical) != map.end() ||
                        std::any_of(pending.begin(), pending.end(), [&](const auto& each) {
                            return each.physical == physical && each.logical != logical;
                        });
    const std::uint32_t count = direction == 0 ? superframe_ : far->superframe_;
    const auto ahead = static_cast<std::int32_t>(switch_at_ - count);
    if (logical < data_lanes_ && physical < lanes_ && !in_use && ahead > 0 && ahead <= 511) {
        std::erase_if(pending, [&](const auto& each) { return each.logical == logical; });
        pending.push_back({logical, physical, switch_at_});
        most_pending = std::max(most_pending, switches_[1].size());
    }
}

void link_mock::write_phy(std::uint32_t offset, std::uint32_t value) {
    switch (offset) {
        case SERDES_PHY_CONTROL_OFFSET:
            phy_control_ = value & ~SERDES_PHY_CONTROL_DESKEW_MASK;
            if ((value & SERDES_PHY_CONTROL_DESKEW_MASK) != 0 && lost_lanes() == 0) {
                deskewed_ = true;
                down_ = false;
            }
            watch_lanes();
            break;
        case SERDES_PHY_LANE_SELECT_OFFSET:
            phy_lane_ = value;
            break;
        case SERDES_PHY_LANE_CONTROL_OFFSET:
            for_selected(phy_lane_, lanes_, [&](unsigned l) {
                training_[l] = value != 0;
                failed_[l] = framed_[l] = false;
            });
            break;
        case SERDES_PHY_MAP_SELECT_OFFSET:
            map_select_ = value;
            break;
        case SERDES_PHY_MAP_TX_OFFSET:
        case SERDES_PHY_MAP_RX_OFFSET:
            if (map_select_ < data_lanes_) {
                map_[offset == SERDES_PHY_MAP_RX_OFFSET][map_select_] =
                    static_cast<std::uint16_t>(value);
            }
            break;
        case SERDES_PHY_MGMT_TX_OFFSET:
            transmit_fifo_.push_back(value);
            break;
        case SERDES_PHY_MGMT_POP_OFFSET:
            receive_fifo_.pop_front();
            break;
        case SERDES_PHY_SWITCH_LANE_OFFSET:
            switch_lane_ = value;
            break;
        case SERDES_PHY_SWITCH_AT_OFFSET:
            switch_at_ = value;
            break;
        case SERDES_PHY_SWITCH_CONTROL_OFFSET:
            if ((value & SERDES_PHY_SWITCH_CONTROL_CANCEL_MASK) != 0) {
                switches_ = {};
                break;
            }
            arm((value & SERDES_PHY_SWITCH_CONTROL_ARM_TX_MASK) != 0 ? 0 : 1);
            break;
        default:
            break;
    }
}

void link_mock::tick(std::uint32_t count) {
    while (superframe_ != count) {
        ++superframe_;
        if (!transmit_fifo_.empty() && transmitting()) {
            const std::uint32_t word = transmit_fifo_.front();
            transmit_fifo_.pop_front();
            sent_words.push_back(word);
            if (far->hears() && !loses(word) && far->receive_fifo_.size() < 64) {
                far->receive_fifo_.push_back(word);
            }
        }
        watch_lanes();
        for (unsigned direction = 0; direction < 2; ++direction) {
            if (direction == 1 && ignore_switches) {
                switches_[1].clear();
            }
            std::erase_if(switches_[direction], [&](const pending_switch& each) {
                const bool due = static_cast<std::int32_t>(superframe_ - each.at) >= 0;
                if (due) {
                    map_[direction][each.logical] = each.physical;
                }
                return due;
            });
        }
    }
}

link_pair::link_pair(unsigned lanes, unsigned data_lanes, unsigned target_10nw)
    : board{link_mock(lanes, data_lanes), link_mock(lanes, data_lanes)} {
    now_ticks = 0;
    console = &lines;
    link_config config = {};
    config.lanes = static_cast<std::uint16_t>(lanes);
    config.data_lanes = static_cast<std::uint16_t>(data_lanes);
    config.target_power_10nw = static_cast<std::uint16_t>(target_10nw);
    config.drive = drive_default;
    config.now = mock_now;
    config.line = mock_line;
    for (unsigned i = 0; i < 2; ++i) {
        board[i].far = &board[1 - i];
        link_manager_init(&manager[i], &config);
    }
}

bool link_pair::run_until(const std::function<bool()>& done, std::uint64_t limit_us) {
    const std::uint64_t end = now_ticks + limit_us * 10;
    while (now_ticks < end && !done()) {
        std::uint64_t wake = now_ticks + ticks_per_superframe;
        for (unsigned i = 0; i < 2; ++i) {
            if (powered[i]) {
                mock_bus::select(&board[i]);
                wake = std::min(wake, link_manager_step(&manager[i]));
            }
        }
        now_ticks = std::max(wake, now_ticks + 1);
        for (auto& side : board) {
            side.tick(static_cast<std::uint32_t>(now_ticks / ticks_per_superframe));
        }
    }
    return done();
}

std::uint64_t link_pair::now_us() const { return now_ticks / 10; }
