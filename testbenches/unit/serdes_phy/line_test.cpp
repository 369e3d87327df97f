#include <catch2/catch.hpp>
#include <random>

#include "models/serdes_phy/line_receiver.h"
#include "models/serdes_phy/line_transmitter.h"
#include "models/serdes_phy/payload_receiver.h"

using namespace luxlane;
using namespace luxlane::wide_link;
namespace frame = coding::lane_frame;

namespace {

const line_geometry SMALL{40, 34, 25e9};

struct line {
    line_geometry geometry;
    lane_map map;
    line_transmitter transmitter;
    line_receiver receiver;
    line_block block;
    std::uint64_t superframe = 0;

    explicit line(const line_geometry& size)
        : geometry(size),
          map(size.data_lanes, size.physical_lanes),
          transmitter(size),
          receiver(size, {}, {[](unsigned) { return true; }, [](unsigned) { return 0.0; }}) {
        for (std::uint32_t lane = 0; lane < size.physical_lanes; ++lane) {
            receiver.train(lane, 0);
        }
    }
    void train() {
        transmitter.build_superframe(block_kind::training, map, superframe++, 0, block);
        receiver.watch(0);
        receiver.receive(view_of(block), 0);
    }
};

}  // namespace

TEST_CASE("a training superframe is what the lane frame's definition says") {
    line link(SMALL);
    link.transmitter.build_superframe(block_kind::training, link.map, 2049, 0, link.block);
    REQUIRE(link.block.bits_per_lane == 10240);
    CHECK(link.block.first_bit == 2049u * 10240u);
    for (const std::uint32_t lane : {0u, 33u, 34u, 39u}) {
        const auto bits = view_of(link.block).lane(lane);
        const auto parsed = frame::parse_overhead(bits, 0);
        CHECK(parsed.sync_errors == 0);
        CHECK(parsed.crc_good);
        CHECK(parsed.fields.lane_id == (lane < 34 ? lane : 0x3FFu));
        CHECK(parsed.fields.count == 1);
        CHECK(link.block.before[lane] == bits[159]);
        CHECK((link.block.after[lane] & 0xFFFFF) == frame::sync);
    }
}

TEST_CASE("the parity that a superframe tells is that of the one before") {
    line link(SMALL);
    link.transmitter.build_superframe(block_kind::training, link.map, 0, 0, link.block);
    std::vector<std::uint64_t> payload(frame::payload_storage);
    frame::extract_payload(view_of(link.block).lane(5), 0, payload);
    const auto expected = frame::bip8(payload);
    link.transmitter.build_superframe(block_kind::overhead, link.map, 1, 0, link.block);
    CHECK(link.block.bits_per_lane == 80);
    CHECK(coding::read_bits(view_of(link.block).lane(5), 60 + 8, 8) == expected);
}

TEST_CASE("SYNC is found at every offset of a superframe") {
    line link(SMALL);
    std::vector<line_block> blocks(2);
    for (std::uint64_t i = 0; i < 2; ++i) {
        link.transmitter.build_superframe(block_kind::training, link.map, i, 0, blocks[i]);
    }
    bool right = true;
    for (std::int32_t skew = -sync_search::furthest_ui; skew <= sync_search::furthest_ui;
         skew += 7) {
        sync_search search;
        right = right && !search.search(view_of(blocks[0]), 3, skew, 0);
        right = right && search.search(view_of(blocks[1]), 3, skew, 0) == skew;
    }
    CHECK(right);
}

TEST_CASE("a gap in the superframes begins the search anew") {
    line link(SMALL);
    sync_search search;
    link.transmitter.build_superframe(block_kind::training, link.map, 0, 0, link.block);
    CHECK_FALSE(search.search(view_of(link.block), 3, 10, 0));
    link.transmitter.build_superframe(block_kind::training, link.map, 2, 0, link.block);
    CHECK_FALSE(search.search(view_of(link.block), 3, 10, 0));
    link.transmitter.build_superframe(block_kind::training, link.map, 3, 0, link.block);
    CHECK(search.search(view_of(link.block), 3, 10, 0) == 10);
}

