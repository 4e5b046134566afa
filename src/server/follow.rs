//! Brings the register up to what other processes write, and passes its events on.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::RecvTimeoutError;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::api::App;

/// How often the store is asked for revisions of other processes: one read of one row.
const EVERY: Duration = Duration::from_millis(200);

/// The follower; it ends when this is dropped.
pub struct Follower {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            // A panic in it has been logged by the panic hook; there is nobody left to tell.
            let _ = thread.join();
        }
    }
}

/// Starts following.
pub fn start(app: Arc<App>) -> io::Result<Follower> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = stop.clone();
    let doors = keep_doors(app.clone(), stop.clone())?;
    let events = app.register.subscribe();
    let thread = Builder::new().name("follower".into()).spawn(move || {
        // The first tile need not wait for the divisions to be prepared.
        app.tiles.prepare(&app.register.snapshot());
        let (counting, stopped) = (app.clone(), stopping.clone());
        let counter = move || counting.count_log(&|| stopped.load(Ordering::Relaxed));
        if let Err(error) = Builder::new().name("counter".into()).spawn(counter) {
            tracing::warn!(%error, "the log is counted when it is first listed");
        }
        let mut asked = Instant::now();
        while !stopping.load(Ordering::Relaxed) {
            match events.recv_timeout(EVERY.saturating_sub(asked.elapsed())) {
                Ok(event) => app.announce(event),
                Err(RecvTimeoutError::Timeout) => {
                    asked = Instant::now();
                    if let Err(error) = app.register.follow() {
                        tracing::warn!(%error, "cannot follow the register");
                    }
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
    })?;
    Ok(Follower { stop, threads: vec![thread, doors] })
}

/// Writes down who came in, now and then and when the server closes: a thread of its own, as it waits for whoever
/// writes to the register.
fn keep_doors(app: Arc<App>, stop: Arc<AtomicBool>) -> io::Result<JoinHandle<()>> {
    Builder::new().name("doors".into()).spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(EVERY);
            app.write_accesses();
        }
        app.write_accesses();
    })
}
