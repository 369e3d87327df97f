#include <array>
#include <catch2/catch.hpp>
#include <cstring>
#include <deque>
#include <random>

#include "regs/accelerator.h"
#include "testbenches/unit/firmware/mock_mmio.h"

extern "C" {
#include "firmware/apps/all_reduce.h"
}

namespace {

/// Runs descriptors as the accelerator's specification says, fp32 only, one a turn and ring.
class accelerator_mock : public mock_bus {
public:
    struct message {
        std::uint16_t tag;
        std::vector<std::byte> data;
    };
    struct ring {
        std::uint64_t base = 0;
        unsigned log2 = 0;
        std::uint32_t tail = 0, completed = 0;
        std::uint32_t error = 0;
    };

    std::uint64_t read(std::uintptr_t address, unsigned) override {
        const auto offset = static_cast<std::uint32_t>(address - ACCELERATOR_BASE);
        if (offset < 0x100 || offset >= 0x100 + 3 * 0x40) {
            return 0;
        }
        const ring& r = rings[(offset - 0x100) / 0x40];
        switch (offset % 0x40) {
            case 0x14:
                return r.completed;
            case 0x18:
                return r.error != 0 ? 2 : r.tail != r.completed;
            case 0x1C:
                return r.error;
            default:
                return 0;
        }
    }

    void write(std::uintptr_t address, unsigned, std::uint64_t value) override {
        const auto offset = static_cast<std::uint32_t>(address - ACCELERATOR_BASE);
        if (offset < 0x100) {
            return;
        }
        ring& r = rings[(offset - 0x100) / 0x40];
        switch (offset % 0x40) {
            case 0x00:
                r.base = (r.base & ~0xFFFFFFFFull) | value;
                break;
            case 0x04:
                r.base = (r.base & 0xFFFFFFFFull) | value << 32;
                break;
            case 0x08:
                r.log2 = static_cast<unsigned>(value);
                break;
            case 0x10:
                r.tail = static_cast<std::uint32_t>(value);
                REQUIRE(r.tail - r.completed <= 1u << r.log2);
                break;
            default:
                break;
        }
    }

    /// At most one descriptor of ring `index`; true if one completed.
    bool turn(unsigned index) {
        ring& r = rings[index];
        if (r.tail == r.completed || r.error != 0) {
            return false;
        }
        const auto& d = reinterpret_cast<const dif_accelerator_descriptor*>(
            r.base)[r.completed & ((1u << r.log2) - 1)];
        REQUIRE(d.magic == 0xA5);
        REQUIRE(d.length != 0);
        if ((d.flags & dif_accelerator_fence) != 0 &&
            static_cast<std::int32_t>(rings[d.fence_ring].completed - d.fence_count) < 0) {
            return false;
        }
        auto* const data = reinterpret_cast<std::byte*>(d.address);
        if (d.opcode == dif_accelerator_op_send) {
            REQUIRE(index == 0);
            far->inbox.push_back({d.tag, std::vector<std::byte>(data, data + d.length)});
        } else if (d.opcode == dif_accelerator_op_receive) {
            REQUIRE(index == 1);
            if (inbox.empty()) {
                return false;
            }
            REQUIRE(inbox.front().tag == d.tag);
            REQUIRE(inbox.front().data.size() == d.length);
            std::memcpy(data, inbox.front().data.data(), d.length);
            inbox.pop_front();
        } else {
            REQUIRE((index == 2 && d.opcode == dif_accelerator_op_reduce));
            auto* const sums = reinterpret_cast<float*>(d.address);
            const auto* const terms = reinterpret_cast<const float*>(d.source);
            for (std::uint32_t i = 0; i < d.length / 4; ++i) {
                sums[i] += terms[i];
            }
        }
        ++r.completed;
        return true;
    }

    accelerator_mock* far = nullptr;
    std::array<ring, 3> rings;
    std::deque<message> inbox;
};

/// One board's memory and job.
struct board {
    board(unsigned index, const std::vector<luxlane_tensor>& table, std::uint64_t scratch_floats,
          std::uint64_t ring_bytes)
        : tensors(table), scratch(scratch_floats), rings(ring_bytes + 32) {
        for (const auto& tensor : table) {
            const std::uint64_t end = tensor.offset_bytes / 4 + tensor.elements;
            gradients.resize(std::max<std::size_t>(gradients.size(), end));
        }
        std::mt19937 generator(index + 1);
        for (auto& value : gradients) {
            value = static_cast<float>(generator() % 1000);
        }
        job.board = index;
        job.boards = 2;
        job.type = LUXLANE_JOB_FP32;
        job.tensor_table = reinterpret_cast<std::uintptr_t>(tensors.data());
        job.tensor_count = static_cast<std::uint32_t>(tensors.size());
        job.gradients = reinterpret_cast<std::uintptr_t>(gradients.data());
        job.scratch = reinterpret_cast<std::uintptr_t>(scratch.data());
        job.scratch_bytes = scratch_floats * 4;
        job.rings = (reinterpret_cast<std::uintptr_t>(rings.data()) + 31) & ~std::uintptr_t{31};
        job.rings_bytes = ring_bytes;
    }

