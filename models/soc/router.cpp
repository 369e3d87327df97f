#include "models/soc/router.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "models/common/guest_access.h"

namespace luxlane::soc {

namespace {

enum warning_kind { unmapped_read, unmapped_write };

}  // namespace

router::router(const sc_core::sc_module_name& name)
    : sc_core::sc_module(name), in("in"), out_("out"), warnings_(*this) {
    in.register_b_transport(this, &router::b_transport);
    in.register_transport_dbg(this, &router::transport_dbg);
    in.register_get_direct_mem_ptr(this, &router::get_direct_mem_ptr);
    out_.register_invalidate_direct_mem_ptr(this, &router::invalidate_direct_mem_ptr);
    statistics_.add("guest_warnings", "1", [this] { return double(warnings_.count()); });
}

void router::add(std::uint64_t base, std::uint64_t size_bytes, const std::string& label) {
    if (size_bytes == 0 || base + (size_bytes - 1) < base) {
        throw std::invalid_argument(fmt::format("{}: {} at {:#x} has an impossible size of {:#x}",
                                                name(), label, base, size_bytes));
    }
    for (const auto& other : ranges_) {
        if (base <= other.base + (other.size_bytes - 1) && other.base <= base + (size_bytes - 1)) {
            throw std::invalid_argument(fmt::format("{}: {} at {:#x} overlaps {} at {:#x}", name(),
                                                    label, base, other.label, other.base));
        }
    }
    ranges_.push_back({base, size_bytes, label, static_cast<int>(ranges_.size())});
    std::sort(ranges_.begin(), ranges_.end(),
              [](const range& a, const range& b) { return a.base < b.base; });
}

const router::range* router::find(std::uint64_t address, std::uint64_t bytes) const {
    const auto behind =
        std::upper_bound(ranges_.begin(), ranges_.end(), address,
                         [](std::uint64_t at, const range& r) { return at < r.base; });
    if (behind == ranges_.begin()) {
        return nullptr;
    }
    const range& found = *(behind - 1);
    const std::uint64_t offset = address - found.base;
    const bool inside = offset < found.size_bytes && bytes <= found.size_bytes - offset;
    return inside ? &found : nullptr;
}

void router::b_transport(int, tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const std::uint64_t address = transaction.get_address();
    const unsigned bytes = transaction.get_data_length();
    const range* found = find(address, bytes);
    if (found == nullptr) {
        const bool read = transaction.is_read();
        warnings_.warn(read ? unmapped_read : unmapped_write, context_of(transaction, false), delay,
                       fmt::format("{} of {} bytes at {:#x}, where nothing is mapped",
                                   read ? "read" : "write", bytes, address));
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    transaction.set_address(address - found->base);
    out_[found->target]->b_transport(transaction, delay);
    transaction.set_address(address);
}

unsigned router::transport_dbg(int, tlm::tlm_generic_payload& transaction) {
    const std::uint64_t address = transaction.get_address();
    const range* found = find(address, transaction.get_data_length());
    if (found == nullptr) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return 0;
    }
    transaction.set_address(address - found->base);
    const unsigned bytes = out_[found->target]->transport_dbg(transaction);
    transaction.set_address(address);
    return bytes;
}

bool router::get_direct_mem_ptr(int, tlm::tlm_generic_payload& transaction, tlm::tlm_dmi& region) {
    const std::uint64_t address = transaction.get_address();
    const range* found = find(address, 1);
    if (found == nullptr) {
        return false;
    }
    transaction.set_address(address - found->base);
    const bool granted = out_[found->target]->get_direct_mem_ptr(transaction, region);
    transaction.set_address(address);
    // A target may own more than the range it is mapped at.
    const sc_dt::uint64 last = found->size_bytes - 1;
    region.set_start_address(found->base + std::min(region.get_start_address(), last));
    region.set_end_address(found->base + std::min(region.get_end_address(), last));
    return granted;
}

void router::invalidate_direct_mem_ptr(int target, sc_dt::uint64 start, sc_dt::uint64 end) {
    const auto found = std::find_if(ranges_.begin(), ranges_.end(),
                                    [&](const range& r) { return r.target == target; });
    if (found == ranges_.end() || start >= found->size_bytes) {
        return;
    }
    const std::uint64_t last = std::min<std::uint64_t>(end, found->size_bytes - 1);
    for (unsigned i = 0; i < in.size(); ++i) {
        in[static_cast<int>(i)]->invalidate_direct_mem_ptr(found->base + start, found->base + last);
    }
}

}  // namespace luxlane::soc
