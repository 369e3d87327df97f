#include "models/riscv/block_cache.h"

#include <algorithm>
#include <new>

namespace luxlane::riscv {

block* block_cache::find(uint64_t pc) {
    if (block* hit = find_recent(pc)) {
        return hit;
    }
    const auto found = blocks_.find(pc);
    if (found == blocks_.end()) {
        return nullptr;
    }
    recent_[index(pc)] = {pc, found->second};
    return found->second;
}

block* block_cache::insert(uint64_t pc, std::span<const decoded_instruction> code, uint32_t count,
                           uint32_t bytes) {
    std::byte* memory = allocate(sizeof(block) + code.size_bytes());
    auto* made = new (memory) block{pc, count, bytes, {nullptr, nullptr}, false};
    std::copy(code.begin(), code.end(), made->code());
    blocks_[pc] = made;
    recent_[index(pc)] = {pc, made};
    const uint64_t last = pc + bytes - 1;
    for (uint64_t page = pc >> page_bits; page <= last >> page_bits; ++page) {
        code_page& entry = pages_[page];
        entry.lines |= lines_of(page, pc, last);
        entry.blocks.push_back(made);
    }
    return made;
}

bool block_cache::invalidate(uint64_t base, uint64_t size) {
    if (size == 0) {
        return false;
    }
    // A range that wraps around the end of the address space is cut there.
    const uint64_t last = std::max(base + (size - 1), base);
    const auto hit = [&](uint64_t page, const code_page& entry) {
        return (entry.lines & lines_of(page, base, last)) != 0;
    };
    bool any = false;
    const uint64_t first_page = base >> page_bits;
    const uint64_t last_page = last >> page_bits;
    if (last_page - first_page < pages_.size()) {
        for (uint64_t page = first_page; page <= last_page; ++page) {
            const auto found = pages_.find(page);
            if (found != pages_.end() && hit(page, found->second)) {
                drop_page(found->second);
                pages_.erase(found);
                any = true;
            }
        }
        return any;
    }
    for (auto entry = pages_.begin(); entry != pages_.end();) {
        if (entry->first >= first_page && entry->first <= last_page &&
            hit(entry->first, entry->second)) {
            drop_page(entry->second);
            entry = pages_.erase(entry);
            any = true;
        } else {
            ++entry;
        }
    }
    return any;
}

void block_cache::drop_page(code_page& page) {
    for (block* dropped : page.blocks) {
        if (dropped->stale) {
            continue;  // it spans two pages, and the other one went first
        }
        dropped->stale = true;
        dropped->code()->handler = stale_handler_;
        blocks_.erase(dropped->pc);
        recent& entry = recent_[index(dropped->pc)];
        if (entry.target == dropped) {
            entry = {no_pc, nullptr};
        }
    }
}

void block_cache::flush() {
    recent_.fill({no_pc, nullptr});
    blocks_.clear();
    pages_.clear();
    chunk_ = 0;
    used_ = 0;
    ++generation_;
}

uint64_t block_cache::lines_of(uint64_t page, uint64_t first, uint64_t last) {
    const uint64_t start = page << page_bits;
    const uint64_t end = start + page_bytes - 1;
    if (last < start || first > end) {
        return 0;
    }
    const auto low = static_cast<unsigned>((std::max(first, start) - start) >> 6);
    const auto high = static_cast<unsigned>((std::min(last, end) - start) >> 6);
    return (~uint64_t{0} << low) & (~uint64_t{0} >> (63 - high));
}

std::byte* block_cache::allocate(size_t bytes) {
    bytes = (bytes + alignof(block) - 1) & ~(alignof(block) - 1);
    if (used_ + bytes > chunk_bytes) {
        ++chunk_;
        used_ = 0;
    }
    if (chunk_ == chunks_at_most) {
        flush();
    }
    if (chunk_ == chunks_.size()) {
        chunks_.push_back(std::make_unique_for_overwrite<std::byte[]>(chunk_bytes));
    }
    std::byte* result = chunks_[chunk_].get() + used_;
    used_ += bytes;
    return result;
}

}  // namespace luxlane::riscv
