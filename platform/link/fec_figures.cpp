#include "platform/link/fec_figures.h"

#include "models/coding/codeword_failure.h"

namespace luxlane::link {

fec_figures fec_figures_of(const wide_link::payload_format& format, double ber,
                           unsigned data_lanes) {
    return {.format = format,
            .limit_ber = coding::bit_error_ratio_for(format.fec, fec_figures::TARGET_FAILURE),
            .codeword_failure =
                coding::codeword_failure_ratio(format.fec, coding::symbol_error_ratio(ber)),
            .decoded_ber = coding::decoded_bit_error_ratio(format.fec, ber),
            .bridged_lanes = wide_link::bridged_lanes(format, data_lanes)};
}

}  // namespace luxlane::link
