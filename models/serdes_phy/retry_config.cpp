#include "models/serdes_phy/retry_config.h"

#include <stdexcept>
#include <string>

namespace luxlane::wide_link {
namespace {

void demand(bool good, const char* what) {
    if (!good) {
        throw std::invalid_argument(std::string("retry_settings: ") + what);
    }
}

}  // namespace

void check(const retry_settings& settings) {
    demand(settings.replay_buffer_flits >= 1 &&
               settings.replay_buffer_flits <= replay_buffer_flits_max,
           "replay_buffer_flits must be 1..524287");
    demand(settings.acknowledge_spacing_flits >= 1, "acknowledge_spacing_flits must be 1 or more");
    demand(settings.acknowledge_delay_s > 0, "acknowledge_delay_s must be above 0");
    demand(settings.acknowledge_timeout_s > 0, "acknowledge_timeout_s must be above 0");
    demand(settings.pcs_lost_timeout_s > 0, "pcs_lost_timeout_s must be above 0");
    demand(settings.data_age_timeout_s > 0, "data_age_timeout_s must be above 0");
    demand(settings.init_timeout_s > 0, "init_timeout_s must be above 0");
}

}  // namespace luxlane::wide_link
