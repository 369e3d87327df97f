#include "platform/plot/gnuplot.h"

#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <vector>

#include "platform/plot/plot.h"

namespace luxlane::plot {

namespace {

/// A file in memory that a child can have as one of its standard streams: unlike a pipe it never
/// fills, and unlike a temporary file nothing of it stays.
class memory_file {
public:
    memory_file() : descriptor_(memfd_create("luxlane-plot", MFD_CLOEXEC)) {
        if (descriptor_ < 0)
            throw plot_error(std::string("cannot talk to gnuplot: ") + std::strerror(errno));
    }
    ~memory_file() { close(descriptor_); }
    memory_file(const memory_file&) = delete;
    memory_file& operator=(const memory_file&) = delete;

    int descriptor() const { return descriptor_; }

    void fill(std::string_view text) {
        while (!text.empty()) {
            const ssize_t count = ::write(descriptor_, text.data(), text.size());
            if (count < 0)
                throw plot_error(std::string("cannot talk to gnuplot: ") + std::strerror(errno));
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        lseek(descriptor_, 0, SEEK_SET);
    }

    std::string contents() const {
        std::string text;
        std::array<char, 65536> block;
        lseek(descriptor_, 0, SEEK_SET);
        for (ssize_t count; (count = read(descriptor_, block.data(), block.size())) > 0;)
            text.append(block.data(), static_cast<std::size_t>(count));
        return text;
    }

private:
    int descriptor_;
};

/// The caller's environment without what changes a picture: locale and Gnuplot's own variables.
std::vector<char*> neutral_environment() {
    static char locale[] = "LC_ALL=C.UTF-8";
    std::vector<char*> kept{locale};
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        if (!text.starts_with("LC_") && !text.starts_with("LANG") && !text.starts_with("GNUPLOT"))
            kept.push_back(*entry);
    }
    kept.push_back(nullptr);
    return kept;
}

}  // namespace

std::string run_gnuplot(const std::string& script) {
    memory_file input, output, complaints;
    input.fill(script);
    posix_spawn_file_actions_t streams;
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_adddup2(&streams, input.descriptor(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&streams, output.descriptor(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&streams, complaints.descriptor(), STDERR_FILENO);
    char program[] = "gnuplot";
    char defaults[] = "--default-settings";
    std::array<char*, 3> arguments = {program, defaults, nullptr};
    std::vector<char*> environment = neutral_environment();
    pid_t child = 0;
    const int failure =
        posix_spawnp(&child, program, &streams, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&streams);
    if (failure != 0) {
        throw plot_error(std::string("cannot start gnuplot: ") + std::strerror(failure) +
                         " (Debian package gnuplot-nox; scripts/setup installs it)");
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        throw plot_error("gnuplot failed: " + complaints.contents());
    std::string picture = output.contents();
    if (picture.empty())
        throw plot_error("gnuplot drew nothing: " + complaints.contents());
    return picture;
}

}  // namespace luxlane::plot
