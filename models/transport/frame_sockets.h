#pragma once

#include <functional>
#include <stdexcept>
#include <systemc>
#include <tlm>

namespace luxlane {

/// TLM target socket of a protocol other than the generic payload: forwards every blocking
/// transport to one call-back. Only b_transport is used; a frame's times are in the payload, and
/// the delay argument is the annotated time that the block's stages add (a target never waits).
template <class Protocol>
class payload_target_socket : public tlm::tlm_target_socket<32, Protocol>,
                              private tlm::tlm_fw_transport_if<Protocol> {
public:
    using payload = typename Protocol::tlm_payload_type;
    using phase = typename Protocol::tlm_phase_type;
    using handler = std::function<void(payload&, sc_core::sc_time&)>;

    explicit payload_target_socket(const char* name) : tlm::tlm_target_socket<32, Protocol>(name) {
        this->bind(static_cast<tlm::tlm_fw_transport_if<Protocol>&>(*this));
    }
    void on_transport(handler call) { call_ = std::move(call); }

    /// Tells the initiator that `delay` from now there is room again (backward path, END_REQ).
    void notify_ready(payload& about, sc_core::sc_time delay = sc_core::SC_ZERO_TIME) {
        phase ready = tlm::END_REQ;
        (*this)->nb_transport_bw(about, ready, delay);
    }

private:
    void b_transport(payload& data, sc_core::sc_time& delay) override { call_(data, delay); }
    tlm::tlm_sync_enum nb_transport_fw(payload&, phase&, sc_core::sc_time&) override {
        throw std::logic_error(std::string(this->name()) +
                               ": this protocol has no nb_transport_fw");
    }
    bool get_direct_mem_ptr(payload&, tlm::tlm_dmi&) override { return false; }
    unsigned transport_dbg(payload&) override { return 0; }

    handler call_;
};

/// The initiator's end of `payload_target_socket`.
template <class Protocol>
class payload_initiator_socket : public tlm::tlm_initiator_socket<32, Protocol>,
                                 private tlm::tlm_bw_transport_if<Protocol> {
public:
    using payload = typename Protocol::tlm_payload_type;
    using phase = typename Protocol::tlm_phase_type;
    using handler = std::function<void(sc_core::sc_time delay)>;

    explicit payload_initiator_socket(const char* name)
        : tlm::tlm_initiator_socket<32, Protocol>(name) {
        this->bind(static_cast<tlm::tlm_bw_transport_if<Protocol>&>(*this));
    }
    /// Called when the target says that it has room again.
    void on_ready(handler call) { ready_ = std::move(call); }

    void send(payload& data, sc_core::sc_time& delay) { (*this)->b_transport(data, delay); }

private:
    tlm::tlm_sync_enum nb_transport_bw(payload&, phase&, sc_core::sc_time& delay) override {
        if (ready_) {
            ready_(delay);
        }
        return tlm::TLM_ACCEPTED;
    }
    void invalidate_direct_mem_ptr(sc_dt::uint64, sc_dt::uint64) override {}

    handler ready_;
};

}  // namespace luxlane
