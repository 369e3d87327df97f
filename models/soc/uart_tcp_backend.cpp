#include "models/soc/uart_tcp_backend.h"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <string>

namespace luxlane::soc {

using boost::asio::ip::tcp;

namespace {

constexpr std::size_t kept_bytes = 65536;

}  // namespace

/// Non-blocking throughout: the simulation never waits for its client.
struct uart_tcp_backend::connection {
    boost::asio::io_context context;
    tcp::acceptor acceptor;
    tcp::socket client;
    std::string waiting;  ///< sent by the guest, not yet taken by the client
    std::uint8_t received[256];
    std::size_t received_bytes = 0;
    std::size_t delivered_bytes = 0;

    explicit connection(std::uint16_t port)
        : acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), port)),
          client(context) {
        acceptor.non_blocking(true);
    }

    void accept() {
        boost::system::error_code error;
        if (!client.is_open()) {
            acceptor.accept(client, error);
            if (error) {
                client.close(error);
                return;
            }
            client.non_blocking(true, error);
        }
    }

    void check(const boost::system::error_code& error) {
        if (error && error != boost::asio::error::would_block) {
            boost::system::error_code ignored;
            client.close(ignored);
        }
    }

    void send() {
        accept();
        if (!client.is_open() || waiting.empty()) {
            return;
        }
        boost::system::error_code error;
        const auto sent = client.send(boost::asio::buffer(waiting), 0, error);
        waiting.erase(0, sent);
        check(error);
    }

    void receive() {
        accept();
        if (!client.is_open() || delivered_bytes < received_bytes) {
            return;
        }
        boost::system::error_code error;
        delivered_bytes = 0;
        received_bytes = client.receive(boost::asio::buffer(received), 0, error);
        check(error);
    }
};

uart_tcp_backend::uart_tcp_backend(std::uint16_t port)
    : connection_(std::make_unique<connection>(port)) {}

uart_tcp_backend::~uart_tcp_backend() = default;

std::uint16_t uart_tcp_backend::port() const {
    return connection_->acceptor.local_endpoint().port();
}

void uart_tcp_backend::put(std::uint8_t character) {
    auto& waiting = connection_->waiting;
    waiting += static_cast<char>(character);
    if (waiting.size() > kept_bytes) {
        waiting.erase(0, waiting.size() - kept_bytes);
    }
    connection_->send();
}

std::optional<std::uint8_t> uart_tcp_backend::get() {
    connection_->send();
    connection_->receive();
    if (connection_->delivered_bytes == connection_->received_bytes) {
        return std::nullopt;
    }
    return connection_->received[connection_->delivered_bytes++];
}

}  // namespace luxlane::soc
