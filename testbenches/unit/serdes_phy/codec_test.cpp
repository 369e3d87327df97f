// Groups of slots through the codec: what is sent, and what damage does to which slots.
#include <catch2/catch.hpp>
#include <memory>
#include <set>

#include "models/coding/control_ordered_set.h"
#include "models/coding/fec_interleave.h"
#include "models/serdes_phy/payload_codec.h"

using namespace luxlane;
using namespace luxlane::wide_link;
using coding::fec_kind;

namespace {

coding::flit_run numbered_flits(std::uint32_t count) {
    auto chunk = std::make_shared<std::vector<coding::flit>>(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        auto& flit = (*chunk)[i];
        flit.type = coding::flit_type::data;
        flit.sequence = static_cast<std::uint16_t>(i);
        flit.length = coding::flit_payload_bytes;
        flit.payload.fill(static_cast<std::uint8_t>(17 * i + 3));
    }
    return {chunk, 0, count};
}

/// Some groups of flits, coded, and a decoder for them.
struct coded_groups {
    payload_format format;
    payload_codec codec{format};
    coding::flit_run flits;
    std::vector<std::vector<std::uint16_t>> symbols;  ///< [group]
    std::vector<coding::flit> received;
    std::vector<slot_outcome> slots;
    std::vector<codeword_outcome> codewords;

    coded_groups(const payload_format& of, std::uint32_t groups)
        : format(of), flits(numbered_flits(groups * of.slots())) {
        const std::vector<slot_run> runs{{flits, 0xFFFFE, true}};
        slot_cursor cursor(runs);
        coding::scrambler scrambler(payload_codec::state_before(9));
        std::vector<std::uint64_t> stream(codec.stream_words());
        for (std::uint32_t group = 0; group < groups; ++group) {
            codec.write_slots(cursor, scrambler, stream);
            codec.encode(stream, symbols.emplace_back(format.symbols()));
        }
    }
    void decode() {
        coding::descrambler descrambler(payload_codec::state_before(9));
        for (const auto& group : symbols) {
            group_outcome outcome;
            codec.decode(group, descrambler, received, outcome);
            slots.insert(slots.end(), outcome.slots.begin(),
                         outcome.slots.begin() + format.slots());
            codewords.insert(codewords.end(), outcome.codewords.begin(),
                             outcome.codewords.begin() + format.codewords());
        }
    }
    /// Spoils the first `count` symbols of a codeword of group 0.
    void spoil(std::uint32_t codeword, std::uint32_t count) {
        for (std::uint32_t i = 0; i < format.symbols() && count > 0; ++i) {
            if (coding::codeword_place_of(i, format.codeword_symbols(), format.interleave)
                    .codeword == codeword) {
                symbols[0][i] ^= 1;
                --count;
            }
        }
    }
    std::set<std::uint32_t> slots_of(slot_kind kind) const {
        std::set<std::uint32_t> found;
        for (std::uint32_t i = 0; i < slots.size(); ++i) {
            if (slots[i].kind == kind) {
                found.insert(i);
            }
        }
        return found;
    }
};

}  // namespace

TEST_CASE("flits and their numbers come through every format, as codewords of its code") {
    const auto fec = GENERATE(fec_kind::none, fec_kind::kr4, fec_kind::kp4, fec_kind::rs272);
    const auto interleave = GENERATE(1u, 2u, 4u);
    INFO(name_of(fec) << " interleave " << interleave);
    coded_groups coded({fec, interleave}, 2);
    if (const auto* code = coding::code_of(fec)) {
        const std::size_t length = coded.format.codeword_symbols();
        std::vector<std::uint16_t> rows(coded.format.codewords() * length);
        for (std::size_t i = 0; i < coded.format.symbols(); ++i) {
            const auto place = coding::codeword_place_of(i, length, interleave);
            rows[place.codeword * length + place.symbol] = coded.symbols[1][i];
        }
        for (std::size_t word = 0; word < coded.format.codewords(); ++word) {
            CHECK(code->is_codeword(std::span(rows).subspan(word * length, length)));
        }
    }
    coded.decode();
    REQUIRE(coded.received.size() == coded.flits.size());
    for (std::uint32_t i = 0; i < coded.flits.size(); ++i) {
        CHECK(coded.received[i] == coded.flits.flits()[i]);
        CHECK(coded.slots[i].number == ((0xFFFFEu + i) & 0xFFFFF));
    }
}

