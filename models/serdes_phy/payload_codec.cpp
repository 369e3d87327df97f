#include "models/serdes_phy/payload_codec.h"

#include <algorithm>
#include <bit>

#include "models/coding/bit_io.h"
#include "models/coding/fec_interleave.h"
#include "models/coding/flit_slot.h"
#include "models/common/random.h"

namespace luxlane::wide_link {
namespace {

constexpr std::uint32_t slot_bits = coding::slot_bits;
constexpr std::uint32_t scrambler_state_purpose = 0x501;

}  // namespace

payload_codec::payload_codec(const payload_format& format)
    : format_(format),
      code_(coding::code_of(format.fec)),
      stream_words_(coding::words_for_bits(format.slot_bits())),
      rows_(std::size_t{format.interleave} * format.codeword_symbols()),
      payload_(std::size_t{format.codewords()} * format.payload_symbols()),
      stream_(stream_words_) {}

std::uint64_t payload_codec::state_before(std::uint64_t first) {
    const auto words = random_block({first, 0, scrambler_state_purpose}, 0);
    return words[0] | std::uint64_t{words[1]} << 32;
}

void payload_codec::write_slots(slot_cursor& slots, coding::scrambler& scrambler,
                                std::span<std::uint64_t> stream) const {
    std::fill(stream.begin(), stream.end(), std::uint64_t{0});
    std::size_t at = 0;
    slots.pass(format_.slots(), [&](const slot_run& run, std::uint32_t first, std::uint32_t last) {
        for (std::uint32_t i = first; i < last; ++i, at += slot_bits) {
            if (!run.flits.empty()) {
                const auto image = coding::pack_flit(run.flits.flits()[i], run.number_of(i));
                coding::write_flit_slot(image, stream, at);
            } else if (i == 0 && run.ordered_set != 0) {
                coding::write_idle_slot(run.ordered_set, stream, at);
            } else {
                coding::write_idle_slot({}, stream, at);
            }
        }
    });
    scrambler.scramble(stream, 0, format_.slot_bits());
}

void payload_codec::encode(std::span<const std::uint64_t> stream,
                           std::span<std::uint16_t> symbols) {
    if (code_ == nullptr) {
        coding::symbols_from_bits(stream, symbols);
        return;
    }
    coding::symbols_from_bits(stream, payload_);
    const std::size_t length = format_.codeword_symbols();
    const std::size_t ways = format_.interleave;
    const std::size_t payload = ways * format_.payload_symbols();
    for (std::size_t set = 0; set < format_.codewords() / ways; ++set) {
        coding::deal_symbols(std::span(payload_).subspan(set * payload, payload), ways, rows_,
                             length);
        for (std::size_t way = 0; way < ways; ++way) {
            const auto row = std::span(rows_).subspan(way * length, length);
            std::fill(row.begin() + format_.payload_symbols(),
                      row.begin() + format_.message_symbols(), std::uint16_t{0});
            code_->encode(row.first(format_.message_symbols()), row);
        }
        coding::weave_symbols(rows_, length, ways,
                              symbols.subspan(set * ways * length, ways * length));
    }
}

void payload_codec::decode_set(std::uint32_t set, std::span<const std::uint16_t> symbols,
                               group_outcome& out) {
    const std::uint32_t length = format_.codeword_symbols();
    const std::uint32_t ways = format_.interleave;
    const std::uint32_t first = set * ways * length;
    coding::deal_symbols(symbols.subspan(first, ways * length), ways, rows_, length);
    bool changed = false;
    for (std::uint32_t way = 0; way < ways; ++way) {
        const auto row = std::span(rows_).subspan(way * length, length);
        const auto result = code_->decode(row);
        auto& word = out.codewords[set * ways + way];
        word.status = result.status;
        word.symbols = static_cast<std::uint32_t>(result.errors);
        word.bits = 0;
        changed = changed || word.symbols > 0;
        for (std::uint32_t e = 0; e < word.symbols; ++e) {
            const std::uint32_t place = first + result.positions[e] * ways + way;
            const auto wrong = static_cast<unsigned>(symbols[place] ^ row[result.positions[e]]);
            word.bits += static_cast<std::uint32_t>(std::popcount(wrong));
            word.places[e] =
                static_cast<std::uint16_t>(10 * place + unsigned(std::countr_zero(wrong)));
        }
    }
    const std::uint32_t payload = ways * format_.payload_symbols();
    const auto to = std::span(payload_).subspan(std::size_t{set} * payload, payload);
    if (changed) {
        coding::weave_symbols(rows_, length, ways, to);
    } else {
        std::copy_n(symbols.begin() + first, payload, to.begin());
    }
}

void payload_codec::read_slot(std::uint32_t slot, std::vector<coding::flit>& flits,
                              slot_outcome& out) const {
    coding::flit_image image;
    const auto found = coding::read_slot(stream_, std::size_t{slot} * slot_bits, image);
    out.ordered_set = 0;
    switch (found.content) {
        case coding::slot_content::flit:
            flits.emplace_back();
            out.kind = slot_kind::flit;
            if (!coding::unpack_flit(image, flits.back(), out.number)) {
                flits.pop_back();
                out.kind = slot_kind::bad_crc;
            }
            break;
        case coding::slot_content::idle:
            out.kind = slot_kind::idle;
            break;
        case coding::slot_content::ordered_set:
            out.kind = slot_kind::idle;
            out.ordered_set = found.ordered_set;
            break;
        case coding::slot_content::damaged:
            out.kind = slot_kind::invalid;
            break;
    }
}

void payload_codec::decode(std::span<const std::uint16_t> symbols, coding::descrambler& descrambler,
                           std::vector<coding::flit>& flits, group_outcome& out) {
    std::uint32_t marked = 0;  // bit s: slot s
    if (code_ == nullptr) {
        std::copy_n(symbols.begin(), payload_.size(), payload_.begin());
    } else {
        const std::uint32_t ways = format_.interleave;
        const std::uint32_t set_bits = 10 * ways * format_.payload_symbols();
        for (std::uint32_t set = 0; set < format_.codewords() / ways; ++set) {
            decode_set(set, symbols, out);
            const auto words = std::span(out.codewords).subspan(set * ways, ways);
            if (std::any_of(words.begin(), words.end(), [](const codeword_outcome& word) {
                    return word.status == coding::decode_status::uncorrectable;
                })) {
                const std::uint32_t begin = set * set_bits / slot_bits;
                const std::uint32_t end = ((set + 1) * set_bits + slot_bits - 1) / slot_bits;
                marked |= (1u << end) - (1u << begin);
            }
        }
    }
    coding::bits_from_symbols(payload_, stream_);
    descrambler.descramble(stream_, 0, format_.slot_bits());
    for (std::uint32_t slot = 0; slot < format_.slots(); ++slot) {
        if ((marked >> slot & 1u) != 0) {
            out.slots[slot] = {slot_kind::marked, 0, 0};
        } else {
            read_slot(slot, flits, out.slots[slot]);
        }
    }
}

}  // namespace luxlane::wide_link
