#include "models/common/device.h"

#include "models/common/guest_access.h"
#include "models/common/log.h"

namespace luxlane {

device::device(const sc_core::sc_module_name& name, const register_map& map,
               sc_core::sc_time access_latency)
    : sc_core::sc_module(name),
      registers("registers"),
      bank_(map),
      access_latency_(access_latency) {
    registers.register_b_transport(this, &device::b_transport);
    registers.register_transport_dbg(this, &device::transport_dbg);
    bank_.on_warning([this](const std::string& text) {
        log_at(severity::warning, *this, text, access_offset_);
    });
    statistics_.add("guest_warnings", "1", [this] { return double(bank_.warnings()); });
}

void device::reset() {
    bank_.reset();
    on_reset();
    update_irq();
}

void device::schedule(sc_core::sc_event& event, const sc_core::sc_time& at) const {
    event.notify(at - sc_core::sc_time_stamp());
}

access_status device::access(tlm::tlm_generic_payload& transaction, bool debug) {
    const auto context = context_of(transaction, debug);
    auto* data = reinterpret_cast<std::byte*>(transaction.get_data_ptr());
    const auto bytes = transaction.get_data_length();
    if (transaction.get_byte_enable_ptr() != nullptr || transaction.get_streaming_width() < bytes) {
        return access_status::size_error;
    }
    if (transaction.is_read()) {
        const auto status = bank_.read(transaction.get_address(), data, bytes, context);
        // A read effect (a popped FIFO) may have changed what the level derives from.
        if (!debug) {
            update_irq();
        }
        return status;
    }
    if (transaction.is_write()) {
        const auto status = bank_.write(transaction.get_address(), data, bytes, context);
        update_irq();
        return status;
    }
    return access_status::command_error;
}

void device::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    access_offset_ = delay;
    const auto status = access(transaction, false);
    access_offset_ = sc_core::SC_ZERO_TIME;
    transaction.set_response_status(response_of(status));
    delay += access_latency_;
}

unsigned device::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const auto status = access(transaction, true);
    transaction.set_response_status(response_of(status));
    return status == access_status::ok ? transaction.get_data_length() : 0;
}

}  // namespace luxlane
