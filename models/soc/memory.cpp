#include "models/soc/memory.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <cstring>
#include <new>
#include <stdexcept>

#include "models/common/guest_access.h"

namespace luxlane::soc {

namespace {

enum warning_kind { beyond_end, read_only_store };

std::byte* map_pages(std::uint64_t size_bytes) {
    if (size_bytes == 0) {
        throw std::invalid_argument("a memory of 0 bytes");
    }
    void* pages = mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (pages == MAP_FAILED) {
        throw std::bad_alloc();
    }
    return static_cast<std::byte*>(pages);
}

}  // namespace

void memory::unmap::operator()(std::byte* data) const { munmap(data, size_bytes); }

memory::memory(const sc_core::sc_module_name& name, const config& options)
    : sc_core::sc_module(name),
      target("target"),
      config_(options),
      data_(map_pages(options.size_bytes), unmap{options.size_bytes}),
      warnings_(*this) {
    target.register_b_transport(this, &memory::b_transport);
    target.register_transport_dbg(this, &memory::transport_dbg);
    target.register_get_direct_mem_ptr(this, &memory::get_direct_mem_ptr);
    statistics_.add("bus_reads", "1", [this] { return double(reads_); });
    statistics_.add("bus_writes", "1", [this] { return double(writes_); });
    statistics_.add("guest_warnings", "1", [this] { return double(warnings_.count()); });
}

void memory::check_range(std::uint64_t offset, std::uint64_t bytes) const {
    if (offset > config_.size_bytes || bytes > config_.size_bytes - offset) {
        throw std::out_of_range(
            fmt::format("{}: {} bytes at offset {:#x} end beyond its {:#x} bytes", name(), bytes,
                        offset, config_.size_bytes));
    }
}

void memory::write(std::uint64_t offset, std::span<const std::byte> data) {
    check_range(offset, data.size());
    std::memcpy(data_.get() + offset, data.data(), data.size());
    if (observer_) {
        observer_(offset, data.size());
    }
}

void memory::read(std::uint64_t offset, std::span<std::byte> data) const {
    check_range(offset, data.size());
    std::memcpy(data.data(), data_.get() + offset, data.size());
}

tlm::tlm_response_status memory::check(const tlm::tlm_generic_payload& transaction, bool debug,
                                       const sc_core::sc_time& offset) {
    const std::uint64_t address = transaction.get_address();
    const unsigned bytes = transaction.get_data_length();
    if (transaction.get_byte_enable_ptr() != nullptr) {
        return tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE;
    }
    if (transaction.get_streaming_width() < bytes) {
        return tlm::TLM_BURST_ERROR_RESPONSE;
    }
    const auto context = context_of(transaction, debug);
    if (address >= config_.size_bytes || bytes > config_.size_bytes - address) {
        warnings_.warn(beyond_end, context, offset,
                       fmt::format("access of {} bytes at offset {:#x} ends beyond the memory",
                                   bytes, address));
        return tlm::TLM_ADDRESS_ERROR_RESPONSE;
    }
    if (transaction.is_write() && config_.read_only && !debug) {
        warnings_.warn(read_only_store, context, offset,
                       fmt::format("store of {} bytes at offset {:#x} of read-only memory: ignored",
                                   bytes, address));
        return tlm::TLM_COMMAND_ERROR_RESPONSE;
    }
    return tlm::TLM_OK_RESPONSE;
}

void memory::copy(tlm::tlm_generic_payload& transaction) {
    std::byte* place = data_.get() + transaction.get_address();
    const unsigned bytes = transaction.get_data_length();
    if (transaction.is_read()) {
        std::memcpy(transaction.get_data_ptr(), place, bytes);
    } else if (transaction.is_write()) {
        std::memcpy(place, transaction.get_data_ptr(), bytes);
        if (observer_) {
            observer_(transaction.get_address(), bytes);
        }
    }
}

void memory::b_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    const auto response = check(transaction, false, delay);
    transaction.set_response_status(response);
    if (response == tlm::TLM_OK_RESPONSE) {
        copy(transaction);
        transaction.set_dmi_allowed(true);
        ++(transaction.is_read() ? reads_ : writes_);
    }
    delay += transaction.is_read() ? config_.read_latency : config_.write_latency;
}

unsigned memory::transport_dbg(tlm::tlm_generic_payload& transaction) {
    const auto response = check(transaction, true, sc_core::SC_ZERO_TIME);
    transaction.set_response_status(response);
    if (response != tlm::TLM_OK_RESPONSE) {
        return 0;
    }
    copy(transaction);
    return transaction.get_data_length();
}

bool memory::get_direct_mem_ptr(tlm::tlm_generic_payload&, tlm::tlm_dmi& region) {
    region.set_dmi_ptr(reinterpret_cast<unsigned char*>(data_.get()));
    region.set_start_address(0);
    region.set_end_address(config_.size_bytes - 1);
    region.set_read_latency(config_.read_latency);
    region.set_write_latency(config_.write_latency);
    if (config_.read_only) {
        region.allow_read();
    } else {
        region.allow_read_write();
    }
    return true;
}

}  // namespace luxlane::soc