TEST_CASE("an uncorrectable codeword marks the slots of which it has a part, and no others") {
    struct example {
        payload_format format;
        std::uint32_t codeword;
        std::set<std::uint32_t> slots;
    };
    // Slots of 2056 bits; messages of 5140 bits, or of 2570 with RS(272,258).
    const example examples[] = {
        {{fec_kind::kp4, 1}, 0, {0, 1, 2}},
        {{fec_kind::kp4, 1}, 1, {2, 3, 4}},
        {{fec_kind::kr4, 2}, 1, {0, 1, 2, 3, 4}},
        {{fec_kind::rs272, 1}, 0, {0, 1}},
        {{fec_kind::rs272, 1}, 1, {1, 2}},
        {{fec_kind::rs272, 1}, 3, {3, 4}},
        {{fec_kind::rs272, 2}, 2, {2, 3, 4}},
        {{fec_kind::kp4, 4}, 2, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}},
    };
    for (const auto& each : examples) {
        INFO(name_of(each.format.fec)
             << " interleave " << each.format.interleave << " codeword " << each.codeword);
        const std::uint32_t t = each.format.correctable();
        coded_groups correctable(each.format, 1);
        correctable.spoil(each.codeword, t);
        correctable.decode();
        CHECK(correctable.received.size() == correctable.flits.size());
        CHECK(correctable.codewords[each.codeword].symbols == t);
        CHECK(correctable.codewords[each.codeword].bits == t);

        coded_groups beyond(each.format, 1);
        beyond.spoil(each.codeword, t + 1);
        beyond.decode();
        REQUIRE(beyond.codewords[each.codeword].status == coding::decode_status::uncorrectable);
        CHECK(beyond.slots_of(slot_kind::marked) == each.slots);
        CHECK(beyond.received.size() == beyond.flits.size() - each.slots.size());
    }
}

TEST_CASE("errors of an uncorrectable codeword's last bits reach the next group's first slot") {
    coded_groups coded({fec_kind::kp4, 2}, 2);
    for (std::uint32_t i = 0; i < 40; ++i) {
        coded.symbols[0][1028 - 40 + i] ^= 1;  // twenty of each codeword's message
    }
    coded.decode();
    CHECK(coded.slots_of(slot_kind::marked) == std::set<std::uint32_t>{0, 1, 2, 3, 4});
    const auto invalid = coded.slots_of(slot_kind::invalid);
    const auto bad_crc = coded.slots_of(slot_kind::bad_crc);
    CHECK(invalid.size() + bad_crc.size() == 1);
    CHECK(invalid.count(5) + bad_crc.count(5) == 1);
    CHECK(coded.received.size() == 4);
}

TEST_CASE("without FEC every wrong bit loses one slot, or two where it spreads over their border") {
    for (std::uint32_t symbol = 0; symbol < 1028; symbol += 7) {
        coded_groups coded({fec_kind::none, 2}, 1);
        coded.symbols[0][symbol] ^= 4;
        coded.decode();
        // The descrambler repeats a wrong bit 39 and 58 bits later.
        const std::uint32_t bit = 10 * symbol + 2;
        std::set<std::uint32_t> hit;
        for (const std::uint32_t spread : {0u, 39u, 58u}) {
            if (bit + spread < 10280) {
                hit.insert((bit + spread) / 2056);
            }
        }
        auto lost = coded.slots_of(slot_kind::invalid);
        lost.merge(coded.slots_of(slot_kind::bad_crc));
        CHECK(lost == hit);
    }
}

TEST_CASE("an idle slot carries one control ordered set") {
    const payload_format format;
    payload_codec codec(format);
    const auto set = coding::encode_control({coding::control_message::nack, 77});
    const std::vector<slot_run> runs{{{}, 0, false, 3, set}, {{}, 0, false, 2, 0}};
    slot_cursor cursor(runs);
    coding::scrambler scrambler;
    std::vector<std::uint64_t> stream(codec.stream_words());
    std::vector<std::uint16_t> symbols(format.symbols());
    codec.write_slots(cursor, scrambler, stream);
    codec.encode(stream, symbols);
    coding::descrambler descrambler;
    std::vector<coding::flit> flits;
    group_outcome outcome;
    codec.decode(symbols, descrambler, flits, outcome);
    CHECK(flits.empty());
    for (std::uint32_t slot = 0; slot < 5; ++slot) {
        CHECK(outcome.slots[slot].kind == slot_kind::idle);
        CHECK(outcome.slots[slot].ordered_set == (slot == 0 ? set : 0));
    }
}
