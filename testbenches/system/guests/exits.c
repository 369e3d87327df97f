/* Fails with an exit status of its own. */

int main(void) { return 42; }
