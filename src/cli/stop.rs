//! Ctrl+C while a command works: it stops at the next row and leaves nothing half.
//!
//! A second Ctrl+C ends the program at once, wherever it is. Not for the server, which closes in its own way.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::signal::unix::{SignalKind, signal};

use super::failure::Failure;
use super::words::{t, warn};

static ASKED: AtomicBool = AtomicBool::new(false);

/// The usual exit code of a program that Ctrl+C ended.
const ENDED_AT_ONCE: i32 = 130;

/// From here on Ctrl+C (or SIGTERM) asks to stop instead of ending the program. Where that cannot be
/// had, Ctrl+C goes on ending it.
pub fn listen() {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    let within = runtime.enter();
    let signals = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    drop(within);
    let (Ok(mut interrupt), Ok(mut terminate)) = signals else { return };
    std::thread::spawn(move || {
        runtime.block_on(async {
            let mut next = async || {
                tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            };
            next().await;
            ASKED.store(true, Ordering::Relaxed);
            warn(t("正在停止……再按一次 Ctrl+C 立即退出", "stopping … Ctrl+C once more ends it at once"));
            next().await;
        });
        std::process::exit(ENDED_AT_ONCE);
    });
}

/// Whether it was asked to stop.
pub fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// The answer to a progress report.
pub fn flow() -> ControlFlow<()> {
    if asked() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// An error if it was asked to stop.
pub fn check() -> Result<(), Failure> {
    if asked() { Err(stopped()) } else { Ok(()) }
}

/// What is said of a command that was stopped.
pub fn stopped() -> Failure {
    Failure::nothing("已停止，没有写入任何内容", "stopped; nothing was written")
        .then("要重做，请再执行一次同样的命令。", "To do it after all, run the same command again.")
}
