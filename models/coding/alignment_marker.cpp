#include "models/coding/alignment_marker.h"

#include <array>
#include <stdexcept>
#include <string>

namespace luxlane::coding {
namespace {

// Octets M0, M1, M2 of a marker, M0 in bits 7:0.
constexpr std::uint32_t octets(std::uint32_t m0, std::uint32_t m1, std::uint32_t m2) {
    return m0 | m1 << 8 | m2 << 16;
}

constexpr std::array<std::uint32_t, 4> markers_of_4{
    octets(0x90, 0x76, 0x47), octets(0xF0, 0xC4, 0xE6), octets(0xC5, 0x65, 0x9B),
    octets(0xA2, 0x79, 0x3D)};

constexpr std::array<std::uint32_t, 20> markers_of_20{
    octets(0xC1, 0x68, 0x21), octets(0x9D, 0x71, 0x8E), octets(0x59, 0x4B, 0xE8),
    octets(0x4D, 0x95, 0x7B), octets(0xF5, 0x07, 0x09), octets(0xDD, 0x14, 0xC2),
    octets(0x9A, 0x4A, 0x26), octets(0x7B, 0x45, 0x66), octets(0xA0, 0x24, 0x76),
    octets(0x68, 0xC9, 0xFB), octets(0xFD, 0x6C, 0x99), octets(0xB9, 0x91, 0x55),
    octets(0x5C, 0xB9, 0xB2), octets(0x1A, 0xF8, 0xBD), octets(0x83, 0xC7, 0xCA),
    octets(0x35, 0x36, 0xCD), octets(0xC4, 0x31, 0x4C), octets(0xAD, 0xD6, 0xB7),
    octets(0x5F, 0x66, 0x2A), octets(0xC0, 0xF0, 0xE5)};

std::span<const std::uint32_t> markers_of(marker_set set) {
    if (set == marker_set::lanes_4) {
        return markers_of_4;
    }
    return markers_of_20;
}

constexpr std::uint32_t name_mask = 0xFFFFFF;

}  // namespace

block66 make_alignment_marker(marker_set set, unsigned lane, std::uint8_t bip) {
    if (lane >= lanes_of(set)) {
        throw std::out_of_range("make_alignment_marker: no lane " + std::to_string(lane));
    }
    const std::uint32_t half = markers_of(set)[lane] | std::uint32_t{bip} << 24;
    return {control_header, half | std::uint64_t{~half} << 32};
}

std::optional<unsigned> marker_lane(marker_set set, const block66& block) noexcept {
    const auto name = static_cast<std::uint32_t>(block.payload) & name_mask;
    const auto inverse = static_cast<std::uint32_t>(block.payload >> 32) & name_mask;
    if (block.header != control_header || (name ^ inverse) != name_mask) {
        return std::nullopt;
    }
    const std::span<const std::uint32_t> names = markers_of(set);
    for (unsigned lane = 0; lane < names.size(); ++lane) {
        if (names[lane] == name) {
            return lane;
        }
    }
    return std::nullopt;
}

std::uint8_t bip_counter::value() const noexcept {
    std::uint64_t folded = payloads_ ^ payloads_ >> 32;
    folded ^= folded >> 16;
    folded ^= folded >> 8;
    return static_cast<std::uint8_t>(folded ^ headers_ << 3);
}

lane_distributor::lane_distributor(marker_set set, std::uint64_t period_blocks)
    : set_(set), period_(period_blocks), parity_(lanes_of(set)) {
    if (period_blocks == 0) {
        throw std::invalid_argument("lane_distributor: no blocks between markers");
    }
}

void lane_distributor::take(const block66& block, std::span<std::vector<block66>> lanes) {
    lanes[lane_].push_back(block);
    parity_[lane_].add(block);
    if (++lane_ < parity_.size()) {
        return;
    }
    lane_ = 0;
    if (++rows_ == period_) {
        rows_ = 0;
        insert_markers(lanes);
    }
}

void lane_distributor::insert_markers(std::span<std::vector<block66>> lanes) {
    for (unsigned lane = 0; lane < parity_.size(); ++lane) {
        const block66 marker = make_alignment_marker(set_, lane, parity_[lane].value());
        lanes[lane].push_back(marker);
        // The parity that a marker carries begins with the marker before.
        parity_[lane].clear();
        parity_[lane].add(marker);
    }
}

}  // namespace luxlane::coding
