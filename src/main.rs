//! Parses arguments, calls `cli`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    // Before the command line is looked at: this process may be the child that runs GDAL.
    if std::env::args().nth(1).is_some_and(|word| word == boundstone::formats::ogr::WORKER_COMMAND) {
        return boundstone::formats::ogr::ogr_worker_main();
    }
    boundstone::cli::run()
}
