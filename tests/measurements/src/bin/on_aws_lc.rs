//! The same with the SDK on aws-lc. A program has one of the two libraries, so there are two programs.

fn main() -> std::process::ExitCode {
    clerk_measurements::main()
}
