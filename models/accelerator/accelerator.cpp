#include "models/accelerator/accelerator.h"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "models/common/log.h"
#include "registers/accelerator.h"

namespace luxlane {

namespace regs = registers::accelerator;
using collective::ring_error_code;
using collective::ring_id;

namespace {

sc_core::sc_time seconds(double value) { return {value, sc_core::SC_SEC}; }

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint32_t largest_ring_log2 = 16;

const accelerator_config& checked(const accelerator_config& config) {
    const auto require = [](bool holds, const char* text) {
        if (!holds) {
            throw std::invalid_argument(std::string("accelerator: ") + text);
        }
    };
    require(config.memory_bytes >= mebibyte && config.memory_bytes % mebibyte == 0 &&
                config.memory_bytes / mebibyte < 1 << 24,
            "memory_bytes must be a multiple of 1 MiB, at most 16 TiB");
    require(config.memory_bandwidth_bytes_per_s > 0.0, "memory bandwidth must be positive");
    require(config.reduce_bytes_per_s > 0.0, "reduction rate must be positive");
    require(config.memory_latency_s >= 0.0 && config.descriptor_fetch_s >= 0.0,
            "latencies must not be negative");
    require(config.credit_poll_s > 0.0, "credit_poll_s must be positive");
    require(config.prefetch_descriptors > 0, "prefetch_descriptors must not be 0");
    require(config.send_chunk_flits > 0, "send_chunk_flits must not be 0");
    require(config.compute_chunk_bytes > 0 && config.compute_chunk_bytes % 4 == 0,
            "compute_chunk_bytes must be a multiple of 4");
    require(config.receive_buffer_flits > config.credit_return_flits &&
                config.receive_buffer_flits <= 1 << 15,
            "receive_buffer_flits must exceed credit_return_flits and not 32768");
    return config;
}

}  // namespace

accelerator::accelerator(const sc_core::sc_module_name& name, const accelerator_config& config)
    : device(name, regs::map),
      memory("memory"),
      dma("dma"),
      flits_out("flits_out"),
      flits_in("flits_in"),
      config_(checked(config)),
      hbm_({config.memory_base, config.memory_bytes}, config.memory_bandwidth_bytes_per_s,
           seconds(config.memory_latency_s)),
      rings_{make_ring(ring_id::send), make_ring(ring_id::receive), make_ring(ring_id::compute)},
      send_({config.send_chunk_flits, config.receive_buffer_flits, config.credit_return_flits,
             seconds(config.credit_poll_s)},
            rings_[0], hbm_, link_,
            [this](flit_burst& burst) {
                sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
                flits_out.send(burst, delay);
            }),
      receive_({this->name(), config.receive_buffer_flits}, rings_[1], hbm_, link_),
      compute_({config.compute_chunk_bytes, 1.0 / config.reduce_bytes_per_s}, rings_[2], hbm_),
      step_event_("step_event") {
    memory.register_b_transport(this, &accelerator::memory_transport);
    memory.register_transport_dbg(this, &accelerator::memory_debug);
    memory.register_get_direct_mem_ptr(this, &accelerator::memory_dmi);
    flits_in.on_transport([this](flit_burst& burst, sc_core::sc_time& delay) {
        const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
        burst.accepted = burst.size();
        receive_.accept(burst, at);
        schedule(step_event_, at);
    });
    flits_out.on_ready([this](sc_core::sc_time delay) {
        const sc_core::sc_time at = sc_core::sc_time_stamp() + delay;
        send_.phy_ready(at);
        schedule(step_event_, at);
    });
    SC_HAS_PROCESS(accelerator);
    SC_METHOD(step);
    sensitive << step_event_;
    dont_initialize();
    hook_registers();
    hook_ring_registers();
    count_statistics();
}

collective::descriptor_ring accelerator::make_ring(ring_id id) {
    return {{id,
             {config_.memory_base, config_.memory_bytes},
             config_.prefetch_descriptors,
             seconds(config_.descriptor_fetch_s)},
            bank_,
            [this](std::uint64_t address, std::byte* to, sc_core::sc_time& delay) {
                return fetch(address, to, delay);
            },
            [this](std::uint32_t other, std::uint32_t count) {
                return static_cast<std::int32_t>(ring(other).completed() - count) >= 0;
            },
            [this](ring_id ring, bool error) {
                const std::uint32_t bit = 1U << static_cast<unsigned>(ring);
                const auto& field = error ? regs::irq_status::error : regs::irq_status::done;
                bank_.set(field, bank_.get(field) | bit);
                update_irq();
            }};
}

void accelerator::link_up(bool up, const sc_core::sc_time& at) {
    link_changes_.push_back({at, up});
    schedule(step_event_, at);
}

void accelerator::take_link_changes(const sc_core::sc_time& present) {
    for (; !link_changes_.empty() && link_changes_.front().at <= present;
         link_changes_.pop_front()) {
        const bool up = link_changes_.front().up;
        // What was on its way when the link went down may be lost without a trace.
        link_.asking =
            link_.asking || (up && !link_.up && (link_.sent != 0 || link_.expected != 0));
        link_.up = up;
    }
}

// One process for all engines, in a fixed order, until none has anything left to do at this time:
// nothing depends on the order in which the kernel would run several.
void accelerator::step() {
    const sc_core::sc_time present = sc_core::sc_time_stamp();
    take_link_changes(present);
    bool changed = true;
    while (changed) {
        changed = false;
        for (auto& each : rings_) {
            changed |= each.step(present);
        }
        changed |= receive_.step(present);
        changed |= compute_.step(present);
        changed |= send_.step(present);
    }
    sc_core::sc_time next = std::min({send_.wake(), receive_.wake(), compute_.wake()});
    for (const auto& each : rings_) {
        next = std::min(next, each.wake());
    }
    if (!link_changes_.empty()) {
        next = std::min(next, link_changes_.front().at);
    }
    if (next != sc_core::sc_max_time()) {
        schedule(step_event_, next);
    }
}

void accelerator::on_reset() {
    for (auto& each : rings_) {
        each.reset();
    }
    send_.reset();
    receive_.reset(true);
    compute_.reset();
    schedule(step_event_, now());
}

void accelerator::reset_ring(ring_id id) {
    auto& which = ring(static_cast<std::uint32_t>(id));
    switch (id) {
        case ring_id::send:
            send_.reset();
            break;
        case ring_id::receive:
            receive_.reset(which.error() != ring_error_code::none || receive_.in_message());
            break;
        case ring_id::compute:
            compute_.reset();
            break;
    }
    which.reset();
    bank_.set_value(regs::reg::ring_tail, 0, static_cast<std::uint32_t>(id));
}

void accelerator::update_irq() {
    irq.set((bank_.value(regs::reg::irq_status) & bank_.value(regs::reg::irq_mask)) != 0);
}

void accelerator::hook_registers() {
    bank_.on_read(regs::reg::capability, [this](std::uint32_t, std::uint64_t) {
        return regs::capability::rings.encode(collective::ring_count) |
               regs::capability::memory_mib.encode(
                   static_cast<std::uint32_t>(config_.memory_bytes / mebibyte));
    });
    bank_.on_write(regs::reg::control, [this](const register_write& write) {
        if (regs::control::soft_reset.decode(write.value)) {
            reset();
        }
        schedule(step_event_, now());
    });
    bank_.on_read(regs::reg::error_code, [this](std::uint32_t, std::uint64_t) {
        for (std::uint32_t r = 0; r < rings_.size(); ++r) {
            if (const auto code = ring(r).error(); code != ring_error_code::none) {
                return regs::error_code::code.encode(static_cast<std::uint32_t>(code)) |
                       regs::error_code::ring.encode(r);
            }
        }
        return std::uint64_t{0};
    });
    bank_.on_write(regs::reg::snapshot, [this](const register_write& write) {
        if (regs::snapshot::take.decode(write.value)) {
            take_snapshot();
        }
        bank_.set_value(regs::reg::snapshot, 0);
    });
}

void accelerator::hook_ring_registers() {
    for (const auto which :
         {regs::reg::ring_base_lo, regs::reg::ring_base_hi, regs::reg::ring_size}) {
        bank_.on_write(which, [this, which](const register_write& write) {
            if (bank_.get(regs::ring_control::enable, write.element)) {
                bank_.set_value(which, write.old_value, write.element);
                log_at(severity::warning, *this,
                       "write of base or size of ring " + std::to_string(write.element) +
                           ", which is enabled: ignored",
                       now() - sc_core::sc_time_stamp());
            } else if (which == regs::reg::ring_size && write.value > largest_ring_log2) {
                bank_.set_value(which, largest_ring_log2, write.element);
            }
        });
    }
    bank_.on_write(regs::reg::ring_control, [this](const register_write& write) {
        if (regs::ring_control::reset.decode(write.value)) {
            bank_.set(regs::ring_control::reset, false, write.element);
            reset_ring(static_cast<ring_id>(write.element));
        }
        schedule(step_event_, now());
    });
    bank_.on_write(regs::reg::ring_tail,
                   [this](const register_write&) { schedule(step_event_, now()); });
    bank_.on_read(regs::reg::ring_completed, [this](std::uint32_t r, std::uint64_t) {
        return std::uint64_t{ring(r).completed()};
    });
    bank_.on_read(regs::reg::ring_status, [this](std::uint32_t r, std::uint64_t) {
        return regs::ring_status::busy.encode(ring(r).busy()) |
               regs::ring_status::error.encode(ring(r).error() != ring_error_code::none);
    });
    bank_.on_read(regs::reg::ring_error, [this](std::uint32_t r, std::uint64_t) {
        return regs::ring_error::code.encode(ring(r).error()) |
               regs::ring_error::index.encode(ring(r).error_index());
    });
}

void accelerator::take_snapshot() {
    const auto copy = [this](regs::reg low, regs::reg high, std::uint64_t value) {
        bank_.set_value(low, value & 0xffffffff);
        bank_.set_value(high, value >> 32);
    };
    copy(regs::reg::bytes_tx_lo, regs::reg::bytes_tx_hi, send_.count().bytes);
    copy(regs::reg::bytes_rx_lo, regs::reg::bytes_rx_hi, receive_.count().bytes);
    copy(regs::reg::bytes_reduced_lo, regs::reg::bytes_reduced_hi, compute_.count().bytes_reduced);
    copy(regs::reg::flits_stalled_lo, regs::reg::flits_stalled_hi, send_.count().flits_stalled);
}

void accelerator::count_statistics() {
    const auto add = [this](const char* name, const char* unit, auto value) {
        statistics_.add(name, unit, [value] { return static_cast<double>(value()); });
    };
    const auto time = [&add](const char* name, auto value) {
        add(name, "s", [value] { return value().to_seconds(); });
    };
    add("bytes_sent", "B", [this] { return send_.count().bytes; });
    add("flits_sent", "1", [this] { return send_.count().flits; });
    add("credit_flits_sent", "1", [this] { return send_.count().credit_flits; });
    add("flits_stalled", "1", [this] { return send_.count().flits_stalled; });
    time("credit_stall_time", [this] { return send_.count().credit_stall; });
    time("send_busy_time", [this] { return send_.count().busy; });
    add("bytes_received", "B", [this] { return receive_.count().bytes; });
    add("flits_received", "1", [this] { return receive_.count().flits; });
    add("flits_lost", "1", [this] { return receive_.count().flits_lost; });
    add("slots_lost", "1", [this] { return receive_.count().slots_lost; });
    add("peak_buffered_flits", "1", [this] { return receive_.count().peak_buffered; });
    time("receive_busy_time", [this] { return receive_.count().busy; });
    add("mean_arrival_latency", "s", [this] {
        const auto& count = receive_.count();
        return count.bursts == 0 ? 0.0 : count.latency_sum.to_seconds() / double(count.bursts);
    });
    add("least_arrival_latency", "s", [this] {
        const auto& count = receive_.count();
        return count.bursts == 0 ? 0.0 : count.latency_least.to_seconds();
    });
    add("bytes_reduced", "B", [this] { return compute_.count().bytes_reduced; });
    add("bytes_copied", "B", [this] { return compute_.count().bytes_copied; });
    time("compute_busy_time", [this] { return compute_.count().busy; });
    add("memory_bytes_moved", "B", [this] { return hbm_.moved_bytes(); });
    time("memory_busy_time", [this] { return hbm_.busy(); });
    for (std::uint32_t r = 0; r < collective::ring_count; ++r) {
        constexpr const char* names[] = {"send_completed", "receive_completed",
                                         "compute_completed"};
        add(names[r], "1", [this, r] { return ring(r).completed(); });
    }
}

bool accelerator::fetch(std::uint64_t address, std::byte* to, sc_core::sc_time& delay) {
    tlm::tlm_generic_payload transaction;
    transaction.set_command(tlm::TLM_READ_COMMAND);
    transaction.set_address(address);
    transaction.set_data_ptr(reinterpret_cast<unsigned char*>(to));
    transaction.set_data_length(collective::descriptor_bytes);
    transaction.set_streaming_width(collective::descriptor_bytes);
    transaction.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    dma->b_transport(transaction, delay);
    return transaction.is_response_ok();
}

unsigned accelerator::memory_debug(tlm::tlm_generic_payload& transaction) {
    const unsigned bytes = transaction.get_data_length();
    const std::uint64_t address = transaction.get_address() + config_.memory_base;
    if (transaction.get_byte_enable_ptr() != nullptr || transaction.get_streaming_width() < bytes) {
        transaction.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
        return 0;
    }
    if (transaction.get_address() >= config_.memory_bytes ||
        !hbm_.range().contains(address, bytes)) {
        transaction.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
        return 0;
    }
    if (transaction.is_read()) {
        std::memcpy(transaction.get_data_ptr(), hbm_.at(address), bytes);
    } else if (transaction.is_write()) {
        std::memcpy(hbm_.at(address), transaction.get_data_ptr(), bytes);
    }
    transaction.set_dmi_allowed(true);
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    return bytes;
}

// Single words of a hart take the latency but no share of the engines' bandwidth: the same as by
// DMI.
void accelerator::memory_transport(tlm::tlm_generic_payload& transaction, sc_core::sc_time& delay) {
    memory_debug(transaction);
    delay += hbm_.latency();
}

bool accelerator::memory_dmi(tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
    dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(hbm_.storage().data()));
    dmi.set_start_address(0);
    dmi.set_end_address(config_.memory_bytes - 1);
    dmi.set_read_latency(hbm_.latency());
    dmi.set_write_latency(hbm_.latency());
    dmi.allow_read_write();
    return true;
}

}  // namespace luxlane
