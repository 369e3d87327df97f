#include "testbenches/unit/accelerator/accelerator_bench.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>

namespace luxlane::test {
namespace {

sc_core::sc_time seconds(double value) { return {value, sc_core::SC_SEC}; }

tlm::tlm_response_status transport(auto& socket, tlm::tlm_command command, std::uint64_t address,
                                   void* data, unsigned bytes) {
    tlm::tlm_generic_payload transaction;
    transaction.set_command(command);
    transaction.set_address(address);
    transaction.set_data_ptr(static_cast<unsigned char*>(data));
    transaction.set_data_length(bytes);
    transaction.set_streaming_width(bytes);
    transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    sc_core::sc_time delay;
    socket->b_transport(transaction, delay);
    return transaction.get_response_status();
}

}  // namespace

wire::wire(const sc_core::sc_module_name& name, const settings& options)
    : sc_core::sc_module(name), in("in"), out("out"), settings_(options) {
    in.on_transport([this](flit_burst& burst, sc_core::sc_time&) { take(burst); });
    SC_HAS_PROCESS(wire);
    SC_METHOD(tick);
    sensitive << tick_event_;
    dont_initialize();
    SC_METHOD(deliver);
    sensitive << deliver_event_;
    dont_initialize();
}

void wire::take(flit_burst& burst) {
    const std::size_t room = rejects ? 0 : settings_.fifo_flits - fifo_.size();
    burst.accepted = std::min(room, burst.size());
    if (burst.accepted < burst.size()) {
        blocked_ = true;
        splits += burst.accepted != 0;
    }
    std::size_t left = burst.accepted;
    for (const auto& run : burst.runs) {
        for (const coding::flit& each : run.flits().first(std::min(left, run.size()))) {
            fifo_.push_back(each);
            if (each.type == coding::flit_type::data) {
                ++data_flits;
                const auto in_flight =
                    static_cast<std::uint32_t>(data_flits) - opposite->credits_delivered;
                most_in_flight = std::max(most_in_flight, in_flight);
            } else {
                ++credit_flits;
            }
        }
        left -= std::min(left, run.size());
    }
    if (!busy_ && !fifo_.empty()) {
        tick_event_.notify(sc_core::SC_ZERO_TIME);
    }
}

void wire::tick() {
    busy_ = !fifo_.empty();
    if (!busy_) {
        return;
    }
    const std::size_t count = std::min(fifo_.size(), settings_.frame_flits);
    const auto end = fifo_.begin() + static_cast<std::ptrdiff_t>(count);
    const sc_core::sc_time length = seconds(static_cast<double>(count) * settings_.flit_s);
    const sc_core::sc_time now = sc_core::sc_time_stamp();
    frames_.push_back({now + length + seconds(settings_.delay_s), now, {fifo_.begin(), end}});
    fifo_.erase(fifo_.begin(), end);
    tick_event_.notify(length);
    deliver_event_.notify(
        frames_.front().at - now -
        (settings_.annotate ? seconds(settings_.delay_s) : sc_core::SC_ZERO_TIME));
    if (blocked_ && !rejects) {
        blocked_ = false;
        in.notify_ready(burst_);
    }
}

void wire::deliver() {
    const sc_core::sc_time ahead =
        settings_.annotate ? seconds(settings_.delay_s) : sc_core::SC_ZERO_TIME;
    while (!frames_.empty() && frames_.front().at - ahead <= sc_core::sc_time_stamp()) {
        hand_over(frames_.front().flits, frames_.front().sent);
        frames_.pop_front();
    }
    if (!frames_.empty()) {
        deliver_event_.notify(frames_.front().at - ahead - sc_core::sc_time_stamp());
    }
}

void wire::hand_over(const std::vector<coding::flit>& flits, const sc_core::sc_time& sent) {
    flit_burst burst;
    burst.sent = sent;
    std::uint32_t lost = 0;
    bool whole = false;
    const auto chunk = std::make_shared<const std::vector<coding::flit>>(flits);
    for (std::size_t i = 0; i < chunk->size(); ++i) {
        const coding::flit& each = (*chunk)[i];
        if (loses && loses(number_++, each)) {
            ++lost;
            whole = false;
            continue;
        }
        if (whole) {
            ++burst.runs.back().end;
        } else {
            burst.runs.push_back({chunk, i, i + 1});
            burst.lost_before.push_back(reports_losses ? std::exchange(lost, 0) : 0);
            whole = true;
        }
        credits_delivered = each.credits;
    }
    burst.lost_after = reports_losses ? lost : 0;
    sc_core::sc_time delay =
        settings_.annotate ? seconds(settings_.delay_s) : sc_core::SC_ZERO_TIME;
    out.send(burst, delay);
}

node::node(const sc_core::sc_module_name& name, const accelerator_config& config)
    : sc_core::sc_module(name),
      device("device", config),
      cpu_registers("cpu_registers"),
      cpu_memory("cpu_memory"),
      bus("bus"),
      dram_(dram_bytes) {
    cpu_registers.bind(device.registers);
    cpu_memory.bind(device.memory);
    device.dma.bind(bus);
    bus.register_b_transport(this, &node::bus_transport);
}

void node::bus_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    ++fetches;
    const std::uint64_t address = transaction.get_address();
    const unsigned bytes = transaction.get_data_length();
    if (address >= hbm_base) {
        transaction.set_address(address - hbm_base);
        cpu_memory->b_transport(transaction, delay);
        transaction.set_address(address);
        return;
    }
    if (address < dram_base || address - dram_base > dram_bytes - bytes) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return;
    }
    std::memcpy(transaction.get_data_ptr(), &dram_[address - dram_base], bytes);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    delay += sc_core::sc_time(50, sc_core::SC_NS);
}

