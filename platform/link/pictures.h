#pragma once

#include "platform/link/analysis.h"
#include "platform/plot/plot.h"

namespace luxlane::link {

/// The statistical eye over two unit intervals: density of the equalised signal over phase and
/// voltage, with the sampling instant, thresholds and the eye's size at the target BER.
plot::heat_map eye_picture(const question& asked, const analysis& found);

/// BER over the sampling phase: what `count_flanks` counted, with its 95 % confidence; the
/// dual-Dirac extrapolation of that, dashed; the statistical law, which is computed.
plot::line_chart bathtub_picture(const question& asked, const analysis& found);

}  // namespace luxlane::link
