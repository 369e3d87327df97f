#pragma once

#include <map>
#include <string>
#include <vector>

#include "platform/link/presets.h"

namespace luxlane::link {

/// A preset that the user changes parameter by parameter, and where each value came from.
class described_lane {
public:
    explicit described_lane(const preset& from) : from_(&from), lane_(from.lane) {}

    /// Sets a parameter from text with unit. `option` is what the user wrote it with. The set of
    /// the emitter and the line code are the parameters `emitter` and `format`.
    /// std::invalid_argument names the parameter, what was found, its range and the reason.
    void set(const std::string& parameter, const std::string& text, const std::string& option);

    /// Loss per metre at the lane's wavelength and modal spread of a kind of fibre. A wavelength
    /// that is set later does not change them. std::invalid_argument as above.
    void set_fibre(const std::string& kind);

    /// The same from "PARAMETER=VALUE".
    void set(const std::string& assignment);

    const preset& from() const { return *from_; }
    const photonics::lane_parameters& lane() const { return lane_; }

    /// One parameter as people read it.
    struct entry {
        std::string name, text, unit, meaning, source;
        double number;  ///< NaN where the value is a text
        knowledge status;
    };
    /// Every parameter: `format` and `emitter` first, then the order of parameter_notes.
    std::vector<entry> entries() const;

private:
    entry entry_of(const std::string& name, const std::string& text, double number,
                   const std::string& unit, const std::string& meaning) const;

    const preset* from_;
    photonics::lane_parameters lane_;
    std::map<std::string, std::string> given_;  // parameter -> option or source
};

/// Why a parameter's range ends where it ends.
std::string_view reason_of_range(std::string_view parameter);

}  // namespace luxlane::link
