#include "models/serdes_phy/line_reader.h"

#include <algorithm>

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

line_reader::line_reader(const line_geometry& geometry)
    : geometry_(geometry),
      striping_(geometry.data_lanes, geometry.format.gearbox),
      scrambler_(geometry.data_lanes),
      read_(geometry.physical_lanes) {}

std::optional<bit_run> line_reader::line_of(const line_view& block, const line_receiver& lanes,
                                            std::uint32_t physical, const row_stretch& rows) {
    const auto displacement = lanes.displacement_ui(physical);
    if (!block.carried[physical] || !displacement) {
        return std::nullopt;
    }
    if (*displacement == 0) {
        return bit_run{block.lane(physical), rows.place};
    }
    // The lane's skew moved after it was found: what is read now are neighbouring bits.
    constexpr std::size_t known = 64;
    const std::size_t total = block.bits_per_lane + 2 * known;
    displaced_.assign(coding::words_for_bits(total), 0);
    displaced_[0] = block.before[physical];
    coding::copy_bits(block.lane(physical), 0, displaced_, known, block.bits_per_lane);
    coding::write_bits(displaced_, known + block.bits_per_lane, known, block.after[physical]);
    const std::int64_t place =
        static_cast<std::int64_t>(known + rows.place) - std::int64_t{*displacement};
    if (place < 0 ||
        place + static_cast<std::int64_t>(rows.bits()) > static_cast<std::int64_t>(total)) {
        return std::nullopt;
    }
    return bit_run{displaced_, static_cast<std::size_t>(place)};
}

void line_reader::add_parity(const line_view& block, std::uint32_t physical,
                             const row_stretch& rows, std::uint8_t parity,
                             const received_lanes& tables, line_receiver& lanes) const {
    lanes.add_parity(rows.superframe(), physical, parity);
    // What the sender's parity leaves out must be left out here: once a superframe of the block.
    const bool first = rows.place == 0 || rows.phase() == 0;
    if (first && !block.sent_parity.empty()) {
        const std::size_t index = rows.superframe() - tables.first_superframe();
        lanes.add_parity(rows.superframe(), physical,
                         block.sent_parity[index * geometry_.physical_lanes + physical]);
    }
}

void line_reader::take(const line_view& block, const received_lanes& tables, line_receiver& lanes,
                       const row_stretch& rows, std::uint64_t first_row) {
    const std::size_t target = (rows.begin - first_row) * frame::row_bits;
    std::fill(read_.begin(), read_.end(), std::uint8_t{0});
    const auto physical_of = tables.at(rows.begin);
    for (std::uint32_t logical = 0; logical < geometry_.data_lanes; ++logical) {
        const std::uint16_t physical = physical_of[logical];
        const auto bits = std::span(logical_bits_).subspan(logical * words_, words_);
        const bit_run key{scrambler_.stream(logical), rows.phase()};
        const auto line =
            physical == lane_map::none ? std::nullopt : line_of(block, lanes, physical, rows);
        if (!line) {
            coding::copy_bits(key.words, key.position, bits, target, rows.bits());
            continue;
        }
        add_parity(block, physical, rows,
                   copy_scrambled<line_side::source>(*line, key, bits, target, rows.bits()), tables,
                   lanes);
        read_[physical] = 1;
    }
    for (std::uint32_t physical = 0; physical < geometry_.physical_lanes; ++physical) {
        if (block.carried[physical] && !read_[physical]) {
            // A copy that the map does not use: only its parity is of interest.
            if (const auto line = line_of(block, lanes, physical, rows)) {
                add_parity(block, physical, rows, parity_of(*line, rows.phase(), rows.bits()),
                           tables, lanes);
            }
        }
    }
}

std::span<std::uint16_t> line_reader::read(const line_view& block, const received_lanes& tables,
                                           line_receiver& lanes) {
    const block_shape shape(geometry_, block.first_group, block.groups);
    words_ = coding::words_for_bits(shape.rows() * frame::row_bits);
    logical_bits_.resize(geometry_.data_lanes * words_);
    shape.each_stretch(
        [&](const row_stretch& rows) { take(block, tables, lanes, rows, shape.first_row); });
    symbols_.resize(shape.rows() * geometry_.data_lanes);
    striping_.gather(logical_bits_, words_, shape.first_row, symbols_);
    return symbols_;
}

}  // namespace luxlane::wide_link
