//! Connections: taken, answered, and closed in good order.
//!
//! `axum::serve` waits for a request's head for ever; here a client that sends it byte by byte is cut off.

use std::future::Future;
use std::io::{Error, ErrorKind};
use std::net::IpAddr;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::Service;

use crate::api::Peer;

/// How long no connection is taken after the system had none to give (too many open files).
const PAUSE: Duration = Duration::from_secs(1);

/// Answers until `stop` is done, then until what is open has ended. `head` is how long a connection may
/// take to send the head of its next request, idle time included.
pub async fn serve(listener: TcpListener, routes: Router, head: Duration, stop: impl Future<Output = ()>) {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(head);
    let (close, told) = watch::channel(());
    let mut stop = pin!(stop);
    loop {
        let (stream, from) = tokio::select! {
            taken = listener.accept() => match taken {
                Ok(taken) => taken,
                Err(error) => {
                    not_taken(&error).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        tokio::spawn(answer((stream, from.ip()), builder.clone(), routes.clone(), told.clone()));
    }
    drop((listener, told));
    // Each connection holds a receiver until it has ended.
    close.send_replace(());
    close.closed().await;
}

/// One connection: until its client leaves, or until it is told to close and has answered what it had begun.
async fn answer(
    (stream, from): (TcpStream, IpAddr),
    builder: Builder<TokioExecutor>,
    routes: Router,
    mut told: watch::Receiver<()>,
) {
    let routes = From { routes, peer: Peer(from) };
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = told.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

async fn not_taken(error: &Error) {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "no connection can be taken");
        tokio::time::sleep(PAUSE).await;
    }
}

/// The routes of one connection: requests say where they come from.
#[derive(Clone)]
struct From {
    routes: Router,
    peer: Peer,
}

impl<B> Service<Request<B>> for From
where
    Router: Service<Request<B>>,
{
    type Response = <Router as Service<Request<B>>>::Response;
    type Error = <Router as Service<Request<B>>>::Error;
    type Future = <Router as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Service::<Request<B>>::poll_ready(&mut self.routes, context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(self.peer);
        self.routes.call(request)
    }
}
