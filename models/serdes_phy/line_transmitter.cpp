#include "models/serdes_phy/line_transmitter.h"

#include <algorithm>

#include "models/coding/management_word.h"
#include "models/serdes_phy/management_channel.h"
#include "models/serdes_phy/payload_codec.h"
#include "models/serdes_phy/scrambled_copy.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

namespace {

constexpr std::size_t lane_ids = frame::spare_lane_id + 1;

/// 64 bits of an endlessly repeated superframe.
std::uint64_t circular_bits(std::span<const std::uint64_t> line, std::uint64_t position) {
    const std::size_t word = position / 64 % frame::superframe_storage;
    const unsigned shift = position % 64;
    const std::uint64_t low = line[word] >> shift;
    return shift == 0 ? low : low | line[(word + 1) % frame::superframe_storage] << (64 - shift);
}

}  // namespace

line_transmitter::line_transmitter(const line_geometry& geometry)
    : geometry_(geometry),
      striping_(geometry.data_lanes),
      scrambler_(lane_ids),
      idle_lines_(lane_ids * frame::superframe_storage),
      idle_parity_(lane_ids),
      idle_known_(lane_ids),
      parity_(geometry.physical_lanes) {}

std::span<const std::uint64_t> line_transmitter::idle_line(std::uint32_t lane_id) {
    const auto line = std::span(idle_lines_)
                          .subspan(lane_id * frame::superframe_storage, frame::superframe_storage);
    if (!idle_known_[lane_id]) {
        frame::build_superframe({lane_id, 0, 0, 0}, scrambler_.stream(lane_id), line);
        idle_parity_[lane_id] = frame::bip8(scrambler_.stream(lane_id));
        idle_known_[lane_id] = 1;
    }
    return line;
}

std::uint32_t line_transmitter::lane_id(std::uint32_t physical) const {
    return names_[physical] == lane_map::none ? frame::spare_lane_id : names_[physical];
}

void line_transmitter::prepare(const lane_map& map, std::uint64_t superframe, line_block& out) {
    map.names_at(superframe, names_);
    out.stride = static_cast<std::uint32_t>(coding::words_for_bits(out.bits_per_lane));
    out.bits.assign(std::size_t{geometry_.physical_lanes} * out.stride, 0);
    out.carried.assign(geometry_.physical_lanes, 0);
}

void line_transmitter::add_neighbours(std::uint64_t end_bit, line_block& out) {
    out.before.assign(geometry_.physical_lanes, 0);
    out.after.assign(geometry_.physical_lanes, 0);
    for (std::uint32_t lane = 0; lane < geometry_.physical_lanes; ++lane) {
        if (out.carried[lane]) {
            const auto line = idle_line(lane_id(lane));
            out.before[lane] = circular_bits(line, out.first_bit + frame::superframe_bits - 64);
            out.after[lane] = circular_bits(line, end_bit);
        }
    }
}

void line_transmitter::build_superframe(block_kind kind, const lane_map& map,
                                        std::uint64_t superframe, std::uint32_t word,
                                        line_block& out) {
    const bool whole = kind == block_kind::training;
    out.kind = kind;
    out.first_bit = superframe * frame::superframe_bits;
    out.bits_per_lane = static_cast<std::uint32_t>(
        whole ? frame::superframe_bits : frame::frames_per_superframe * frame::word_bits);
    out.first_pair = 0;
    out.pairs = 0;
    prepare(map, superframe, out);
    out.carried.assign(geometry_.physical_lanes, 1);
    const management_format format{geometry_.data_lanes};
    const std::size_t step = whole ? frame::frame_bits : frame::word_bits;
    for (std::uint32_t lane = 0; lane < geometry_.physical_lanes; ++lane) {
        const auto line = std::span(out.bits).subspan(std::size_t{lane} * out.stride, out.stride);
        const std::uint32_t id = lane_id(lane);
        const auto idle = idle_line(id);
        if (whole) {
            std::copy(idle.begin(), idle.end(), line.begin());
        }
        frame::overhead fields{
            id, static_cast<std::uint32_t>(superframe & frame::last_count),
            superframe > 0 ? parity_.parity(superframe - 1, lane) : std::uint8_t{0}, 0};
        if (id != frame::spare_lane_id) {
            fields.flags = coding::management_word::encode(word, format.place(id, superframe));
        }
        const auto words = frame::overhead_words(fields);
        for (std::size_t i = 0; i < words.size(); ++i) {
            coding::write_bits(line, i * step, frame::word_bits, words[i]);
        }
        if (whole) {
            parity_.add(superframe, lane, idle_parity_[id]);
        }
    }
    const std::size_t last_word = (frame::frames_per_superframe - 1) * frame::frame_bits;
    add_neighbours(out.first_bit + last_word + (whole ? frame::frame_bits : frame::word_bits), out);
}

