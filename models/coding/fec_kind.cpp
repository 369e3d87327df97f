#include "models/coding/fec_kind.h"

#include "models/coding/rs_fec.h"

namespace luxlane::coding {

const rs_code* code_of(fec_kind kind) {
    switch (kind) {
        case fec_kind::kr4:
            return &rs_code::kr4();
        case fec_kind::kp4:
            return &rs_code::kp4();
        case fec_kind::rs272:
            return &rs_code::rs272();
        case fec_kind::none:
            break;
    }
    return nullptr;
}

}  // namespace luxlane::coding
