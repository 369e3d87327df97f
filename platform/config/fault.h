#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace luxlane::config {

/// What goes wrong at one moment; FAULT_NAMES has the words of files and command lines.
enum class fault_kind : std::uint8_t {
    death,           ///< emitters of `lanes` never shine again
    burst,           ///< for `duration_s`, `lanes` lose `loss_db` more or err by `error_ratio`
    skew_step,       ///< the light of `lanes` comes later by `skew_s`, for good
    loss_of_signal,  ///< for `duration_s`, no lane brings light
    pll_loss,        ///< for `duration_s`, the board's host lanes have no clock
    far_end_reset,   ///< the board's PHY falls into reset and forgets everything
};
inline constexpr std::array<std::string_view, 6> FAULT_NAMES{
    "death", "burst", "skew_step", "loss_of_signal", "pll_loss", "far_end_reset"};

/// The kind as its word.
inline std::string_view name_of(fault_kind kind) {
    return FAULT_NAMES[static_cast<std::size_t>(kind)];
}

/// One fault of a run. What a kind does not use is as here.
struct fault {
    fault_kind kind = fault_kind::death;
    unsigned board = 0;                ///< 0 = a, 1 = b: the light that leaves it, or its PHY
    std::vector<std::uint32_t> lanes;  ///< physical ones; of a burst, none stands for all
    double after_link_up_s = 0.0;
    double duration_s = 0.0;
    double loss_db = 0.0;
    double error_ratio = 0.0;  ///< of a burst that has no `loss_db`
    double skew_s = 0.0;
};

/// Sets what `key` of a [[fault]] table says: kind, board, lanes, after_link_up_s, duration_s,
/// loss_db, error_ratio or skew_s. std::invalid_argument says what was found and what would be
/// right: an unknown key, a value out of its range, an unknown unit.
void assign(fault& entry, std::string_view key, const std::string& text);

/// That `entry`, of which `keys` were given, has what its kind needs and nothing else.
/// std::invalid_argument otherwise.
void check(const fault& entry, std::span<const std::string> keys);

/// "KIND:[a:|b:]ARGUMENTS@TIME" of the command line -> the fault; the arguments of a burst are
/// LANES:LOSS_OR_RATIO:DURATION, of others LANES, SKEW or DURATION as the kind needs.
/// std::invalid_argument says what was found and what would be right.
fault parse_fault(const std::string& text);

/// "[a:|b:]3,17,200-210@100us" -> the death of these lanes. std::invalid_argument as above.
fault parse_lane_deaths(const std::string& text);

/// A [[fault]] table that reads back as the same fault.
std::string to_toml(const fault& entry);

/// The fault in words, for logs and reports: "death of 3 lanes of board a".
std::string describe(const fault& entry);

}  // namespace luxlane::config
