#include "models/soc/plic.h"

#include <bit>
#include <stdexcept>

#include "registers/plic.h"

namespace luxlane::soc {

namespace regs = registers::plic;

plic::plic(const sc_core::sc_module_name& name, const config& options)
    : device(name, regs::map), contexts_(2 * std::size_t{options.harts}) {
    if (options.harts == 0 || contexts_.size() > regs::claim::count) {
        throw std::invalid_argument("a PLIC serves 1 to 4 harts");
    }
    bank_.on_read(regs::reg::pending, [this](std::uint32_t word, std::uint64_t) {
        return std::uint64_t{state_.pending[word]};
    });
    bank_.on_read(regs::reg::claim, [this](std::uint32_t context, std::uint64_t) {
        return std::uint64_t{most_urgent(context)};
    });
    bank_.on_read_effect(regs::reg::claim, [this](std::uint32_t context) { claim(context); });
    bank_.on_write(regs::reg::claim,
                   [this](const register_write& w) { complete(w.element, w.written); });
    reset();
}

interrupt_source::sink plic::source(unsigned number) {
    if (number == 0 || number >= sources) {
        throw std::out_of_range(std::string(name()) + ": there is no interrupt source " +
                                std::to_string(number));
    }
    return [this, number](bool level) { set_level(number, level); };
}

void plic::on_reset() {
    state_.pending = {};
    state_.claimed = {};
    latch();
}

void plic::set_level(unsigned source, bool level) {
    const std::uint32_t bit = 1u << source % 32;
    auto& word = state_.level[source / 32];
    word = level ? word | bit : word & ~bit;
    latch();
    update_irq();
}

/// The gateways: a high source becomes pending unless its last request is still being served.
void plic::latch() {
    for (std::size_t word = 0; word < state_.pending.size(); ++word) {
        state_.pending[word] |= state_.level[word] & ~state_.claimed[word];
    }
}

std::uint32_t plic::enabled(unsigned context, unsigned word) const {
    static constexpr std::array enables = {regs::reg::enable_0, regs::reg::enable_1,
                                           regs::reg::enable_2};
    return static_cast<std::uint32_t>(bank_.value(enables.at(word), context));
}

/// The pending and enabled source of highest priority; 0 if there is none.
unsigned plic::most_urgent(unsigned context) const {
    unsigned best = 0;
    std::uint64_t best_priority = 0;
    if (context >= contexts_.size()) {
        return 0;
    }
    for (unsigned word = 0; word < state_.pending.size(); ++word) {
        std::uint32_t candidates = state_.pending[word] & enabled(context, word);
        for (; candidates != 0; candidates &= candidates - 1) {
            const unsigned source = 32 * word + static_cast<unsigned>(std::countr_zero(candidates));
            const std::uint64_t priority = bank_.value(regs::reg::priority, source);
            if (priority > best_priority) {
                best = source;
                best_priority = priority;
            }
        }
    }
    return best;
}

void plic::claim(unsigned context) {
    const unsigned source = most_urgent(context);
    if (source != 0) {
        state_.pending[source / 32] &= ~(1u << source % 32);
        state_.claimed[source / 32] |= 1u << source % 32;
    }
}

/// Completion of a source that the context has not enabled is ignored, as the specification says.
void plic::complete(unsigned context, std::uint64_t source) {
    if (source == 0 || source >= sources || context >= contexts_.size()) {
        return;
    }
    const auto word = static_cast<unsigned>(source / 32);
    const std::uint32_t bit = 1u << source % 32;
    if ((enabled(context, word) & bit) != 0) {
        state_.claimed[word] &= ~bit;
        latch();
    }
}

void plic::update_irq() {
    for (unsigned context = 0; context < contexts_.size(); ++context) {
        const std::uint64_t priority = bank_.value(regs::reg::priority, most_urgent(context));
        const bool level =
            most_urgent(context) != 0 && priority > bank_.value(regs::reg::threshold, context);
        contexts_[context].set(level);
    }
}

}  // namespace luxlane::soc
