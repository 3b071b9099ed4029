fn main() -> std::process::ExitCode {
    clerk_measurements::main()
}