void line_transmitter::write_overhead(std::uint64_t frame_number, std::size_t position,
                                      line_block& out) {
    const std::uint64_t superframe = frame_number / frame::frames_per_superframe;
    for (std::uint32_t lane = 0; lane < geometry_.physical_lanes; ++lane) {
        if (out.carried[lane]) {
            const auto words = frame::overhead_words(
                {lane_id(lane), static_cast<std::uint32_t>(superframe & frame::last_count), 0, 0});
            coding::write_bits(
                std::span(out.bits).subspan(std::size_t{lane} * out.stride, out.stride), position,
                frame::word_bits, words[frame_number % frame::frames_per_superframe]);
        }
    }
}

void line_transmitter::build_payload(const lane_map& map, std::uint64_t first_pair,
                                     std::span<const coding::flit* const> slots, line_block& out) {
    const std::size_t lanes = geometry_.data_lanes;
    out.kind = block_kind::payload;
    out.first_pair = first_pair;
    out.pairs = static_cast<std::uint32_t>(slots.size() / coding::slots_per_pair);
    out.first_bit = geometry_.first_bit(first_pair);
    const std::uint64_t end_bit = geometry_.end_bit(first_pair + out.pairs - 1);
    out.bits_per_lane = static_cast<std::uint32_t>(end_bit - out.first_bit);

    const std::uint64_t first_row = geometry_.first_row(first_pair);
    const std::uint64_t end_row = geometry_.last_row(first_pair + out.pairs - 1) + 1;
    const std::size_t rows = end_row - first_row;
    symbols_.assign(rows * lanes, 0);
    encode_pairs(slots,
                 std::span(symbols_).subspan(first_pair * symbols_per_pair - first_row * lanes,
                                             std::size_t{out.pairs} * symbols_per_pair));
    const std::size_t words = coding::words_for_bits(rows * frame::row_bits);
    logical_bits_.resize(lanes * words);
    striping_.scatter(symbols_, first_row, logical_bits_, words);

    prepare(map, first_row / frame::rows_per_superframe, out);
    // One stretch of rows after the other, each inside one lane frame.
    for (std::uint64_t row = first_row; row < end_row;) {
        const std::uint64_t frame_number = row / frame::rows_per_frame;
        const std::uint64_t stop = std::min(end_row, (frame_number + 1) * frame::rows_per_frame);
        const std::uint64_t superframe = row / frame::rows_per_superframe;
        const std::size_t phase = row % frame::rows_per_superframe * frame::row_bits;
        const std::size_t count = (stop - row) * frame::row_bits;
        const std::size_t source = (row - first_row) * frame::row_bits;
        const std::size_t place = frame::line_bit_of_row(row) - out.first_bit;
        map.names_at(superframe, names_);
        for (std::uint32_t lane = 0; lane < geometry_.physical_lanes; ++lane) {
            const std::size_t logical = names_[lane];
            if (logical == lane_map::none) {
                continue;
            }
            const auto line =
                std::span(out.bits).subspan(std::size_t{lane} * out.stride, out.stride);
            const bit_run source_run{std::span(logical_bits_).subspan(logical * words, words),
                                     source};
            parity_.add(superframe, lane,
                        copy_scrambled<line_side::target>(
                            source_run, {scrambler_.stream(logical), phase}, line, place, count));
            out.carried[lane] = 1;
        }
        if (row != first_row) {
            write_overhead(frame_number, place - frame::word_bits, out);
        }
        row = stop;
    }
    add_neighbours(end_bit, out);
}

}  // namespace luxlane::wide_link
