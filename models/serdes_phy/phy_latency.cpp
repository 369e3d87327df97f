#include "models/serdes_phy/phy_latency.h"

namespace luxlane::wide_link {

double encode_latency_s(const serdes_phy_settings& settings) {
    return settings.fec == coding::fec_kind::none ? 0.0 : settings.fec_encode_s;
}

double decode_latency_s(const serdes_phy_settings& settings) {
    const auto checks = static_cast<double>(coding::parity_symbols_of(settings.fec));
    const auto kp4 = static_cast<double>(coding::parity_symbols_of(coding::fec_kind::kp4));
    return settings.fec_decode_s * checks / kp4;
}

std::vector<latency_stage> transmit_stages(const serdes_phy_settings& settings,
                                           double host_lanes_s) {
    return {{"host_lanes_transmit", host_lanes_s},
            {"host_interface_transmit", settings.host_interface_s},
            {"fec_encode", encode_latency_s(settings)},
            {"gearbox_transmit", settings.gearbox_s},
            {"line_crossing_transmit", settings.line_crossing_s}};
}

latency_stage block_stage(const line_geometry& geometry) {
    const auto bits = geometry.end_bit(0) - geometry.first_bit(0);
    return {"codeword_group", static_cast<double>(bits) * geometry.unit_interval_s()};
}

std::vector<latency_stage> receive_stages(const serdes_phy_settings& settings, double host_lanes_s,
                                          double deskew_s) {
    return {{"line_crossing_receive", settings.line_crossing_s},
            {"gearbox_receive", settings.gearbox_s},
            {"deskew", deskew_s},
            {"fec_decode", decode_latency_s(settings)},
            {"host_interface_receive", settings.host_interface_s},
            {"host_lanes_receive", host_lanes_s}};
}

double sum_of(const std::vector<latency_stage>& stages) {
    double sum_s = 0.0;
    for (const auto& stage : stages) {
        sum_s += stage.seconds;
    }
    return sum_s;
}

}  // namespace luxlane::wide_link
