#pragma once

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <memory>
#include <sstream>
#include <string>
#include <systemc>
#include <tlm>

#include "models/common/guest_access.h"

namespace luxlane::test {

/// A bus initiator that a test drives by hand.
class bus_master : public sc_core::sc_module {
public:
    tlm_utils::simple_initiator_socket<bus_master> socket;

    explicit bus_master(const sc_core::sc_module_name& name)
        : sc_core::sc_module(name), socket("socket") {
        socket.register_invalidate_direct_mem_ptr(this, &bus_master::on_invalidate);
        // A test may let time pass in which nothing happens.
        sc_core::sc_report_handler::set_actions(sc_core::SC_ID_NO_SC_START_ACTIVITY_,
                                                sc_core::SC_DO_NOTHING);
    }

    template <class Value>
    Value read(std::uint64_t address) {
        Value value = 0;
        access(tlm::TLM_READ_COMMAND, address, &value, sizeof value);
        return value;
    }
    template <class Value>
    void write(std::uint64_t address, Value value) {
        access(tlm::TLM_WRITE_COMMAND, address, &value, sizeof value);
    }
    std::uint8_t read8(std::uint64_t address) { return read<std::uint8_t>(address); }
    std::uint32_t read32(std::uint64_t address) { return read<std::uint32_t>(address); }
    std::uint64_t read64(std::uint64_t address) { return read<std::uint64_t>(address); }
    void write8(std::uint64_t address, unsigned value) {
        write(address, static_cast<std::uint8_t>(value));
    }
    void write32(std::uint64_t address, std::uint32_t value) { write(address, value); }
    void write64(std::uint64_t address, std::uint64_t value) { write(address, value); }

    std::uint64_t debug_read(std::uint64_t address, unsigned bytes) {
        std::uint64_t value = 0;
        tlm::tlm_generic_payload transaction;
        fill(transaction, tlm::TLM_READ_COMMAND, address, &value, bytes);
        debug_bytes = socket->transport_dbg(transaction);
        return value;
    }

    void access(tlm::tlm_command command, std::uint64_t address, void* data, unsigned bytes) {
        tlm::tlm_generic_payload transaction;
        fill(transaction, command, address, data, bytes);
        luxlane::guest_access guest;
        if (pc != 0) {
            guest.pc = pc;
            transaction.set_extension(&guest);
        }
        sc_core::sc_time delay = offset;
        socket->b_transport(transaction, delay);
        added_delay = delay - offset;
        response = transaction.get_response_status();
        transaction.clear_extension(&guest);
    }

    bool direct(std::uint64_t address, tlm::tlm_dmi& region) {
        std::uint64_t value = 0;
        tlm::tlm_generic_payload transaction;
        fill(transaction, tlm::TLM_READ_COMMAND, address, &value, sizeof value);
        region.init();
        return socket->get_direct_mem_ptr(transaction, region);
    }

    std::uint64_t pc = 0;     ///< given with accesses unless 0
    sc_core::sc_time offset;  ///< local time ahead of the simulation
    tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;
    sc_core::sc_time added_delay;
    unsigned debug_bytes = 0;
    std::uint64_t invalidated_start = 0;
    std::uint64_t invalidated_end = 0;

private:
    static void fill(tlm::tlm_generic_payload& transaction, tlm::tlm_command command,
                     std::uint64_t address, void* data, unsigned bytes) {
        transaction.set_command(command);
        transaction.set_address(address);
        transaction.set_data_ptr(static_cast<unsigned char*>(data));
        transaction.set_data_length(bytes);
        transaction.set_streaming_width(bytes);
    }
    void on_invalidate(sc_dt::uint64 start, sc_dt::uint64 end) {
        invalidated_start = start;
        invalidated_end = end;
    }
};

/// One device behind a bus master.
template <class Device>
struct device_bench {
    bus_master bus{"bus"};
    Device device;

    explicit device_bench(const typename Device::config& options = {}) : device("device", options) {
        bus.socket.bind(device.registers);
    }
};

/// Collects what is logged.
class captured_log {
public:
    captured_log() {
        auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
        spdlog::set_default_logger(std::make_shared<spdlog::logger>("captured", sink));
    }
    /// How often `part` has been logged.
    int count(const std::string& part) const {
        const std::string text = text_.str();
        int found = 0;
        for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
            ++found;
        }
        return found;
    }
    std::string text() const { return text_.str(); }

private:
    std::ostringstream text_;
};

inline sc_core::sc_time ns(double value) { return {value, sc_core::SC_NS}; }
inline sc_core::sc_time us(double value) { return {value, sc_core::SC_US}; }

/// Lets simulated time pass, including what happens at its end.
inline void advance(const sc_core::sc_time& span) {
    sc_core::sc_start(span);
    // sc_start leaves the events of its last moment to the next call.
    sc_core::sc_start(sc_core::SC_ZERO_TIME);
}

}  // namespace luxlane::test