TEST_CASE("a payload block's symbols stand where the striping and the frames put them") {
    line link(SMALL);
    const payload_format format;
    const auto chunk = std::make_shared<const std::vector<coding::flit>>(
        1, coding::flit{.type = coding::flit_type::data, .length = 7});
    const std::vector<slot_run> slots{{{chunk, 0, 1}}};
    constexpr std::uint64_t group = 7;  // symbols 7616 .. 8703, rows 224 .. 255 of 34 lanes
    link.transmitter.build_payload(link.map, group, slots, {}, false, link.block);
    CHECK(link.block.groups == 1);
    CHECK(link.block.first_bit == 20 + 10 * 224);
    // Row 254 stands behind the second frame's overhead word.
    CHECK(link.block.bits_per_lane == 2560 - (20 + 10 * 224) + 20 + 20);

    payload_codec codec(format);
    std::vector<std::uint64_t> stream(codec.stream_words());
    std::vector<std::uint16_t> symbols(format.symbols());
    auto filled = slots;
    filled.push_back({{}, 0, false, 4, 0});
    slot_cursor cursor(filled);
    coding::scrambler start(payload_codec::state_before(group));
    codec.write_slots(cursor, start, stream);
    codec.encode(stream, symbols);
    const coding::striping striping(34);
    const frame::lane_scrambler scrambler(34);
    bool right = true;
    for (std::uint64_t i = 0; i < 1088; ++i) {
        const std::uint64_t index = group * 1088 + i;
        const auto lane = static_cast<std::uint32_t>(striping.lane_of(index));
        const auto row = striping.row_of(index);
        const auto place = frame::line_bit_of_row(row) - link.block.first_bit;
        const auto on_line = coding::read_bits(view_of(link.block).lane(lane), place, 10);
        right = right && (on_line ^ scrambler.key(lane, row % 1016)) == symbols[i];
    }
    CHECK(right);
    CHECK(link.block.carried[33] == 1);
    CHECK(link.block.carried[34] == 0);
    const std::size_t overhead = 2560 - (20 + 10 * 224);
    CHECK(coding::read_bits(view_of(link.block).lane(0), overhead, 20) == (~frame::sync & 0xFFFFF));
}

TEST_CASE("a lane is ALIGNED five superframes after its clock locked") {
    line link(SMALL);
    for (int i = 0; i < 4; ++i) {
        link.train();
        CHECK_FALSE(link.receiver.aligned(link.map));
    }
    link.train();
    CHECK(link.receiver.aligned(link.map));
    CHECK(link.receiver.lane(35).state() == lane_state::spare_test);
    CHECK(link.receiver.far_superframe() == 4);
}

TEST_CASE("parity counts a payload bit that flips, and tells no lies without one") {
    line link(SMALL);
    while (!link.receiver.aligned(link.map)) {
        link.train();
    }
    REQUIRE(link.receiver.deskew(link.map, 1280, 40));
    payload_receiver payload(link.geometry);
    fec_counters counters(link.geometry.physical_lanes);
    const auto chunk = std::make_shared<const std::vector<coding::flit>>(
        75, coding::flit{.type = coding::flit_type::data});  // 15 groups: 480 rows
    received_slots received;
    // Deferred payload is told by nobody's parity, and its errors are all that counts.
    const bool deferred = GENERATE(false, true);
    for (int round = 0; round < 6; ++round) {
        const std::uint64_t group = link.geometry.first_group_from(link.superframe * 10240);
        link.transmitter.build_payload(link.map, group, {{{chunk, 0, 75}}}, {}, deferred,
                                       link.block);
        const std::vector<bit_error> errors(round == 3 ? 1 : 0, bit_error{5, 0});
        auto view = view_of(link.block);
        if (deferred) {
            view.errors = errors;
        } else if (round == 3) {
            link.block.bits[5 * link.block.stride] ^= 1;
        }
        payload.receive(view, link.receiver, link.map, {}, counters, received);
        link.transmitter.build_superframe(block_kind::overhead, link.map, link.superframe++, 0,
                                          link.block);
        link.receiver.receive(view_of(link.block), 0);
    }
    for (int i = 0; i < 2; ++i) {
        link.transmitter.build_superframe(block_kind::overhead, link.map, link.superframe++, 0,
                                          link.block);
        link.receiver.receive(view_of(link.block), 0);
    }
    CHECK(counters.flits == 6 * 75);
    for (std::uint32_t lane = 0; lane < 40; ++lane) {
        CHECK(link.receiver.lane(lane).bit_errors() == (lane == 5 ? 1 : 0));
    }
    CHECK(counters.corrected_symbols == 1);
    CHECK(counters.lane_symbol_errors[5] == 1);
}

