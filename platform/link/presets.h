#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "models/photonics/lane_parameters.h"

namespace luxlane::link {

/// How well a number is known. `given`: by the user, not by a preset.
enum class knowledge { measured, derived, assumed, given };

std::string_view to_text(knowledge status);

/// The status that the wording of a source states: "assumption..." is assumed, "derived..." and
/// "calibrated..." are derived, everything else names a publication or a vendor.
knowledge knowledge_of(std::string_view source);

/// A number of the module around the lanes.
struct module_fact {
    double value;
    knowledge status;
    std::string_view source;
};

/// A block that all lanes of a module share, and what it draws at one end of the link.
struct shared_block {
    std::string_view name;
    module_fact power_w;
};

/// What a link has beside its lanes.
struct module_facts {
    module_fact data_lanes;
    module_fact spare_lanes;
    module_fact gearbox_latency_s;  ///< digital part of both ends, without FEC
    std::vector<shared_block> blocks;
    std::string_view energy_boundary;  ///< what the energy per bit counts
};

/// A published design: parameters of one lane, and where each value comes from.
struct preset {
    std::string_view name;
    std::string_view summary;
    photonics::lane_parameters lane;
    module_facts module;
    /// Sources of the parameters that differ from lane_parameters' defaults in value or provenance,
    /// by parameter name; `emitter` and `format` included.
    std::map<std::string_view, std::string_view> sources;

    /// Source of any parameter: the preset's own, else that of the default.
    std::string_view source_of(std::string_view parameter) const;
};

/// `mosaic`, `lightbundle`, `ekit`, `ekit-1t`, `default-800g`.
std::span<const preset> presets();

/// The preset called `name`, else std::invalid_argument that lists the names.
const preset& find_preset(std::string_view name);

}  // namespace luxlane::link
