#include "models/accelerator/descriptor.h"

#include <catch2/catch.hpp>
#include <cstring>

using namespace luxlane::collective;

namespace {

constexpr memory_range memory{0x1'0000'0000, 0x1000};

descriptor sound(opcode code) {
    descriptor work;
    work.opcode = static_cast<std::uint8_t>(code);
    work.magic = 0xA5;
    work.length = 64;
    work.address = 0x1'0000'0000;
    work.source = 0x1'0000'0100;
    work.type = 1;
    return work;
}

ring_error_code check(const descriptor& work, ring_id ring = ring_id::compute) {
    return check_descriptor(work, ring, memory);
}

}  // namespace

TEST_CASE("a descriptor's image has its documented bytes", "[accelerator]") {
    descriptor work;
    work.opcode = 3;
    work.flags = 2;
    work.type = 1;
    work.magic = 0xA5;
    work.tag = 0x1234;
    work.fence_ring = 2;
    work.length = 0x01020304;
    work.fence_count = 0x0a0b0c0d;
    work.address = 0x1122334455667788;
    work.source = 0x99aabbccddeeff00;
    const unsigned char expected[32] = {3,    2,    1,    0xA5, 0x34, 0x12, 2,    0,
                                        0x04, 0x03, 0x02, 0x01, 0x0d, 0x0c, 0x0b, 0x0a,
                                        0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
                                        0x00, 0xff, 0xee, 0xdd, 0xcc, 0xbb, 0xaa, 0x99};
    const auto image = pack_descriptor(work);
    CHECK(std::memcmp(image.data(), expected, 32) == 0);
    const descriptor back = unpack_descriptor(image);
    CHECK(back.source == work.source);
    CHECK(back.fence_count == work.fence_count);
}

TEST_CASE("each ring runs its own opcodes only", "[accelerator]") {
    const struct {
        opcode code;
        ring_id ring;
    } home[] = {{opcode::send, ring_id::send},
                {opcode::receive, ring_id::receive},
                {opcode::reduce, ring_id::compute},
                {opcode::copy, ring_id::compute}};
    for (const auto& each : home) {
        for (const auto ring : {ring_id::send, ring_id::receive, ring_id::compute}) {
            CHECK(check(sound(each.code), ring) ==
                  (ring == each.ring ? ring_error_code::none : ring_error_code::bad_opcode));
        }
    }
    for (const int code : {0, 5, 255}) {
        CHECK(check(sound(static_cast<opcode>(code))) == ring_error_code::bad_opcode);
    }
}

TEST_CASE("malformed descriptors are refused", "[accelerator]") {
    auto work = sound(opcode::reduce);
    work.magic = 0x5A;
    work.opcode = 77;
    CHECK(check(work) == ring_error_code::bad_magic);

    work = sound(opcode::reduce);
    work.flags = 4;
    CHECK(check(work) == ring_error_code::bad_opcode);
    work = sound(opcode::copy);
    work.type = 3;
    CHECK(check(work) == ring_error_code::bad_opcode);
    work = sound(opcode::reduce);
    work.type = 0;
    CHECK(check(work) == ring_error_code::bad_opcode);
    work = sound(opcode::reduce);
    work.flags = 2;
    work.fence_ring = 3;
    CHECK(check(work) == ring_error_code::bad_opcode);
    work.flags = 0;  // without FENCE the number is ignored
    CHECK(check(work) == ring_error_code::none);
}

TEST_CASE("lengths must be whole elements", "[accelerator]") {
    const struct {
        std::uint8_t type;
        std::uint32_t length;
        ring_error_code expected;
    } cases[] = {{0, 0, ring_error_code::bad_length}, {0, 1, ring_error_code::none},
                 {0, 3, ring_error_code::none},       {1, 3, ring_error_code::bad_length},
                 {1, 2, ring_error_code::none},       {1, 0, ring_error_code::bad_length},
                 {2, 6, ring_error_code::bad_length}, {2, 4, ring_error_code::none}};
    for (const auto& each : cases) {
        auto work = sound(opcode::copy);
        work.type = each.type;
        work.length = each.length;
        CHECK(check(work) == each.expected);
    }
}

TEST_CASE("data must lie in the HBM, aligned", "[accelerator]") {
    const auto with = [](std::uint64_t address, std::uint32_t length, std::uint8_t type) {
        auto work = sound(opcode::send);
        work.address = address;
        work.length = length;
        work.type = type;
        return check(work, ring_id::send);
    };
    const auto bad = ring_error_code::bad_address;
    const auto good = ring_error_code::none;
    CHECK(with(0x1'0000'0000, 0x1000, 0) == good);
    CHECK(with(0x1'0000'0000, 0x1001, 0) == bad);
    CHECK(with(0x1'0000'0ffc, 4, 0) == good);
    CHECK(with(0x1'0000'0ffc, 5, 0) == bad);
    CHECK(with(0x1'0000'1000, 4, 0) == bad);
    CHECK(with(0xffff'fffc, 4, 0) == bad);
    CHECK(with(0, 4, 0) == bad);
    CHECK(with(0xffff'ffff'ffff'fffc, 4, 0) == bad);
    CHECK(with(0xffff'ffff'ffff'fffc, 0xffff'fffc, 0) == bad);
    CHECK(with(0x1'0000'0002, 4, 0) == bad);
    CHECK(with(0x1'0000'0002, 4, 1) == good);
    CHECK(with(0x1'0000'0001, 4, 1) == bad);
    CHECK(with(0x1'0000'0002, 4, 2) == bad);
}

TEST_CASE("the source of a sum is checked like its destination", "[accelerator]") {
    auto work = sound(opcode::reduce);
    work.source = 0x1'0000'0fe0;
    CHECK(check(work) == ring_error_code::bad_address);
    work.source = work.address + 62;  // overlaps the last element
    CHECK(check(work) == ring_error_code::bad_address);
    work.source = work.address + 64;
    CHECK(check(work) == ring_error_code::none);
    work.source = work.address;
    CHECK(check(work) == ring_error_code::none);
    work = sound(opcode::send);
    work.source = 1;  // not used
    CHECK(check(work, ring_id::send) == ring_error_code::none);
}
