#include "models/soc/uart_backend.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace luxlane::soc {

std::optional<std::uint8_t> uart_memory_backend::get() {
    if (waiting_.empty()) {
        return std::nullopt;
    }
    const char next = waiting_.front();
    waiting_.pop_front();
    return static_cast<std::uint8_t>(next);
}

uart_terminal_backend::uart_terminal_backend(std::string prefix, bool has_input)
    : prefix_(std::move(prefix)), has_input_(has_input) {}

uart_terminal_backend::~uart_terminal_backend() {
    if (!line_.empty()) {
        put('\n');
    }
}

void uart_terminal_backend::put(std::uint8_t character) {
    const auto printed = static_cast<char>(character);
    if (has_input_) {
        // Somebody types: a prompt must appear before its line ends.
        std::fputc(printed, stdout);
        std::fflush(stdout);
        return;
    }
    if (printed != '\n') {
        line_ += printed;
        return;
    }
    std::fputs((prefix_ + line_ + '\n').c_str(), stdout);
    std::fflush(stdout);
    line_.clear();
}

std::optional<std::uint8_t> uart_terminal_backend::get() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    std::uint8_t character = 0;
    if (!has_input_ || poll(&input, 1, 0) <= 0 || ::read(STDIN_FILENO, &character, 1) != 1) {
        return std::nullopt;
    }
    return character;
}

uart_file_backend::uart_file_backend(const std::string& path)
    : file_(std::fopen(path.c_str(), "wb")) {
    if (!file_) {
        throw std::system_error(errno, std::generic_category(), path);
    }
}

void uart_file_backend::put(std::uint8_t character) {
    std::fputc(character, file_.get());
    if (character == '\n') {
        std::fflush(file_.get());
    }
}

}  // namespace luxlane::soc
