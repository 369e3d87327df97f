#include "models/riscv/direct_memory.h"

#include <algorithm>

namespace luxlane::riscv {

namespace {

bool covers(const direct_region& region, uint64_t address, uint64_t bytes) {
    const uint64_t offset = address - region.base;
    return address >= region.base && offset < region.size && bytes <= region.size - offset;
}

}  // namespace

const direct_region* direct_memory::lookup(uint64_t address, uint64_t bytes) {
    const auto base_above = [](uint64_t value, const direct_region& r) { return value < r.base; };
    const auto after = std::upper_bound(regions_.begin(), regions_.end(), address, base_above);
    if (after != regions_.begin() && covers(*std::prev(after), address, 1)) {
        const direct_region& found = *std::prev(after);
        return covers(found, address, bytes) ? &found : nullptr;
    }
    const uint64_t page = address >> page_bits;
    uint64_t& absent = without_region_[page % without_region_.size()];
    if (absent == page) {
        return nullptr;
    }
    const std::optional<direct_region> offered = bus_.direct(address);
    if (!offered || !covers(*offered, address, 1)) {
        absent = page;
        return nullptr;
    }
    const auto place =
        std::upper_bound(regions_.begin(), regions_.end(), offered->base, base_above);
    const auto added = regions_.insert(place, *offered);
    return covers(*added, address, bytes) ? &*added : nullptr;
}

void direct_memory::remember(table& in, uint64_t address, const direct_region& region) {
    const uint64_t page = address & ~(page_bytes - 1);
    if (covers(region, page, page_bytes)) {
        const auto host = reinterpret_cast<uintptr_t>(region.data + (page - region.base));
        in[index(address)] = {page, host - page};
    }
}

void direct_memory::remember_load(uint64_t address, const direct_region& region) {
    remember(loads_, address, region);
}

void direct_memory::remember_store(uint64_t address, const direct_region& region) {
    remember(stores_, address, region);
}

void direct_memory::forget_store(uint64_t address) { stores_[index(address)] = {no_page, 0}; }

void direct_memory::drop() {
    loads_.fill({no_page, 0});
    stores_.fill({no_page, 0});
    regions_.clear();
    without_region_.fill(no_page);
}

}  // namespace luxlane::riscv
