#include "models/accelerator/hbm.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

namespace luxlane::collective {

hbm::hbm(memory_range range, double bandwidth_bytes_per_s, sc_core::sc_time latency)
    : range_(range), seconds_per_byte_(1.0 / bandwidth_bytes_per_s), latency_(latency) {
    void* area = mmap(nullptr, range.bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (area == MAP_FAILED) {
        throw std::runtime_error("HBM of " + std::to_string(range.bytes) +
                                 " bytes: " + std::strerror(errno));
    }
    storage_ = static_cast<std::byte*>(area);
}

hbm::~hbm() { munmap(storage_, range_.bytes); }

void hbm::check(std::uint64_t address, std::size_t bytes) const {
    if (!range_.contains(address, bytes)) {
        throw std::out_of_range("HBM access of " + std::to_string(bytes) + " bytes at " +
                                std::to_string(address) + ", outside the memory");
    }
}

void hbm::read(std::uint64_t address, std::span<std::byte> to) const {
    check(address, to.size());
    std::copy_n(storage_ + (address - range_.base), to.size(), to.begin());
}

void hbm::write(std::uint64_t address, std::span<const std::byte> from) {
    check(address, from.size());
    std::copy(from.begin(), from.end(), at(address));
}

hbm::transfer hbm::reserve(const sc_core::sc_time& now, std::uint64_t bytes) {
    const sc_core::sc_time length(static_cast<double>(bytes) * seconds_per_byte_, sc_core::SC_SEC);
    free_ = std::max(free_, now) + length;
    busy_ += length;
    moved_bytes_ += bytes;
    return {free_, free_ + latency_};
}

}  // namespace luxlane::collective
