#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "models/coding/block_code.h"

/// Columns and traffic that the tests of the PCS share.
namespace luxlane::coding {

/// A payload built field by field in the order of the tables of clauses 49 and 82.
class payload_fields {
public:
    explicit payload_fields(std::uint8_t type) { add(type, 8); }
    payload_fields& octets(std::initializer_list<std::uint8_t> values) {
        for (const std::uint8_t value : values) {
            add(value, 8);
        }
        return *this;
    }
    payload_fields& codes(std::initializer_list<std::uint8_t> values) {
        for (const std::uint8_t value : values) {
            add(value, 7);
        }
        return *this;
    }
    payload_fields& o_code(std::uint8_t value) { return add(value, 4); }
    payload_fields& zeros(unsigned bits) { return add(0, bits); }
    std::uint64_t value() const { return value_; }
    unsigned bits() const { return bits_; }

private:
    payload_fields& add(std::uint64_t value, unsigned bits) {
        value_ |= value << bits_;
        bits_ += bits;
        return *this;
    }
    std::uint64_t value_ = 0;
    unsigned bits_ = 0;
};

/// The column whose lane k carries octet k of `octets`.
inline mii_column column_of(std::initializer_list<std::uint8_t> octets, std::uint8_t control) {
    mii_column column{0, control};
    unsigned shift = 0;
    for (const std::uint8_t octet : octets) {
        column.octets |= std::uint64_t{octet} << shift;
        shift += 8;
    }
    return column;
}

/// A column of each of the 15 types and all-data, with random data octets.
inline std::vector<mii_column> column_of_every_type(std::mt19937_64& random) {
    const auto with = [&](std::uint64_t fixed, std::uint64_t data_octets, std::uint8_t control) {
        return mii_column{fixed | (random() & data_octets), control};
    };
    std::vector<mii_column> columns{
        with(0, ~std::uint64_t{0}, 0x00),
        idle_column,
        with(0x000000FB07070707, 0xFFFFFF0000000000, 0x1F),
        with(0x0000009C07070707, 0xFFFFFF0000000000, 0x1F),
        with(0x000000FB0000009C, 0xFFFFFF00FFFFFF00, 0x11),
        with(0x0000005C0000009C, 0xFFFFFF00FFFFFF00, 0x11),
        with(0x00000000000000FB, 0xFFFFFFFFFFFFFF00, 0x01),
        with(0x070707070000009C, 0x00000000FFFFFF00, 0xF1),
        with(0x070707070000005C, 0x00000000FFFFFF00, 0xF1),
        with(0x000000060000005C, 0xFFFFFFF0FFFFFF00, 0x01),
    };
    for (unsigned n = 0; n < 8; ++n) {
        const std::uint64_t data = (std::uint64_t{1} << 8 * n) - 1;
        const std::uint64_t after = n == 7 ? 0 : ~std::uint64_t{0} << 8 * (n + 1);
        columns.push_back(with((std::uint64_t{0xFD} << 8 * n) | (0x0707070707070707 & after), data,
                               static_cast<std::uint8_t>(0xFF << n)));
    }
    return columns;
}

}  // namespace luxlane::coding
