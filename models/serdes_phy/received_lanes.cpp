#include "models/serdes_phy/received_lanes.h"

#include <algorithm>

namespace luxlane::wide_link {

void received_lanes::look_up(const block_shape& shape, const lane_map& map,
                             const line_receiver& lanes) {
    first_superframe_ = shape.first_superframe();
    tables_.resize(shape.superframes());
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        map.table_at(lanes.far_count(first_superframe_ + i), tables_[i]);
    }
}

void received_lanes::count_symbols(const coding::striping& striping, std::uint64_t begin,
                                   std::uint64_t end, fec_counters& counters) const {
    const std::uint64_t lanes = striping.lanes();
    const auto count = [&](std::uint16_t physical, std::uint64_t symbols) {
        if (physical != lane_map::none) {
            counters.lane_symbols[physical] += symbols;
        }
    };
    // The lanes of neighbouring symbols of a row are neighbours in aligned mode.
    const auto count_part = [&](std::uint64_t from, std::uint64_t to) {
        const auto table = at(striping.row_of(from));
        const bool aligned = striping.mode() == coding::gearbox_mode::aligned;
        std::size_t lane = striping.place_of({from, 0}).lane;
        for (std::uint64_t i = from; i < to; ++i) {
            count(table[aligned ? lane : striping.place_of({i, 0}).lane], 1);
            lane = lane + 1 == lanes ? 0 : lane + 1;
        }
    };
    const std::uint64_t whole_begin = (begin + lanes - 1) / lanes;
    const std::uint64_t whole_end = end / lanes;
    if (whole_begin > whole_end) {
        count_part(begin, end);
        return;
    }
    count_part(begin, whole_begin * lanes);
    count_part(whole_end * lanes, end);
    constexpr std::uint64_t rows = coding::lane_frame::rows_per_superframe;
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        const std::uint64_t first = std::max(whole_begin, (first_superframe_ + i) * rows);
        const std::uint64_t last = std::min(whole_end, (first_superframe_ + i + 1) * rows);
        if (last > first) {
            for (const std::uint16_t physical : tables_[i]) {
                count(physical, last - first);
            }
        }
    }
}

}  // namespace luxlane::wide_link
