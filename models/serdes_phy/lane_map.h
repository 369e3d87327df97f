#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace luxlane::wide_link {

/// An agreed change of one logical lane's physical lane.
struct lane_switch {
    std::uint16_t logical = 0;
    std::uint16_t physical = 0;
    std::uint64_t at = 0;  ///< first superframe on the new lane
};

/// Which physical lane carries each logical lane, superframe by superframe: the table of one
/// direction at one end, with the switches that are armed.
class lane_map {
public:
    static constexpr std::uint16_t none = 0xFFFF;

    /// Identity: logical lane l on physical lane l; `physical_lanes` >= `data_lanes`.
    lane_map(std::uint32_t data_lanes, std::uint32_t physical_lanes);

    std::uint32_t data_lanes() const { return static_cast<std::uint32_t>(table_.size()); }
    std::uint32_t physical_lanes() const { return physical_lanes_; }

    /// Physical lane of `logical` after the switches that were carried out, or `none`.
    std::uint16_t physical(std::uint32_t logical) const { return now_[logical]; }
    /// Puts `logical` on `physical` (or on `none`) at once. False, and nothing changes, if there is
    /// no such lane or another logical lane has it, now or by an armed switch.
    bool assign(std::uint32_t logical, std::uint16_t physical);

    /// Arms a switch. False if `change` names lanes that do not exist or are in use.
    bool arm(const lane_switch& change);
    /// Superframes are counted from 0 again: what is mapped now holds from there on.
    void restart();
    /// Drops the armed switches.
    void cancel();
    /// Switches that are still to come.
    std::span<const lane_switch> armed() const { return armed_; }
    /// Carries out the armed switches up to `superframe`; returns how many.
    unsigned advance(std::uint64_t superframe);

    /// Fills `physical_of` [logical] with the lanes that carry `superframe`, which may be a few
    /// superframes older than the last `advance`.
    void table_at(std::uint64_t superframe, std::vector<std::uint16_t>& physical_of) const;
    /// Fills `logical_of` [physical] with the name each lane sends in `superframe`: a lane that an
    /// armed switch copies on counts as carrying its new logical lane already; `none` for spares.
    void names_at(std::uint64_t superframe, std::vector<std::uint16_t>& logical_of) const;

private:
    bool in_use(std::uint16_t physical, std::uint32_t but_for) const;

    std::uint32_t physical_lanes_;
    std::vector<std::uint16_t> table_;  ///< before the switches in done_
    std::vector<std::uint16_t> now_;    ///< after them
    std::vector<lane_switch> done_;     ///< the latest ones, oldest first
    std::vector<lane_switch> armed_;    ///< ordered by `at`
};

}  // namespace luxlane::wide_link
