#include <algorithm>

#include "models/serdes_phy/serdes_phy.h"
#include "registers/serdes_phy.h"

namespace luxlane {

namespace regs = registers::serdes_phy;

void serdes_phy::latency_record::add(double latency_s, std::uint64_t count) {
    if (count == 0) {
        return;
    }
    minimum_s = flits == 0 ? latency_s : std::min(minimum_s, latency_s);
    sum_s += latency_s * static_cast<double>(count);
    flits += count;
}

std::optional<unsigned> serdes_phy::receive_lane(unsigned logical) const {
    const auto physical = receive_map_.physical(logical);
    if (!receiver_.carries(logical, physical)) {
        return std::nullopt;
    }
    return physical;
}

const wide_link::fec_counters& serdes_phy::counters() {
    accrue_idle(now());
    return counters_;
}

sc_core::sc_time serdes_phy::min_latency() const {
    // Overhead is composed when its last word is about to leave; a group takes at least a row.
    const double word_s =
        static_cast<double>(coding::lane_frame::row_bits) * geometry_.unit_interval_s();
    return transmit_pipeline_ + sc_core::sc_time(word_s, sc_core::SC_SEC);
}

double serdes_phy::host_lanes_s() const { return host_ == nullptr ? 0.0 : host_->latency_s(); }

double serdes_phy::deskew_s() const {
    return receiver_.read_point_ui() * geometry_.unit_interval_s();
}

double serdes_phy::receive_stages_s() const {
    return wide_link::sum_of(wide_link::receive_stages(config_, host_lanes_s(), deskew_s()));
}

std::vector<serdes_phy::latency_part> serdes_phy::latency_parts() const {
    auto parts = wide_link::transmit_stages(config_, host_lanes_s());
    parts.push_back(wide_link::block_stage(geometry_));
    for (auto& stage : wide_link::receive_stages(config_, host_lanes_s(), deskew_s())) {
        parts.push_back(std::move(stage));
    }
    return parts;
}

double serdes_phy::host_power_w() const {
    return config_.host_interface == host_reach::cpo ? config_.host_power_cpo_w
                                                     : config_.host_power_pluggable_w;
}

double serdes_phy::awake_s() const {
    const double directions = (state_.transmitting ? 0.5 : 0.0) + (state_.receiving ? 0.5 : 0.0);
    const double elapsed_s =
        now() > activity_.counted_to ? (now() - activity_.counted_to).to_seconds() : 0.0;
    return activity_.awake_s + directions * elapsed_s;
}

void serdes_phy::account_energy() {
    activity_.awake_s = awake_s();
    activity_.counted_to = std::max(activity_.counted_to, now());
}

std::vector<device::energy_part> serdes_phy::energy() const {
    // At full rate both directions together take the whole power: half of it each.
    const double flit_bits = 8.0 * double(coding::flit_bytes) * geometry_.format.slots();
    const double busy_s =
        static_cast<double>(activity_.groups) * flit_bits / (2.0 * config_.power_rate_bps);
    const double share_s =
        config_.idle_power_fraction * awake_s() + (1.0 - config_.idle_power_fraction) * busy_s;
    return {{"digital back end", config_.back_end_power_w * share_s},
            {"host interface", host_power_w() * share_s, false}};
}

void serdes_phy::add_statistics() {
    const auto count = [this](const char* name, auto value) {
        statistics_.add(name, "1", [value] { return static_cast<double>(value()); });
    };
    count("codewords", [this] { return counters().codewords; });
    count("corrected_codewords", [this] { return counters().corrected_codewords; });
    count("uncorrectable_codewords", [this] { return counters().uncorrectable_codewords; });
    count("corrected_symbols", [this] { return counters().corrected_symbols; });
    count("corrected_bits", [this] { return counters().corrected_bits; });
    count("flits_sent", [this] { return totals_.flits_sent; });
    count("flits_received", [this] { return totals_.flits_delivered; });
    count("flits_lost", [this] { return totals_.flits_lost; });
    count("flits_discarded", [this] { return flits_discarded(); });
    count("flits_resent", [this] { return exchange_.retry().transmitter.counters().resent_flits; });
    count("flits_given_up",
          [this] { return exchange_.retry().transmitter.counters().given_up_flits; });
    count("replays", [this] { return exchange_.retry().transmitter.counters().tx_replay; });
    count("groups_ignored", [this] { return totals_.groups_ignored; });
    count("worst_lane_symbol_errors", [this] {
        const auto& errors = counters().lane_symbol_errors;
        return *std::max_element(errors.begin(), errors.end());
    });
    count("aligned_lanes", [this] { return regs::status::aligned_lanes.decode(status_word()); });
    const auto seconds = [this](const char* name, auto value) {
        statistics_.add(name, "s", value);
    };
    seconds("transmit_busy_time",
            [this] { return static_cast<double>(totals_.groups_sent) * geometry_.group_s(); });
    seconds("receive_busy_time",
            [this] { return static_cast<double>(totals_.groups_received) * geometry_.group_s(); });
    seconds("fifo_wait_mean", [this] { return totals_.wait.mean_s(); });
    seconds("one_way_latency_min", [this] { return totals_.latency.minimum_s; });
    seconds("one_way_latency_mean", [this] { return totals_.latency.mean_s(); });
    for (std::size_t i = 0; i < latency_parts().size(); ++i) {
        std::string name = "latency." + latency_parts()[i].name;
        seconds(name.c_str(), [this, i] { return latency_parts()[i].seconds; });
    }
}

}  // namespace luxlane
