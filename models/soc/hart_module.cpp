#include "models/soc/hart_module.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "models/common/log.h"

namespace luxlane::soc {

namespace {

sc_core::sc_time period_of(const hart_module_config& options) {
    if (!(options.clock_hz >= 1 && options.clock_hz <= 1e12)) {
        throw std::invalid_argument(
            fmt::format("a hart's clock of {} Hz is not within 1 Hz..1 THz", options.clock_hz));
    }
    if (options.quantum_instructions == 0) {
        throw std::invalid_argument("a hart's quantum of 0 instructions");
    }
    return {std::round(1e12 / options.clock_hz), sc_core::SC_PS};
}

}  // namespace

hart_module::hart_module(const sc_core::sc_module_name& name, const config& options)
    : sc_core::sc_module(name),
      bus("bus"),
      config_(options),
      period_(period_of(options)),
      reset_pc_(options.reset_pc),
      hart_(options.hart_id, *this,
            [&] {
                riscv::hart_options hart;
                hart.reset_pc = options.reset_pc;
                if (options.read_mtime) {
                    hart.time = [this] { return config_.read_mtime(local_time()); };
                }
                return hart;
            }()),
      wake_("wake") {
    bus.bind(static_cast<tlm::tlm_bw_transport_if<>&>(*this));
    accessor_.hart = options.hart_id;
    transaction_.set_extension(&accessor_);
    SC_HAS_PROCESS(hart_module);
    SC_METHOD(activate);

    statistics_.add("cycles_executed", "1", [this] { return double(executed_); });
    statistics_.add("instructions", "1", [this] { return double(hart_.state.minstret); });
    statistics_.add("cycles_stalled", "1", [this] { return double(stalled_); });
    statistics_.add("asleep", "s", [this] {
        const auto current = state_.asleep && sc_core::sc_time_stamp() > state_.local_time
                                 ? sc_core::sc_time_stamp() - state_.local_time
                                 : sc_core::SC_ZERO_TIME;
        return (cycles(slept_) + current).to_seconds();
    });
    statistics_.add("access_faults", "1", [this] { return double(faults_); });
}

hart_module::~hart_module() { transaction_.clear_extension(&accessor_); }

sc_core::sc_time hart_module::cycles(std::uint64_t count) const {
    return sc_core::sc_time::from_value(count * period_.value());
}

/// Clock periods that begin in [from, to), counted from an edge at `from`.
std::uint64_t hart_module::cycles_until(const sc_core::sc_time& from,
                                        const sc_core::sc_time& to) const {
    if (to <= from) {
        return 0;
    }
    return ((to - from).value() - 1) / period_.value() + 1;
}

sc_core::sc_time hart_module::local_time() const {
    if (!state_.running) {
        return state_.local_time;
    }
    return state_.local_time + cycles(hart_.executed() + state_.stall_cycles);
}

std::optional<sc_core::sc_time> hart_module::next_event() const {
    sc_core::sc_time at;
    if (!sc_core::sc_get_curr_simcontext()->next_time(at)) {
        return std::nullopt;
    }
    return at;
}

void hart_module::set_reset_pc(std::uint64_t pc) {
    reset_pc_ = pc;
    if (!sc_core::sc_is_running()) {
        hart_.reset(pc);
    }
}

void hart_module::set_lookahead(const sc_core::sc_time& lookahead) {
    if (lookahead == sc_core::SC_ZERO_TIME) {
        throw std::invalid_argument(fmt::format("{}: a lookahead of zero", name()));
    }
    lookahead_ = lookahead;
}

void hart_module::set_interrupt(unsigned cause, bool level) {
    hart_.set_interrupt(cause, level);
    if (state_.asleep && hart_.wake_pending()) {
        wake_.notify(sc_core::SC_ZERO_TIME);
    }
}

void hart_module::reset() {
    if (state_.running) {
        state_.reset_requested = true;
        hart_.request_halt();
        return;
    }
    apply_reset();
    if (sc_core::sc_is_running()) {
        wake_.notify(sc_core::SC_ZERO_TIME);
    }
}

void hart_module::apply_reset() {
    if (state_.asleep || state_.locked_up) {
        wake_up();
    }
    state_.reset_requested = false;
    state_.locked_up = false;
    hart_.reset(reset_pc_);
}

/// Ends a sleep at the first clock edge that is not in the past.
void hart_module::wake_up() {
    const std::uint64_t idle = cycles_until(state_.local_time, sc_core::sc_time_stamp());
    state_.local_time += cycles(idle);
    state_.asleep = false;
    slept_ += idle;
    hart_.add_idle_cycles(idle);
}

void hart_module::activate() {
    if (state_.locked_up) {
        next_trigger(wake_);
        return;
    }
    if (state_.asleep) {
        if (!hart_.wake_pending()) {
            next_trigger(wake_);
            return;
        }
        wake_up();
    }
    const auto& now = sc_core::sc_time_stamp();
    if (now < state_.local_time) {
        state_.settled = false;
        next_trigger(state_.local_time - now);
        return;
    }
    if (!state_.settled && sc_core::sc_pending_activity_at_current_time()) {
        state_.settled = true;
        next_trigger(sc_core::SC_ZERO_TIME);
        return;
    }
    state_.settled = false;
    execute();
    if (state_.local_time > now) {
        next_trigger(state_.local_time - now);
    } else {
        next_trigger(wake_);
    }
}

void hart_module::execute() {
    const sc_core::sc_time start = state_.local_time;
    sc_core::sc_time span = std::min(cycles(config_.quantum_instructions), lookahead_);
    if (const auto event = next_event()) {
        span = std::min(span, *event - start);
    }
    state_.limit = start + span;
    state_.stall_cycles = 0;
    state_.running = true;
    const auto result = hart_.run(cycles_until(start, state_.limit));
    state_.running = false;
    executed_ += result.executed;
    stalled_ += state_.stall_cycles;
    state_.local_time = start + cycles(result.executed + state_.stall_cycles);

    if (state_.reset_requested) {
        apply_reset();
    } else if (result.reason == riscv::stop_reason::wfi) {
        state_.asleep = true;
    } else if (result.reason == riscv::stop_reason::locked_up) {
        state_.locked_up = true;
        log_at(severity::error, *this,
               fmt::format("locked up: the trap handler at {:#x} cannot be executed; mepc {:#x}, "
                           "mcause {}",
                           hart_.state.mtvec & ~std::uint64_t{3}, hart_.state.mepc,
                           hart_.state.mcause),
               state_.local_time - sc_core::sc_time_stamp());
        if (on_lockup_) {
            on_lockup_();
        }
    }
}

riscv::bus_status hart_module::transport(tlm::tlm_command command, std::uint64_t address,
                                         void* data, unsigned bytes) {
    transaction_.set_command(command);
    transaction_.set_address(address);
    transaction_.set_data_ptr(static_cast<unsigned char*>(data));
    transaction_.set_data_length(bytes);
    transaction_.set_streaming_width(bytes);
    transaction_.set_byte_enable_ptr(nullptr);
    transaction_.set_dmi_allowed(false);
    transaction_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    accessor_.pc = hart_.current_pc();

    const sc_core::sc_time offset = local_time() - sc_core::sc_time_stamp();
    sc_core::sc_time delay = offset;
    bus->b_transport(transaction_, delay);
    account(delay - offset);
    // What the access has notified for the current time acts before the next instruction; with a
    // local offset, whatever a device schedules lies in the future and shows as an event.
    if (offset == sc_core::SC_ZERO_TIME && sc_core::sc_pending_activity_at_current_time()) {
        hart_.shorten(0);
    }
    if (transaction_.is_response_error()) {
        ++faults_;
        return riscv::bus_status::fault;
    }
    return riscv::bus_status::ok;
}

/// Stalls for a target's `delay` and gives way to events that the access has made pending.
void hart_module::account(const sc_core::sc_time& delay) {
    const std::uint64_t stall = cycles_until(sc_core::SC_ZERO_TIME, delay);
    state_.stall_cycles += stall;
    hart_.add_idle_cycles(stall);
    if (const auto event = next_event()) {
        state_.limit = std::min(state_.limit, *event);
    }
    hart_.shorten(cycles_until(local_time() + period_, state_.limit));
}

riscv::bus_status hart_module::read(std::uint64_t address, void* data, unsigned bytes,
                                    riscv::access_kind) {
    return transport(tlm::TLM_READ_COMMAND, address, data, bytes);
}

riscv::bus_status hart_module::write(std::uint64_t address, const void* data, unsigned bytes,
                                     riscv::access_kind) {
    // The payload's pointer serves both directions; a write only reads through it.
    return transport(tlm::TLM_WRITE_COMMAND, address, const_cast<void*>(data), bytes);
}

std::optional<riscv::direct_region> hart_module::direct(std::uint64_t address) {
    if (!config_.direct_memory) {
        return std::nullopt;
    }
    transaction_.set_command(tlm::TLM_READ_COMMAND);
    transaction_.set_address(address);
    tlm::tlm_dmi region;
    region.init();
    const bool granted = bus->get_direct_mem_ptr(transaction_, region);
    // A direct access costs nothing, so that memory with a latency must be asked over the bus.
    if (!granted || !region.is_read_allowed() ||
        region.get_read_latency() != sc_core::SC_ZERO_TIME ||
        region.get_write_latency() != sc_core::SC_ZERO_TIME) {
        return std::nullopt;
    }
    const std::uint64_t start = region.get_start_address();
    return riscv::direct_region{start, region.get_end_address() - start + 1,
                                reinterpret_cast<std::byte*>(region.get_dmi_ptr()),
                                region.is_write_allowed(), true};
}

tlm::tlm_sync_enum hart_module::nb_transport_bw(tlm::tlm_generic_payload&, tlm::tlm_phase&,
                                                sc_core::sc_time&) {
    throw std::logic_error(fmt::format("{}: answer to a transaction that it never began", name()));
}

void hart_module::invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) {
    hart_.drop_direct_regions();
}

}  // namespace luxlane::soc
