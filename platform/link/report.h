#pragma once

#include <string>

#include "platform/link/analysis.h"

namespace luxlane::link {

/// Height and width of the eye in one phrase.
std::string eye_text(const question& asked, const link_answer& answer);

/// "dual-Dirac of the counted waveforms: DJ 0.1 UI, ...".
std::string flanks_text(const question& asked, const flank_fit& flanks);

/// The answer as tables for people, units in the headings.
std::string to_text(const question& asked, const link_answer& answer);

/// The answer as JSON in SI units; what could not be had is null. `version` is the program's.
std::string to_json(const question& asked, const link_answer& answer, const std::string& version);

/// Every parameter of a lane: value, unit, status, source; text and JSON.
std::string describe_text(const described_lane& lane);
std::string describe_json(const described_lane& lane);

/// The presets by name with their summaries.
std::string list_presets();

}  // namespace luxlane::link
