#include "models/serdes_phy/line_transmitter.h"

#include <algorithm>
#include <utility>

#include "models/coding/management_word.h"
#include "models/serdes_phy/management_channel.h"

namespace luxlane::wide_link {

namespace frame = coding::lane_frame;

line_transmitter::line_transmitter(const line_geometry& geometry)
    : tables_(std::make_shared<const line_tables>(geometry)),
      encoder_(tables_),
      parity_(geometry.physical_lanes),
      payload_(frame::payload_storage) {}

std::uint32_t line_transmitter::lane_id(std::uint32_t physical) const {
    return names_[physical] == lane_map::none ? frame::spare_lane_id : names_[physical];
}

void line_transmitter::clear(line_block& out) const {
    const std::uint32_t lanes = tables_->geometry().physical_lanes;
    out.stride = static_cast<std::uint32_t>(coding::words_for_bits(out.bits_per_lane));
    out.bits.assign(std::size_t{lanes} * out.stride, 0);
    out.before.assign(lanes, 0);
    out.after.assign(lanes, 0);
    out.deferred.reset();
}

void line_transmitter::build_superframe(block_kind kind, const lane_map& map,
                                        std::uint64_t superframe, std::uint32_t word,
                                        line_block& out, pattern_test* patterns) {
    const auto& geometry = tables_->geometry();
    const bool whole = kind == block_kind::training;
    out.kind = kind;
    out.first_bit = superframe * frame::superframe_bits;
    out.bits_per_lane = static_cast<std::uint32_t>(
        whole ? frame::superframe_bits : frame::frames_per_superframe * frame::word_bits);
    out.first_group = 0;
    out.groups = 0;
    clear(out);
    map.names_at(superframe, names_);
    out.carried.assign(geometry.physical_lanes, 1);
    const management_format format{geometry.data_lanes};
    const std::size_t step = whole ? frame::frame_bits : frame::word_bits;
    const std::size_t last_word = (frame::frames_per_superframe - 1) * frame::frame_bits;
    const std::uint64_t end_bit =
        out.first_bit + last_word + (whole ? frame::frame_bits : frame::word_bits);
    for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
        const auto line = std::span(out.bits).subspan(std::size_t{lane} * out.stride, out.stride);
        const bool tested = whole && patterns != nullptr && patterns->generating(lane);
        const std::uint32_t id = tested ? frame::spare_lane_id : lane_id(lane);
        if (tested) {
            patterns->fill(lane, payload_);
            frame::build_superframe({}, payload_, line);
        } else if (whole) {
            const auto idle = tables_->idle_line(id);
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
            parity_.add(superframe, lane,
                        tested ? frame::bip8(payload_) : tables_->idle_parity(id));
        }
        out.before[lane] = tables_->idle_bits(id, out.first_bit + frame::superframe_bits - 64);
        out.after[lane] = tables_->idle_bits(id, end_bit);
    }
}

void line_transmitter::build_payload(const lane_map& map, std::uint64_t first_group,
                                     std::vector<slot_run> slots,
                                     std::vector<std::uint64_t> host_errors, bool deferred,
                                     line_block& out) {
    const auto& geometry = tables_->geometry();
    const std::uint32_t count = slots_of(slots);
    const std::uint32_t step = geometry.format.slots();
    payload_plan plan{
        first_group, (count + step - 1) / step, std::move(slots), {}, std::move(host_errors)};
    if (const std::uint32_t rest = plan.groups * step - count; rest > 0) {
        plan.slots.push_back({{}, 0, false, rest, 0});
    }
    const block_shape shape(geometry, first_group, plan.groups);
    out.kind = block_kind::payload;
    out.first_group = first_group;
    out.groups = plan.groups;
    out.first_bit = shape.first_bit;
    out.bits_per_lane = shape.bits();

    out.carried.assign(geometry.physical_lanes, 0);
    plan.names.resize(shape.superframes());
    for (std::size_t i = 0; i < plan.names.size(); ++i) {
        map.names_at(shape.first_superframe() + i, plan.names[i]);
        for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
            if (plan.names[i][lane] != lane_map::none) {
                out.carried[lane] = 1;
            }
        }
    }
    if (deferred) {
        out.stride = static_cast<std::uint32_t>(coding::words_for_bits(out.bits_per_lane));
        out.bits.clear();
        out.before.clear();
        out.after.clear();
        out.deferred = std::make_shared<const deferred_block>(tables_, std::move(plan));
        return;
    }
    clear(out);
    encoder_.encode(plan, {out.stride, out.bits, out.before, out.after}, block_parity_);
    for (std::size_t i = 0; i < plan.names.size(); ++i) {
        for (std::uint32_t lane = 0; lane < geometry.physical_lanes; ++lane) {
            parity_.add(shape.first_superframe() + i, lane,
                        block_parity_[i * geometry.physical_lanes + lane]);
        }
    }
}

}  // namespace luxlane::wide_link
