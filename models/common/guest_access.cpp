#include "models/common/guest_access.h"

namespace luxlane {

access_context context_of(const tlm::tlm_generic_payload& transaction, bool debug) {
    access_context context;
    context.debug = debug;
    if (const auto* guest = transaction.get_extension<guest_access>()) {
        context.pc = guest->pc;
        context.has_pc = true;
    }
    return context;
}

tlm::tlm_response_status response_of(access_status status) {
    switch (status) {
        case access_status::ok:
            return tlm::TLM_OK_RESPONSE;
        case access_status::address_error:
            return tlm::TLM_ADDRESS_ERROR_RESPONSE;
        case access_status::size_error:
            return tlm::TLM_BURST_ERROR_RESPONSE;
        case access_status::command_error:
            return tlm::TLM_COMMAND_ERROR_RESPONSE;
    }
    return tlm::TLM_GENERIC_ERROR_RESPONSE;
}

}  // namespace luxlane
