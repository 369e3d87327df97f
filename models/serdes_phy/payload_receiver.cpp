#include "models/serdes_phy/payload_receiver.h"

#include <algorithm>
#include <bit>

#include "models/coding/fec_interleave.h"

namespace luxlane::wide_link {
namespace {

constexpr std::uint32_t symbol_bits = coding::lane_frame::row_bits;

void count_slots(std::span<const received_run> runs, fec_counters& counters) {
    for (const auto& run : runs) {
        switch (run.kind) {
            case slot_kind::flit:
                counters.flits += run.slots;
                break;
            case slot_kind::idle:
                counters.ordered_sets += run.ordered_set != 0 ? 1u : 0u;
                break;
            case slot_kind::marked:
                counters.marked_slots += run.slots;
                break;
            case slot_kind::invalid:
                counters.invalid_slots += run.slots;
                break;
            case slot_kind::bad_crc:
                counters.crc_failures += run.slots;
                break;
        }
        counters.flits_lost += run.lost() ? run.slots : 0u;
    }
}

void deliver(slot_cursor& sent, std::uint32_t count, received_slots& slots) {
    sent.pass(count, [&](const slot_run& run, std::uint32_t first, std::uint32_t last) {
        if (run.flits.empty()) {
            slots.add_idle(last - first, first == 0 ? run.ordered_set : 0);
        } else {
            slots.add_flits(run.flits.part(first, last), run.number_of(first), run.numbered);
        }
    });
}

}  // namespace

payload_receiver::payload_receiver(const line_geometry& geometry)
    : geometry_(geometry),
      striping_(geometry.data_lanes, geometry.format.gearbox),
      codec_(geometry.format),
      reader_(geometry),
      errors_(geometry),
      reference_(geometry.format) {}

void payload_receiver::count(std::uint64_t group, const codeword_outcome& word,
                             fec_counters& counters) const {
    ++counters.codewords;
    if (word.status == coding::decode_status::uncorrectable) {
        ++counters.uncorrectable_codewords;
        return;
    }
    ++counters.histogram[word.symbols];
    if (word.symbols == 0) {
        return;
    }
    ++counters.corrected_codewords;
    counters.corrected_symbols += word.symbols;
    counters.corrected_bits += word.bits;
    const std::uint64_t first = group * geometry_.format.symbols();
    for (std::uint32_t e = 0; e < word.symbols; ++e) {
        const std::uint64_t index = first + word.places[e] / symbol_bits;
        const auto place = striping_.place_of({index, word.places[e] % symbol_bits});
        const auto physical = tables_.at(striping_.row_of(index))[place.lane];
        if (physical != lane_map::none) {
            ++counters.lane_symbol_errors[physical];
            ++counters.window_errors[physical];
        }
    }
}

void payload_receiver::decode(std::span<const std::uint16_t> symbols, std::uint64_t group,
                              coding::descrambler& descrambler, fec_counters& counters,
                              received_slots& slots) {
    std::size_t next = flits_->size();
    codec_.decode(symbols, descrambler, *flits_, outcome_);
    if (geometry_.format.fec != coding::fec_kind::none) {
        for (std::uint32_t word = 0; word < geometry_.format.codewords(); ++word) {
            count(group, outcome_.codewords[word], counters);
        }
    }
    for (std::uint32_t slot = 0; slot < geometry_.format.slots(); ++slot) {
        const auto& each = outcome_.slots[slot];
        if (each.kind == slot_kind::flit) {
            slots.add_flits({flits_, next, next + 1}, each.number, false);
            ++next;
        } else if (each.kind == slot_kind::idle) {
            slots.add_idle(1, each.ordered_set);
        } else {
            slots.add_lost(each.kind);
        }
    }
}

void payload_receiver::receive_bits(const line_view& block, line_receiver& lanes,
                                    std::span<const std::uint64_t> host_errors,
                                    fec_counters& counters, received_slots& slots) {
    const std::uint64_t group_symbols = geometry_.format.symbols();
    const std::uint64_t row_symbol = geometry_.first_row(block.first_group) * geometry_.data_lanes;
    const auto symbols = reader_.read(block, tables_, lanes);
    for (const std::uint64_t bit : host_errors) {
        auto& symbol = symbols[bit / symbol_bits - row_symbol];
        symbol = static_cast<std::uint16_t>(symbol ^ 1u << bit % symbol_bits);
    }
    coding::descrambler descrambler(payload_codec::state_before(block.first_group));
    for (std::uint32_t i = 0; i < block.groups; ++i) {
        const std::uint64_t group = block.first_group + i;
        decode(symbols.subspan(group * group_symbols - row_symbol, group_symbols), group,
               descrambler, counters, slots);
    }
}

bool payload_receiver::correct(std::span<const std::uint32_t> wrong) {
    const auto& format = geometry_.format;
    for (std::uint32_t word = 0; word < format.codewords(); ++word) {
        outcome_.codewords[word].status = coding::decode_status::clean;
        outcome_.codewords[word].symbols = 0;
        outcome_.codewords[word].bits = 0;
    }
    for (std::size_t i = 0; i < wrong.size();) {
        const std::uint32_t symbol = wrong[i] / symbol_bits;
        auto& word = outcome_.codewords[coding::codeword_place_of(symbol, format.codeword_symbols(),
                                                                  format.interleave)
                                            .codeword];
        if (word.symbols == format.correctable()) {
            return false;
        }
        word.status = coding::decode_status::corrected;
        word.places[word.symbols++] = static_cast<std::uint16_t>(wrong[i]);
        for (; i < wrong.size() && wrong[i] / symbol_bits == symbol; ++i) {
            ++word.bits;
        }
    }
    return true;
}

void payload_receiver::receive_errors(const line_view& block, std::span<const std::uint32_t> wrong,
                                      fec_counters& counters, received_slots& slots) {
    const auto& format = geometry_.format;
    const auto& plan = block.deferred->plan();
    const bool coded = format.fec != coding::fec_kind::none;
    const std::uint32_t group_bits = format.symbols() * symbol_bits;
    slot_cursor sent(plan.slots);
    reference_.begin(plan);
    std::vector<std::uint32_t> own;
    coding::descrambler descrambler;
    bool in_step = true;  // the descrambler holds what was sent
    for (std::uint32_t group = 0; group < block.groups;) {
        if (in_step && (wrong.empty() || wrong.front() / group_bits > group)) {
            const std::uint32_t next = wrong.empty() ? block.groups : wrong.front() / group_bits;
            const std::uint64_t clean = coded ? (next - group) * format.codewords() : 0;
            counters.codewords += clean;
            counters.histogram[0] += clean;
            deliver(sent, (next - group) * format.slots(), slots);
            group = next;
            continue;
        }
        own.clear();
        while (!wrong.empty() && wrong.front() / group_bits == group) {
            own.push_back(wrong.front() % group_bits);
            wrong = wrong.subspan(1);
        }
        if (in_step && correct(own)) {
            for (std::uint32_t word = 0; word < format.codewords(); ++word) {
                count(plan.first_group + group, outcome_.codewords[word], counters);
            }
            deliver(sent, format.slots(), slots);
        } else {
            const auto symbols = reference_.symbols(group, codec_);
            for (const std::uint32_t bit : own) {
                auto& symbol = symbols[bit / symbol_bits];
                symbol = static_cast<std::uint16_t>(symbol ^ 1u << bit % symbol_bits);
            }
            if (in_step) {
                descrambler = coding::descrambler(reference_.state_before());
            }
            decode(symbols, plan.first_group + group, descrambler, counters, slots);
            sent.pass(format.slots(), [](const auto&, auto, auto) {});
            in_step = descrambler.state() == reference_.state_behind();
        }
        ++group;
    }
}

line_view payload_receiver::materialise(const line_view& block) {
    auto& frame = materialised_;
    frame.lanes = geometry_.physical_lanes;
    frame.stride = block.stride;
    frame.first_bit = block.first_bit;
    frame.bits_per_lane = block.bits_per_lane;
    frame.carried.assign(block.carried.begin(), block.carried.end());
    frame.deferred = block.deferred;
    frame.errors.assign(block.errors.begin(), block.errors.end());
    frame.materialise();
    line_view view = block;
    view.deferred.reset();
    view.errors = {};
    view.bits = frame.bits;
    view.before = frame.before;
    view.after = frame.after;
    view.sent_parity = frame.sent_parity;
    return view;
}

void payload_receiver::receive(const line_view& block, line_receiver& lanes, const lane_map& map,
                               std::span<const std::uint64_t> host_errors, fec_counters& counters,
                               received_slots& slots) {
    slots.clear();
    tables_.look_up({geometry_, block.first_group, block.groups}, map, lanes);
    flits_ = std::make_shared<std::vector<coding::flit>>();
    if (!block.deferred) {
        receive_bits(block, lanes, host_errors, counters, slots);
    } else if (errors_.as_sent(block, tables_, lanes)) {
        receive_errors(block, errors_.place(block, tables_, host_errors, lanes), counters, slots);
    } else {
        receive_bits(materialise(block), lanes, host_errors, counters, slots);
    }
    const std::uint64_t first = block.first_group * geometry_.format.symbols();
    tables_.count_symbols(striping_, first,
                          first + std::uint64_t{block.groups} * geometry_.format.symbols(),
                          counters);
    count_slots(slots.runs(), counters);
}

}  // namespace luxlane::wide_link