std::uint32_t node::read32(std::uint32_t offset) {
    std::uint32_t value = 0;
    REQUIRE(transport(cpu_registers, tlm::TLM_READ_COMMAND, offset, &value, 4) ==
            tlm::TLM_OK_RESPONSE);
    return value;
}

void node::write32(std::uint32_t offset, std::uint32_t value) {
    REQUIRE(transport(cpu_registers, tlm::TLM_WRITE_COMMAND, offset, &value, 4) ==
            tlm::TLM_OK_RESPONSE);
}

tlm::tlm_response_status node::access_memory(tlm::tlm_command command, std::uint64_t address,
                                             std::uint64_t& value, unsigned bytes) {
    return transport(cpu_memory, command, address, &value, bytes);
}

void node::start_ring(std::uint32_t r, std::uint32_t log2) {
    log2_[r] = log2;
    posted_[r] = 0;
    write32(0xC, 1);
    write32(0x100 + 0x40 * r, static_cast<std::uint32_t>(dram_base + 0x40000 * r));
    write32(0x104 + 0x40 * r, 0);
    write32(0x108 + 0x40 * r, log2);
    write32(0x10C + 0x40 * r, 1);
}

void node::write_descriptor(std::uint32_t r, std::uint32_t index,
                            const collective::descriptor& work) {
    const auto image = collective::pack_descriptor(work);
    const std::size_t slot = index & ((1U << log2_[r]) - 1);
    std::memcpy(&dram_[0x40000 * r + 32 * slot], image.data(), image.size());
}

std::uint32_t node::post(std::uint32_t r, const collective::descriptor& work, bool bell) {
    write_descriptor(r, posted_[r], work);
    ++posted_[r];
    if (bell) {
        ring_bell(r);
    }
    return posted_[r] - 1;
}

void node::ring_bell(std::uint32_t r) { write32(0x110 + 0x40 * r, posted_[r]); }

double node::statistic(const std::string& name) const {
    for (const auto& each : device.stats().entries()) {
        if (each.name == name) {
            return each.value();
        }
    }
    FAIL("no statistic " << name);
    return 0.0;
}

std::vector<std::uint8_t> node::content(std::uint64_t address, std::size_t bytes) const {
    std::vector<std::uint8_t> to(bytes);
    device.read_memory(address, std::as_writable_bytes(std::span(to)));
    return to;
}

void node::fill(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
    device.write_memory(address, std::as_bytes(std::span(bytes)));
}

pair_bench::pair_bench(const wire::settings& options, const accelerator_config& config)
    : a("a", config), b("b", config), ab("ab", options), ba("ba", options) {
    a.device.flits_out.bind(ab.in);
    ab.out.bind(b.device.flits_in);
    b.device.flits_out.bind(ba.in);
    ba.out.bind(a.device.flits_in);
    ab.opposite = &ba;
    ba.opposite = &ab;
    a.device.link_up(true);
    b.device.link_up(true);
}

collective::descriptor send_of(std::uint64_t address, std::uint32_t bytes, std::uint16_t tag) {
    collective::descriptor work;
    work.opcode = 1;
    work.magic = 0xA5;
    work.tag = tag;
    work.length = bytes;
    work.address = address;
    return work;
}

collective::descriptor receive_of(std::uint64_t address, std::uint32_t bytes, std::uint16_t tag) {
    collective::descriptor work = send_of(address, bytes, tag);
    work.opcode = 2;
    return work;
}

collective::descriptor reduce_of(std::uint64_t to, std::uint64_t from, std::uint32_t bytes) {
    collective::descriptor work = send_of(to, bytes);
    work.opcode = 3;
    work.type = 1;
    work.source = from;
    return work;
}

std::vector<std::uint8_t> pattern(std::size_t bytes, std::uint32_t seed) {
    std::vector<std::uint8_t> out(bytes);
    std::uint32_t x = seed * 2654435761U + 1;
    for (auto& each : out) {
        x = x * 1664525U + 1013904223U;
        each = static_cast<std::uint8_t>(x >> 24);
    }
    return out;
}

void run_us(double us) { sc_core::sc_start(sc_core::sc_time(us, sc_core::SC_US)); }

bool run_until(const std::function<bool()>& done, double limit_us) {
    for (double us = 0.0; us < limit_us && !done(); us += 1.0) {
        run_us(1.0);
    }
    return done();
}

}  // namespace luxlane::test
