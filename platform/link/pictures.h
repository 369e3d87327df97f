#pragma once

#include "platform/link/analysis.h"
#include "platform/plot/plot.h"

namespace luxlane::link {

/// The statistical eye over two unit intervals: density of the equalised signal over phase and
/// voltage, with the sampling instant, thresholds and the eye's size at the target BER.
plot::heat_map eye_picture(const question& asked, const analysis& found);

/// BER over the sampling phase: what the waveform fidelity counts among `symbols` symbols with its
/// 95 % confidence, the statistical law beside it, dashed where no count backs it.
plot::line_chart bathtub_picture(const question& asked, const analysis& found,
                                 std::uint64_t symbols);

}  // namespace luxlane::link