    std::vector<luxlane_tensor> tensors;
    std::vector<float> gradients, scratch;
    std::vector<std::byte> rings;
    luxlane_job job = {};
    accelerator_mock mock;
    all_reduce reduce = {};
};

const dif_accelerator handle = {{ACCELERATOR_BASE}, 1};

std::vector<luxlane_tensor> table_of(const std::vector<std::uint64_t>& sizes) {
    std::vector<luxlane_tensor> table;
    std::uint64_t offset = 0;
    for (const std::uint64_t elements : sizes) {
        table.push_back({offset, elements});
        offset += elements * 4;
    }
    return table;
}

dif_result start(board& b) {
    mock_bus::select(&b.mock);
    return all_reduce_start(&b.reduce, &handle, &b.job);
}

}  // namespace

TEST_CASE("both boards end with the same sums, whatever the order of events") {
    const std::uint64_t slots = GENERATE(1, 2, 5, 16);
    const std::uint64_t ring_bytes = GENERATE(3 * 32 * 2, 3 * 32 * 8, 3 * 32 * 256);
    std::vector<std::uint64_t> sizes = {1, 64, 7, 2, 1, 1000, 3};
    for (unsigned i = 0; i < 40; ++i) {
        sizes.push_back(1 + i * 37 % 97);
    }
    const auto table = table_of(sizes);
    board boards[2] = {{0, table, slots * 500, ring_bytes}, {1, table, slots * 500, ring_bytes}};
    std::vector<float> expected(boards[0].gradients.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        expected[i] = boards[0].gradients[i] + boards[1].gradients[i];
    }
    boards[0].mock.far = &boards[1].mock;
    boards[1].mock.far = &boards[0].mock;
    REQUIRE(start(boards[0]) == dif_ok);
    REQUIRE(start(boards[1]) == dif_ok);
    CHECK(boards[0].reduce.slots == slots);

    std::mt19937 generator(7);
    dif_result result[2] = {dif_unavailable, dif_unavailable};
    for (unsigned turn = 0; turn < 100000 && (result[0] != dif_ok || result[1] != dif_ok); ++turn) {
        board& b = boards[generator() % 2];
        const unsigned what = generator() % 4;
        if (what < 3) {
            b.mock.turn(what);
        } else {
            mock_bus::select(&b.mock);
            result[b.job.board] = all_reduce_step(&b.reduce);
        }
    }
    mock_bus::select(nullptr);
    CHECK(result[0] == dif_ok);
    CHECK(result[1] == dif_ok);
    CHECK(boards[0].gradients == expected);
    CHECK(boards[1].gradients == expected);
    CHECK(all_reduce_percent(&boards[0].reduce) == 100);
    CHECK(all_reduce_percent(&boards[1].reduce) == 100);
}

TEST_CASE("a ring error ends the collective and is named") {
    board b(0, table_of({100}), 100, 3 * 32 * 8);
    b.mock.far = &b.mock;
    REQUIRE(start(b) == dif_ok);
    REQUIRE(all_reduce_step(&b.reduce) == dif_unavailable);
    b.mock.rings[1].error = 1u << 16 | 6;
    CHECK(all_reduce_step(&b.reduce) == dif_io_error);
    CHECK(b.reduce.failed_ring == dif_accelerator_receive);
    CHECK(b.reduce.error_code == 6);
    CHECK(b.reduce.error_index == 1);
    all_reduce_stop(&b.reduce);
    mock_bus::select(nullptr);
}

TEST_CASE("jobs that cannot be run are refused") {
    board b(0, table_of({100}), 100, 3 * 32 * 8);
    dif_result expected = dif_out_of_range;
    SECTION("three boards") {
        b.job.boards = 3;
        expected = dif_bad_argument;
    }
    SECTION("board 2 of 2") {
        b.job.board = 2;
        expected = dif_bad_argument;
    }
    SECTION("unknown type") {
        b.job.type = 0;
        expected = dif_bad_argument;
    }
    SECTION("scratch smaller than half a tensor") { b.job.scratch_bytes = 199; }
    SECTION("no memory for rings") { b.job.rings_bytes = 3 * 32; }
    SECTION("rings misaligned") { b.job.rings += 8; }
    SECTION("an empty tensor") { b.tensors[0].elements = 0; }
    SECTION("a tensor beyond 4 GiB") { b.tensors[0].elements = 1ull << 30; }
    CHECK(start(b) == expected);
    mock_bus::select(nullptr);
}
