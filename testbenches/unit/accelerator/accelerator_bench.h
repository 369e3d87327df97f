#pragma once

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <vector>

#include "models/accelerator/accelerator.h"

namespace luxlane::test {

inline constexpr std::uint64_t hbm_base = 0x1'0000'0000;
inline constexpr std::uint64_t dram_base = 0x8000'0000;
inline constexpr std::uint64_t dram_bytes = 1 << 20;

/// One direction of a link: a FIFO, a line of limited rate and a delay. Can lose flits, and checks
/// that the sender never has more data flits on the way than the receiver gave credits for.
class wire : public sc_core::sc_module {
public:
    payload_target_socket<flit_protocol> in;
    payload_initiator_socket<flit_protocol> out;

    struct settings {
        std::size_t fifo_flits = 1280;
        std::size_t frame_flits = 320;
        double flit_s = 2.4e-9;  ///< 256 bytes at 850 Gb/s
        double delay_s = 200e-9;
        bool annotate = false;  ///< deliver early, with the delay as annotation
    };
    wire(const sc_core::sc_module_name& name, const settings& options);

    /// Flits that are to be lost, by their number on this wire (credit flits count).
    std::function<bool(std::uint64_t number, const coding::flit& lost)> loses;
    /// Whether losses are reported by lost_before and lost_after.
    bool reports_losses = true;
    bool rejects = false;

    wire* opposite = nullptr;
    std::uint64_t data_flits = 0;
    std::uint64_t credit_flits = 0;
    std::uint32_t credits_delivered = 0;  ///< newest count delivered by this wire
    std::uint32_t most_in_flight = 0;
    std::uint64_t splits = 0;  ///< bursts of which only a part was accepted

private:
    void take(flit_burst& burst);
    void tick();
    void deliver();
    void hand_over(const std::vector<coding::flit>& flits, const sc_core::sc_time& sent);

    struct frame {
        sc_core::sc_time at;
        sc_core::sc_time sent;
        std::vector<coding::flit> flits;
    };
    settings settings_;
    std::deque<coding::flit> fifo_;
    std::deque<frame> frames_;
    bool blocked_ = false;
    bool busy_ = false;
    std::uint64_t number_ = 0;
    flit_burst burst_;
    sc_core::sc_event tick_event_;
    sc_core::sc_event deliver_event_;
};

/// An accelerator with a hart's view of it, and a memory for descriptors at `dram_base`.
class node : public sc_core::sc_module {
public:
    accelerator device;
    tlm_utils::simple_initiator_socket<node> cpu_registers;
    tlm_utils::simple_initiator_socket<node> cpu_memory;
    tlm_utils::simple_target_socket<node> bus;
    std::uint64_t fetches = 0;

    node(const sc_core::sc_module_name& name, const accelerator_config& config);

    std::uint32_t read32(std::uint32_t offset);
    void write32(std::uint32_t offset, std::uint32_t value);
    /// An access of the cpu to its view of the HBM; `address` counts from the HBM's beginning.
    tlm::tlm_response_status access_memory(tlm::tlm_command command, std::uint64_t address,
                                           std::uint64_t& value, unsigned bytes);

    /// Sets up ring `r` with 2^log2 descriptors in DRAM and enables it and the device.
    void start_ring(std::uint32_t r, std::uint32_t log2 = 6);
    void write_descriptor(std::uint32_t r, std::uint32_t index, const collective::descriptor& work);
    /// Writes the descriptor behind the last one, and rings the bell. Returns its number.
    std::uint32_t post(std::uint32_t r, const collective::descriptor& work, bool bell = true);
    void ring_bell(std::uint32_t r);

    std::uint32_t completed(std::uint32_t r) { return read32(0x114 + 0x40 * r); }
    std::uint32_t error(std::uint32_t r) { return read32(0x11C + 0x40 * r); }
    std::uint32_t status(std::uint32_t r) { return read32(0x118 + 0x40 * r); }
    double statistic(const std::string& name) const;

    std::vector<std::uint8_t> content(std::uint64_t address, std::size_t bytes) const;
    void fill(std::uint64_t address, const std::vector<std::uint8_t>& bytes);

private:
    void bus_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay);
    std::vector<unsigned char> dram_;
    std::uint32_t log2_[3] = {};
    std::uint32_t posted_[3] = {};
};

/// Two nodes and the two wires between them, both links up.
struct pair_bench {
    node a;
    node b;
    wire ab;
    wire ba;
    explicit pair_bench(const wire::settings& options = {}, const accelerator_config& config = {});
};

collective::descriptor send_of(std::uint64_t address, std::uint32_t bytes, std::uint16_t tag = 0);
collective::descriptor receive_of(std::uint64_t address, std::uint32_t bytes,
                                  std::uint16_t tag = 0);
collective::descriptor reduce_of(std::uint64_t to, std::uint64_t from, std::uint32_t bytes);

/// Bytes that depend on `seed` and their position.
std::vector<std::uint8_t> pattern(std::size_t bytes, std::uint32_t seed);

void run_us(double us);
/// Runs until `done` or for `limit_us`; returns whether it became true.
bool run_until(const std::function<bool()>& done, double limit_us = 1000.0);

enum error_code : std::uint32_t {
    none = 0,
    bad_opcode = 1,
    bad_address = 2,
    bad_length = 3,
    bad_magic = 4,
    sequence = 5,
    tag_mismatch = 6,
    link_down = 7,
    ring_overrun = 8
};

}  // namespace luxlane::test
