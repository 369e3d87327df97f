#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace luxlane::coding {

class rs_code;

/// Forward error correction of the payload: none, RS(528,514), RS(544,514) (both IEEE Std 802.3
/// clause 91) or the low-latency RS(272,258) of the 25 Gigabit Ethernet Consortium.
enum class fec_kind : std::uint8_t { none, kr4, kp4, rs272 };

/// Names as in configuration files, by value of the enumeration.
inline constexpr std::array<std::string_view, 4> FEC_KIND_NAMES = {"none", "kr4", "kp4", "rs272"};

constexpr std::string_view name_of(fec_kind kind) {
    return FEC_KIND_NAMES[static_cast<std::size_t>(kind)];
}

constexpr std::optional<fec_kind> fec_kind_called(std::string_view name) {
    for (std::size_t i = 0; i < FEC_KIND_NAMES.size(); ++i)
        if (FEC_KIND_NAMES[i] == name)
            return static_cast<fec_kind>(i);
    return std::nullopt;
}

/// 10-bit symbols of payload in one codeword; without a code the framing of KR4 and KP4 stays,
/// twenty blocks of 257 bits.
constexpr std::size_t message_symbols_of(fec_kind kind) {
    return kind == fec_kind::rs272 ? 258 : 514;
}

/// 10-bit symbols of parity in one codeword.
constexpr std::size_t parity_symbols_of(fec_kind kind) {
    constexpr std::array<std::size_t, 4> PARITY = {0, 14, 30, 14};
    return PARITY[static_cast<std::size_t>(kind)];
}

/// 10-bit symbols of one codeword.
constexpr std::size_t codeword_symbols_of(fec_kind kind) {
    return message_symbols_of(kind) + parity_symbols_of(kind);
}

/// Symbol errors in one codeword that are always corrected (t).
constexpr std::size_t correctable_of(fec_kind kind) { return parity_symbols_of(kind) / 2; }

/// The shared codec; null for none.
const rs_code* code_of(fec_kind kind);

}  // namespace luxlane::coding
