#include "models/serdes_phy/line_tables.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

line_tables::line_tables(const line_geometry& geometry)
    : geometry_(geometry),
      striping_(geometry.data_lanes, geometry.format.gearbox),
      scrambler_(geometry.data_lanes),
      idle_lines_((geometry.data_lanes + 1) * frame::superframe_storage),
      idle_parity_(geometry.data_lanes + 1) {
    for (std::uint32_t i = 0; i <= geometry.data_lanes; ++i) {
        const std::uint32_t id = i < geometry.data_lanes ? i : frame::spare_lane_id;
        const auto key = scrambler_.stream(id);
        frame::build_superframe(
            {id, 0, 0, 0}, key,
            std::span(idle_lines_)
                .subspan(i * frame::superframe_storage, frame::superframe_storage));
        idle_parity_[i] = frame::bip8(key);
    }
}

std::span<const std::uint64_t> line_tables::idle_line(std::uint32_t lane_id) const {
    return std::span(idle_lines_)
        .subspan(place(lane_id) * frame::superframe_storage, frame::superframe_storage);
}

std::uint64_t line_tables::idle_bits(std::uint32_t lane_id, std::uint64_t position) const {
    const auto line = idle_line(lane_id);
    const std::size_t word = position / 64 % frame::superframe_storage;
    const unsigned shift = position % 64;
    const std::uint64_t low = line[word] >> shift;
    return shift == 0 ? low : low | line[(word + 1) % frame::superframe_storage] << (64 - shift);
}

}  // namespace luxlane::wide_link
