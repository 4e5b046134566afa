//! Parses arguments, calls `cli`.

fn main() -> std::process::ExitCode {
    boundstone::cli::run()
}
