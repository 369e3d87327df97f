#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "models/soc/uart_backend.h"

namespace luxlane::soc {

/// A TCP server on the loopback interface for one client at a time. What the guest sends while
/// nobody is connected is kept (the last 64 KiB) and delivered on connection.
class uart_tcp_backend : public uart_backend {
public:
    /// `port` 0 takes any free one. Throws boost::system::system_error if the port is taken.
    explicit uart_tcp_backend(std::uint16_t port);
    ~uart_tcp_backend() override;

    std::uint16_t port() const;

    void put(std::uint8_t character) override;
    bool has_input() const override { return true; }
    std::optional<std::uint8_t> get() override;

private:
    struct connection;
    std::unique_ptr<connection> connection_;
};

}  // namespace luxlane::soc
