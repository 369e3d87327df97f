#include "models/serdes_phy/payload_receiver.h"

#include <algorithm>

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

payload_receiver::payload_receiver(const line_geometry& geometry)
    : geometry_(geometry),
      striping_(geometry.data_lanes),
      scrambler_(geometry.data_lanes),
      read_(geometry.physical_lanes) {}

std::size_t payload_receiver::superframe_index(std::uint64_t row) const {
    return row / frame::rows_per_superframe - first_row_ / frame::rows_per_superframe;
}

std::optional<bit_run> payload_receiver::line_of(const line_view& block, const line_receiver& lanes,
                                                 std::uint32_t physical, const stretch& rows) {
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
    const auto count = static_cast<std::int64_t>((rows.end - rows.begin) * frame::row_bits);
    if (place < 0 || place + count > static_cast<std::int64_t>(total)) {
        return std::nullopt;
    }
    return bit_run{displaced_, static_cast<std::size_t>(place)};
}

void payload_receiver::take_stretch(const line_view& block, line_receiver& lanes,
                                    const stretch& rows) {
    const std::uint64_t superframe = rows.begin / frame::rows_per_superframe;
    const std::size_t phase = rows.begin % frame::rows_per_superframe * frame::row_bits;
    const std::size_t count = (rows.end - rows.begin) * frame::row_bits;
    const std::size_t target = (rows.begin - first_row_) * frame::row_bits;
    std::fill(read_.begin(), read_.end(), std::uint8_t{0});
    const auto& physical_of = tables_[superframe_index(rows.begin)];
    for (std::uint32_t logical = 0; logical < geometry_.data_lanes; ++logical) {
        const std::uint16_t physical = physical_of[logical];
        const auto bits = std::span(logical_bits_).subspan(logical * words_, words_);
        const bit_run key{scrambler_.stream(logical), phase};
        const auto line =
            physical == lane_map::none ? std::nullopt : line_of(block, lanes, physical, rows);
        if (!line) {
            coding::copy_bits(key.words, key.position, bits, target, count);
            continue;
        }
        lanes.add_parity(superframe, physical,
                         copy_scrambled<line_side::source>(*line, key, bits, target, count));
        read_[physical] = 1;
    }
    for (std::uint32_t physical = 0; physical < geometry_.physical_lanes; ++physical) {
        if (block.carried[physical] && !read_[physical]) {
            // A copy that the map does not use: only its parity is of interest.
            if (const auto line = line_of(block, lanes, physical, rows)) {
                lanes.add_parity(superframe, physical, parity_of(*line, phase, count));
            }
        }
    }
}

void payload_receiver::count_symbols(const line_view& block, fec_counters& counters) {
    const std::uint64_t begin = block.first_pair * symbols_per_pair;
    const std::uint64_t end = begin + std::uint64_t{block.pairs} * symbols_per_pair;
    const std::uint64_t lanes = geometry_.data_lanes;
    const auto count = [&](std::uint16_t physical, std::uint64_t symbols) {
        if (physical != lane_map::none) {
            counters.lane_symbols[physical] += symbols;
        }
    };
    whole_rows_.assign(tables_.size(), 0);
    for (std::uint64_t row = first_row_; row * lanes < end; ++row) {
        const std::uint64_t from = std::max(begin, row * lanes);
        const std::uint64_t to = std::min(end, (row + 1) * lanes);
        if (to - from == lanes) {
            ++whole_rows_[superframe_index(row)];
            continue;
        }
        for (std::uint64_t i = from; i < to; ++i) {
            count(tables_[superframe_index(row)][striping_.lane_of(i)], 1);
        }
    }
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        for (const std::uint16_t physical : tables_[i]) {
            count(physical, whole_rows_[i]);
        }
    }
}

void payload_receiver::decode(std::uint64_t pair, fec_counters& counters) {
    const std::uint64_t first = pair * symbols_per_pair;
    const std::size_t offset = first - first_row_ * geometry_.data_lanes;
    decode_pair(std::span(symbols_).subspan(offset, symbols_per_pair), outcome_);
    for (const auto& word : outcome_.codewords) {
        ++counters.codewords;
        if (word.status == coding::decode_status::uncorrectable) {
            ++counters.uncorrectable_codewords;
            continue;
        }
        ++counters.histogram[word.symbols];
        if (word.symbols == 0) {
            continue;
        }
        ++counters.corrected_codewords;
        counters.corrected_symbols += word.symbols;
        counters.corrected_bits += word.bits;
        for (std::uint32_t e = 0; e < word.symbols; ++e) {
            const std::uint64_t index = first + word.places[e];
            const auto physical =
                tables_[superframe_index(striping_.row_of(index))][striping_.lane_of(index)];
            if (physical != lane_map::none) {
                ++counters.lane_symbol_errors[physical];
                ++counters.window_errors[physical];
            }
        }
    }
    for (const auto status : outcome_.slots.status) {
        counters.flits += status == coding::slot_status::good ? 1u : 0u;
        counters.flits_lost += status == coding::slot_status::bad ? 1u : 0u;
    }
}

void payload_receiver::receive(
    const line_view& block, line_receiver& lanes, const lane_map& map, fec_counters& counters,
    const std::function<void(std::uint64_t, const pair_outcome&)>& each_pair) {
    first_row_ = geometry_.first_row(block.first_pair);
    const std::uint64_t end_row = geometry_.last_row(block.first_pair + block.pairs - 1) + 1;
    const std::uint64_t first_superframe = first_row_ / frame::rows_per_superframe;
    const std::uint64_t last_superframe = (end_row - 1) / frame::rows_per_superframe;
    tables_.resize(last_superframe - first_superframe + 1);
    for (std::size_t i = 0; i < tables_.size(); ++i) {
        map.table_at(lanes.far_count(first_superframe + i), tables_[i]);
    }
    words_ = coding::words_for_bits((end_row - first_row_) * frame::row_bits);
    logical_bits_.resize(geometry_.data_lanes * words_);
    for (std::uint64_t row = first_row_; row < end_row;) {
        const std::uint64_t frame_end = (row / frame::rows_per_frame + 1) * frame::rows_per_frame;
        const std::uint64_t stop = std::min(end_row, frame_end);
        take_stretch(block, lanes, {row, stop, frame::line_bit_of_row(row) - block.first_bit});
        row = stop;
    }
    symbols_.resize((end_row - first_row_) * geometry_.data_lanes);
    striping_.gather(logical_bits_, words_, first_row_, symbols_);
    count_symbols(block, counters);
    for (std::uint32_t i = 0; i < block.pairs; ++i) {
        decode(block.first_pair + i, counters);
        each_pair(block.first_pair + i, outcome_);
    }
}

}  // namespace luxlane::wide_link
