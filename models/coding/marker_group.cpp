#include "models/coding/marker_group.h"

#include <stdexcept>
#include <string>

#include "models/coding/bit_io.h"

namespace luxlane::coding {
namespace {

constexpr unsigned nibbles_allowed_wrong = 3;
constexpr unsigned symbol_bits = 10;

/// What table 119-2 gives each lane: the three pads and the first half of its name. The second half
/// is the first inverted, as the second half of the common marker is.
struct lane_octets {
    std::array<std::uint8_t, 3> pad;
    std::array<std::uint8_t, 3> name;
};

constexpr std::array<std::uint8_t, 3> common{0x9A, 0x4A, 0x26};
// Equal in the 400G example design of AMD's DCMAC core and in a TypeScript model of clause 119, but
// for two slips of that model's second halves, which the inversion rule settles.
constexpr std::array<lane_octets, marker_group_lanes> lanes{{
    {{0xB6, 0xD9, 0x26}, {0x01, 0x71, 0xF3}},
    {{0x04, 0x67, 0x98}, {0x5A, 0xDE, 0x7E}},
    {{0x46, 0xFE, 0x01}, {0x3E, 0xF3, 0x56}},
    {{0x5A, 0x84, 0x7B}, {0x86, 0x80, 0xD0}},
    {{0xE1, 0x19, 0xE6}, {0x2A, 0x51, 0xF2}},
    {{0xF2, 0x4E, 0xB1}, {0x12, 0x4F, 0xD1}},
    {{0x3D, 0xEE, 0x11}, {0x42, 0x9C, 0xA1}},
    {{0x22, 0x32, 0xCD}, {0xD6, 0x76, 0x5B}},
    {{0x60, 0x9F, 0x60}, {0xE1, 0x73, 0x75}},
    {{0x6B, 0xA2, 0x5D}, {0x71, 0xC4, 0x3C}},
    {{0xFA, 0x04, 0xFB}, {0x95, 0xEB, 0xD8}},
    {{0x6C, 0x71, 0x8E}, {0x22, 0x66, 0x38}},
    {{0x18, 0x5B, 0xA4}, {0xA2, 0xF6, 0x95}},
    {{0x14, 0xCC, 0x33}, {0x31, 0x97, 0xC3}},
    {{0xD0, 0xB1, 0x4E}, {0xCA, 0xFB, 0xA6}},
    {{0xB4, 0x56, 0xA9}, {0xA6, 0xBA, 0x79}},
}};

lane_marker assemble(const lane_octets& of) {
    lane_marker marker{};
    for (std::size_t i = 0; i < 3; ++i) {
        marker[i] = common[i];
        marker[4 + i] = static_cast<std::uint8_t>(~common[i]);
        marker[8 + i] = of.name[i];
        marker[12 + i] = static_cast<std::uint8_t>(~of.name[i]);
        marker[3 + 4 * i] = of.pad[i];
    }
    return marker;
}

/// Nibbles that differ in the six octets of a marker half that begins at octet `first`, its pad
/// left out.
unsigned wrong_nibbles(const lane_marker& a, const lane_marker& b, std::size_t first) {
    unsigned wrong = 0;
    for (const std::size_t octet : {first, first + 1, first + 2, first + 4, first + 5, first + 6}) {
        const unsigned difference = a[octet] ^ b[octet];
        wrong += (difference & 0x0F) != 0 ? 1 : 0;
        wrong += (difference & 0xF0) != 0 ? 1 : 0;
    }
    return wrong;
}

const std::array<lane_marker, marker_group_lanes>& all_markers() {
    static const auto markers = [] {
        std::array<lane_marker, marker_group_lanes> result;
        for (std::size_t lane = 0; lane < result.size(); ++lane) {
            result[lane] = assemble(lanes[lane]);
        }
        return result;
    }();
    return markers;
}

/// Bits of symbol `symbol` (0..11) of a marker.
std::uint64_t symbol_of(const lane_marker& marker, std::size_t symbol) {
    const std::size_t bit = symbol_bits * symbol;
    const unsigned both = marker[bit / 8] | static_cast<unsigned>(marker[bit / 8 + 1]) << 8;
    return (both >> bit % 8) & 0x3FF;
}

}  // namespace

lane_marker marker_of_lane(unsigned lane) {
    if (lane >= marker_group_lanes) {
        throw std::out_of_range("marker_of_lane: no lane " + std::to_string(lane));
    }
    return all_markers()[lane];
}

std::optional<unsigned> lane_of_marker(const lane_marker& received) noexcept {
    if (wrong_nibbles(received, all_markers()[0], 0) > nibbles_allowed_wrong) {
        return std::nullopt;
    }
    // The names differ in eight nibbles at least: no two can be this near.
    for (unsigned lane = 0; lane < marker_group_lanes; ++lane) {
        if (wrong_nibbles(received, all_markers()[lane], 8) <= nibbles_allowed_wrong) {
            return lane;
        }
    }
    return std::nullopt;
}

lane_marker read_lane_marker(std::span<const std::uint64_t> words, std::size_t position) {
    lane_marker marker;
    for (std::size_t octet = 0; octet < marker.size(); ++octet) {
        marker[octet] = static_cast<std::uint8_t>(read_bits(words, position + 8 * octet, 8));
    }
    return marker;
}

marker_group_pad::marker_group_pad(std::uint16_t seed) : state_(seed & 0x1FF) {
    if (state_ == 0) {
        throw std::invalid_argument("marker_group_pad: the seed of a PRBS must not be zero");
    }
}

bool marker_group_pad::next_bit() noexcept {
    const unsigned bit = (state_ >> 8 ^ state_ >> 4) & 1u;  // x^9 + x^5 + 1
    state_ = static_cast<std::uint16_t>((state_ << 1 | bit) & 0x1FF);
    return bit != 0;
}

void write_marker_group(std::uint8_t status, marker_group_pad& pad, std::span<std::uint64_t> words,
                        std::size_t position) {
    const auto& markers = all_markers();
    const auto put = [&](unsigned bits, std::uint64_t value) {
        write_bits(words, position, bits, value);
        position += bits;
    };
    // Lanes take symbols of the two codewords alternately, even lanes the first codeword's in even
    // rows and the second's in odd ones, odd lanes the other way round (119.2.4.7): in odd rows
    // each pair of lanes stands here in reverse.
    for (std::size_t row = 0; row < lane_marker_bits / symbol_bits; ++row) {
        for (std::size_t slot = 0; slot < marker_group_lanes; ++slot) {
            const std::size_t lane = row % 2 == 0 ? slot : slot ^ 1;
            put(symbol_bits, symbol_of(markers[lane], row));
        }
    }
    for (std::size_t bit = 0; bit < marker_group_pad_bits; ++bit) {
        put(1, pad.next_bit() ? 1 : 0);
    }
    put(3, status);
}

}  // namespace luxlane::coding
