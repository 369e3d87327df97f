#pragma once

#include <string>

namespace luxlane::plot {

/// Runs Gnuplot on a script, without the user's start-up files and locale, and returns what it
/// wrote to its standard output. plot_error if there is no `gnuplot` on the PATH or it fails.
std::string run_gnuplot(const std::string& script);

}  // namespace luxlane::plot
