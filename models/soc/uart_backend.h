#pragma once

#include <cstdint>
#include <cstdio>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace luxlane::soc {

/// What a serial port is connected to on the host.
class uart_backend {
public:
    virtual ~uart_backend() = default;

    /// A character that the guest has sent.
    virtual void put(std::uint8_t character) = 0;
    /// True if characters may come from here; only then does the port poll it.
    virtual bool has_input() const { return false; }
    /// The next character for the guest, if one waits; never blocks.
    virtual std::optional<std::uint8_t> get() { return std::nullopt; }
};

/// A string for what the guest sends and a queue for what it receives.
class uart_memory_backend : public uart_backend {
public:
    explicit uart_memory_backend(bool has_input = false) : has_input_(has_input) {}

    void put(std::uint8_t character) override { sent_ += static_cast<char>(character); }
    bool has_input() const override { return has_input_; }
    std::optional<std::uint8_t> get() override;

    const std::string& sent() const { return sent_; }
    void feed(const std::string& text) {
        waiting_.insert(waiting_.end(), text.begin(), text.end());
    }

private:
    bool has_input_;
    std::string sent_;
    std::deque<char> waiting_;
};

/// Standard output and, if wanted, standard input. Lines appear when they are complete and carry
/// `prefix`, so that several boards can share a terminal.
class uart_terminal_backend : public uart_backend {
public:
    uart_terminal_backend(std::string prefix, bool has_input);
    ~uart_terminal_backend() override;

    void put(std::uint8_t character) override;
    bool has_input() const override { return has_input_; }
    std::optional<std::uint8_t> get() override;

private:
    std::string prefix_;
    bool has_input_;
    std::string line_;
};

/// A file that receives what the guest sends.
class uart_file_backend : public uart_backend {
public:
    /// Creates or truncates `path`; std::system_error if that fails.
    explicit uart_file_backend(const std::string& path);

    void put(std::uint8_t character) override;

private:
    struct close_file {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, close_file> file_;
};

}  // namespace luxlane::soc
