// libsystemc refers to the function that programs with its own main do without; ours drive the
// kernel from their main and never call it.
extern "C" [[gnu::weak]] int sc_main(int, char*[]) { return 0; }
