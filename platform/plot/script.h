#pragma once

#include <span>
#include <string>

#include "platform/plot/plot.h"

namespace luxlane::plot {

enum class picture_format { svg, png };

/// The Gnuplot script, data included, that draws the panels to its standard output.
std::string script_of(std::span<const line_chart> panels, unsigned columns, picture_format format);
std::string script_of(std::span<const heat_map> panels, unsigned columns, picture_format format);

}  // namespace luxlane::plot
