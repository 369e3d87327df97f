#include "models/serdes_phy/block_encoder.h"

#include <utility>

#include "models/serdes_phy/scrambled_copy.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

block_encoder::block_encoder(std::shared_ptr<const line_tables> tables)
    : tables_(std::move(tables)),
      codec_(tables_->geometry().format),
      stream_(codec_.stream_words()) {}

void block_encoder::encode_groups(const payload_plan& plan, const block_shape& shape) {
    const auto& geometry = tables_->geometry();
    const std::size_t group_symbols = geometry.format.symbols();
    const std::uint64_t first_symbol = plan.first_group * group_symbols;
    const std::uint64_t row_symbol = shape.first_row * geometry.data_lanes;
    symbols_.assign(shape.rows() * geometry.data_lanes, 0);
    slot_cursor slots(plan.slots);
    coding::scrambler scrambler(payload_codec::state_before(plan.first_group));
    for (std::uint32_t group = 0; group < plan.groups; ++group) {
        codec_.write_slots(slots, scrambler, stream_);
        codec_.encode(stream_,
                      std::span(symbols_).subspan(first_symbol - row_symbol + group * group_symbols,
                                                  group_symbols));
    }
    for (const std::uint64_t bit : plan.host_errors) {
        auto& symbol = symbols_[bit / frame::row_bits - row_symbol];
        symbol = static_cast<std::uint16_t>(symbol ^ 1u << bit % frame::row_bits);
    }
}

void block_encoder::write_overhead(const std::vector<std::uint16_t>& names,
                                   std::uint64_t frame_number, std::size_t position,
                                   const block_bits& out) const {
    const std::uint64_t superframe = frame_number / frame::frames_per_superframe;
    for (std::uint32_t lane = 0; lane < names.size(); ++lane) {
        if (names[lane] != lane_map::none) {
            const auto words = frame::overhead_words(
                {names[lane], static_cast<std::uint32_t>(superframe & frame::last_count), 0, 0});
            coding::write_bits(out.lane(lane), position, frame::word_bits,
                               words[frame_number % frame::frames_per_superframe]);
        }
    }
}

void block_encoder::encode(const payload_plan& plan, const block_bits& out,
                           std::vector<std::uint8_t>& parity) {
    const auto& geometry = tables_->geometry();
    const block_shape shape(geometry, plan.first_group, plan.groups);
    const std::size_t words = coding::words_for_bits(shape.rows() * frame::row_bits);
    encode_groups(plan, shape);
    logical_bits_.resize(geometry.data_lanes * words);
    tables_->striping().scatter(symbols_, shape.first_row, logical_bits_, words);

    parity.assign(shape.superframes() * geometry.physical_lanes, 0);
    shape.each_stretch([&](const row_stretch& rows) {
        const std::size_t index = rows.superframe() - shape.first_superframe();
        const auto& names = plan.names[index];
        const std::size_t source = (rows.begin - shape.first_row) * frame::row_bits;
        for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
            const std::size_t logical = names[lane];
            if (logical != lane_map::none) {
                auto& sum = parity[index * geometry.physical_lanes + lane];
                sum = static_cast<std::uint8_t>(
                    sum ^ copy_scrambled<line_side::target>(
                              {std::span(logical_bits_).subspan(logical * words, words), source},
                              {tables_->scrambler().stream(logical), rows.phase()}, out.lane(lane),
                              rows.place, rows.bits()));
            }
        }
        if (rows.begin != shape.first_row) {
            write_overhead(names, rows.begin / frame::rows_per_frame, rows.place - frame::word_bits,
                           out);
        }
    });
    for (const auto& names : plan.names) {
        for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
            if (names[lane] != lane_map::none) {
                out.before[lane] =
                    tables_->idle_bits(names[lane], shape.first_bit + frame::superframe_bits - 64);
                out.after[lane] = tables_->idle_bits(names[lane], shape.end_bit);
            }
        }
    }
}

}  // namespace luxlane::wide_link