TEST_CASE("groups, rows and line bits agree with each other") {
    for (const std::uint32_t lanes : {1u, 7u, 34u, 272u, 400u, 425u, 510u}) {
        const line_geometry geometry{lanes, lanes, 1e9};
        for (std::uint64_t group = 0; group < 300; ++group) {
            const auto bit = geometry.first_bit(group);
            CHECK(geometry.first_group_from(bit) <= group);
            CHECK(geometry.first_group_from(bit + 1) > group - (lanes > 1088 ? 1 : 0));
            CHECK(geometry.first_bit(geometry.first_group_from(bit)) >= bit);
        }
    }
}

TEST_CASE("groups are the smallest that hold whole slots, as link.md 3.1 has in its table") {
    using coding::fec_kind;
    const auto is = [](fec_kind fec, unsigned interleave, unsigned codewords, unsigned slots,
                       unsigned symbols) {
        const payload_format format{fec, interleave};
        return format.codewords() == codewords && format.slots() == slots &&
               format.symbols() == symbols;
    };
    for (const unsigned interleave : {1u, 2u}) {
        CHECK(is(fec_kind::none, interleave, 2, 5, 1028));
        CHECK(is(fec_kind::kr4, interleave, 2, 5, 1056));
        CHECK(is(fec_kind::kp4, interleave, 2, 5, 1088));
    }
    CHECK(is(fec_kind::none, 4, 4, 10, 2056));
    CHECK(is(fec_kind::kr4, 4, 4, 10, 2112));
    CHECK(is(fec_kind::kp4, 4, 4, 10, 2176));
    for (const unsigned interleave : {1u, 2u, 4u}) {
        CHECK(is(fec_kind::rs272, interleave, 4, 5, 1088));
    }
    // 800 of 850 Gb/s: 514 of 544 symbols, 256 of 257 bits.
    CHECK(payload_format{}.flit_share() == Approx(514.0 / 544.0 * 256.0 / 257.0));
}

TEST_CASE("as many dead lanes are bridged as link.md 2.3 has in its table") {
    for (const unsigned interleave : {1u, 2u, 4u}) {
        const payload_format format{coding::fec_kind::kp4, interleave};
        CHECK(bridged_lanes(format, 34) == 0);
        CHECK(bridged_lanes(format, 68) == 1);
        CHECK(bridged_lanes(format, 136) == 3);
        CHECK(bridged_lanes(format, 272) == 7);
        CHECK(bridged_lanes(format, 400) == 7);
        CHECK(bridged_lanes(format, 425) == 7);
        CHECK(bridged_lanes(format, 544) == 15);
    }
    const payload_format blind{coding::fec_kind::kp4, 2, coding::gearbox_mode::blind};
    // Ten bits of a row and four rows: forty symbols of two codewords.
    CHECK(bridged_lanes(blind, 272) == 0);
    CHECK(bridged_lanes({coding::fec_kind::none}, 544) == 0);
    CHECK(bridged_lanes({coding::fec_kind::rs272, 1}, 272) == 7);
}
