//! Configuration, wiring, shutdown, logging: from a register to a listening server.
//!
//! What is asked and answered is `api`; this is about the socket, the limits, the headers that every
//! answer has, the embedded web part, and the thread that follows what other processes write.

mod connections;
mod follow;
mod layers;
mod web;

use std::future::Future;
use std::io::{self, IsTerminal as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

pub use layers::Limits;

use crate::api::{self, App, Clock, Options, router};
use crate::attachments::Attachments;
use crate::documents::Templates;
use crate::formats::ogr::Worker;
use crate::model::Secrecy;
use crate::register::{Register, StoreError};
use crate::rules::Rules;
use crate::underlays::{Basemaps, Underlays};

/// How the server is to run.
#[derive(Clone)]
pub struct Config {
    /// address and port; port 0 takes a free one
    pub bind: SocketAddr,
    /// the highest class of records that anybody sees
    pub show: Secrecy,
    /// whether nothing may be changed
    pub read_only: bool,
    /// whether the data is made up
    pub demo: bool,
    /// scheme and host under which clients reach us, where a proxy stands in between
    pub public_url: Option<String>,
    /// folder for uploads and drafts, beside the register; one that goes with the program where absent
    pub work: Option<PathBuf>,
    /// pictures under the data
    pub underlays: Arc<Underlays>,
    /// photos and papers that records list
    pub media: Arc<Attachments>,
    /// how GDAL's process is run for pictures
    pub worker: Worker,
    /// maps of others under the data
    pub basemaps: Arc<Basemaps>,
    /// what checks go by
    pub rules: Arc<Rules>,
    /// templates of papers
    pub templates: Arc<Templates>,
    /// limits
    pub limits: Limits,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8080)),
            show: Secrecy::Public,
            read_only: false,
            demo: false,
            public_url: None,
            work: None,
            underlays: Arc::default(),
            media: Arc::default(),
            worker: Worker::default(),
            basemaps: Arc::default(),
            rules: Rules::compiled().clone(),
            templates: Arc::default(),
            limits: Limits::default(),
        }
    }
}

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// the address cannot be had
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// the address
        address: SocketAddr,
        /// why not
        source: io::Error,
    },
    /// the runtime or the socket failed
    #[error("the server failed: {0}")]
    Io(#[from] io::Error),
    /// the register cannot be read
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How long open requests may go on after the server was told to close.
const GRACE: Duration = Duration::from_secs(10);
/// Threads for work that blocks: reading, deciding, committing.
const BLOCKING_THREADS: usize = 64;

/// The state and everything that answers, without a socket: also for tests.
pub fn application(
    register: Arc<Register>,
    config: &Config,
    clock: Option<Clock>,
) -> Result<(Arc<App>, Router), StoreError> {
    let defaults = Options::default();
    let options = Options {
        show: config.show,
        read_only: config.read_only,
        demo: config.demo,
        public_url: config.public_url.clone(),
        work: config.work.clone(),
        upload_bytes: config.limits.upload,
        underlays: config.underlays.clone(),
        media: config.media.clone(),
        worker: config.worker.clone(),
        basemaps: config.basemaps.clone(),
        rules: config.rules.clone(),
        templates: config.templates.clone(),
        clock: clock.unwrap_or(defaults.clock),
    };
    let app = Arc::new(App::new(register, options)?);
    let routes = router(app.clone()).fallback(web::serve);
    Ok((app.clone(), layers::around(routes, app, config.limits)))
}

/// A server that has its address and does not answer yet.
pub struct Server {
    listener: TcpListener,
    app: Arc<App>,
    routes: Router,
    head_time: Duration,
}

impl Server {
    /// Takes the address.
    pub async fn bind(register: Arc<Register>, config: &Config) -> Result<Self, ServeError> {
        let (app, routes) = application(register, config, None)?;
        let listener = TcpListener::bind(config.bind)
            .await
            .map_err(|source| ServeError::Bind { address: config.bind, source })?;
        Ok(Self { listener, app, routes, head_time: config.limits.head_time })
    }

    /// The address it has.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Answers until `stop` is done, then lets open requests end.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> Result<(), ServeError> {
        let Self { listener, app, routes, head_time } = self;
        let follower = follow::start(app.clone())?;
        let opening = app.clone();
        std::thread::spawn(move || api::warm_tiles(&opening));
        tracing::info!(address = %listener.local_addr()?, revision = app.register.snapshot().revision().0, "listening");
        let (closing, closed) = tokio::sync::oneshot::channel();
        let ending = app.clone();
        let serving = connections::serve(listener, routes, head_time, async move {
            stop.await;
            tracing::info!("closing");
            ending.close();
            let _ = closing.send(());
        });
        let overdue = async {
            let _ = closed.await;
            tokio::time::sleep(GRACE).await;
        };
        tokio::select! {
            () = serving => {}
            () = overdue => tracing::warn!("requests were still open and have been cut off"),
        }
        drop(follower);
        tracing::info!("closed");
        Ok(())
    }
}

/// Serves until SIGINT or SIGTERM; `ready` hears the address once the server answers there.
pub fn serve_blocking(
    register: Arc<Register>,
    config: &Config,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(BLOCKING_THREADS)
        .build()?;
    let outcome = runtime.block_on(async {
        let server = Server::bind(register, config).await?;
        ready(server.address()?);
        server.run(stop_signal()).await
    });
    // A handler that still computes must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut stream) => {
                stream.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
}

/// How logs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum LogForm {
    /// for people
    #[default]
    Text,
    /// one JSON object a line
    Json,
}

/// Starts logging to standard error, once per process; `RUST_LOG` chooses what, else `info`.
pub fn start_logging(form: LogForm) {
    use tracing_subscriber::{EnvFilter, fmt};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let builder = builder.with_ansi(io::stderr().is_terminal());
    // A second call, as in tests, changes nothing.
    let _ = match form {
        LogForm::Text => builder.try_init(),
        LogForm::Json => builder.json().try_init(),
    };
}
