#pragma once

#include <stdint.h>

/// The registers of one device. Drivers reach them only through the functions below, which the host
/// unit tests replace by a mock (LUXLANE_MOCK_MMIO).
struct mmio_region {
    uintptr_t base;
};

static inline struct mmio_region mmio_region_at(uintptr_t base) {
    return (struct mmio_region){.base = base};
}

#ifdef LUXLANE_MOCK_MMIO

uint32_t mmio_read32(struct mmio_region region, uint32_t offset);
void mmio_write32(struct mmio_region region, uint32_t offset, uint32_t value);
uint64_t mmio_read64(struct mmio_region region, uint32_t offset);
void mmio_write64(struct mmio_region region, uint32_t offset, uint64_t value);
uint8_t mmio_read8(struct mmio_region region, uint32_t offset);
void mmio_write8(struct mmio_region region, uint32_t offset, uint8_t value);
void memory_fence(void);

#else

static inline uint32_t mmio_read32(struct mmio_region region, uint32_t offset) {
    return *(volatile const uint32_t*)(region.base + offset);
}

static inline void mmio_write32(struct mmio_region region, uint32_t offset, uint32_t value) {
    *(volatile uint32_t*)(region.base + offset) = value;
}

static inline uint64_t mmio_read64(struct mmio_region region, uint32_t offset) {
    return *(volatile const uint64_t*)(region.base + offset);
}

static inline void mmio_write64(struct mmio_region region, uint32_t offset, uint64_t value) {
    *(volatile uint64_t*)(region.base + offset) = value;
}

static inline uint8_t mmio_read8(struct mmio_region region, uint32_t offset) {
    return *(volatile const uint8_t*)(region.base + offset);
}

static inline void mmio_write8(struct mmio_region region, uint32_t offset, uint8_t value) {
    *(volatile uint8_t*)(region.base + offset) = value;
}

/// Orders all earlier accesses to memory before later ones to devices.
static inline void memory_fence(void) { __asm__ volatile("fence iorw, iorw" ::: "memory"); }

#endif

/// Places `value` in the field whose lowest bit and mask the generated header gives.
static inline uint32_t field_place(uint32_t value, unsigned lsb, uint32_t mask) {
    return (value << lsb) & mask;
}

/// The field's value out of a register's.
static inline uint32_t field_take(uint32_t raw, unsigned lsb, uint32_t mask) {
    return (raw & mask) >> lsb;
}
