//! Listens and serves. Rule: told to stop, the server takes no new connections and finishes what it has begun.

use std::convert::Infallible;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tower::Service;

use crate::health::Draining;

/// How long and how much of a refused body is read before a connection is closed.
const LINGER: Duration = Duration::from_secs(2);
const LINGER_BYTES: usize = 16 * 1024 * 1024;
/// The most that is buffered of one request's head.
const HEAD_BYTES: usize = 64 * 1024;
/// How long to wait after a failure to accept, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How the server treats its connections.
#[derive(Clone, Debug)]
pub struct ServeSettings {
    /// How long requests that have begun may take to finish once the server is told to stop.
    pub grace: Duration,
    /// How long a client may take to send the head of a request; also how long an idle connection is kept.
    pub header_timeout: Duration,
    /// How many connections are served at once; more wait to be accepted.
    pub max_connections: usize,
    /// Set when the server is told to stop: [`Edge::draining`](crate::Edge::draining).
    pub draining: Draining,
}

impl ServeSettings {
    /// The usual settings: 10 s for a head, 10,000 connections.
    #[must_use]
    pub fn new(grace: Duration, draining: Draining) -> Self {
        Self { grace, header_timeout: Duration::from_secs(10), max_connections: 10_000, draining }
    }
}

/// Serves until `shutdown` is done; then finishes the requests that have begun, for at most the grace of the settings.
/// Gives back how many connections were cut off.
#[expect(clippy::missing_panics_doc, reason = "nothing closes the semaphore")]
pub async fn serve<S>(
    listener: TcpListener,
    service: S,
    shutdown: impl Future<Output = ()>,
    settings: ServeSettings,
) -> usize
where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + Unpin>
        + Clone
        + Unpin
        + Send
        + 'static,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(settings.header_timeout)
        .max_buf_size(HEAD_BYTES)
        .keep_alive(true);
    let max = settings.max_connections.clamp(1, Semaphore::MAX_PERMITS);
    let places = Arc::new(Semaphore::new(max));
    let (stop, stopping) = watch::channel(false);
    let mut shutdown = pin!(shutdown);

    loop {
        let next = async {
            let place = places.clone().acquire_owned().await.expect("the semaphore is never closed");
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            // Asked first, so that a busy listener can not hold up a stop.
            biased;
            () = &mut shutdown => break,
            next = next => next,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection =
                    serve_connection(http.clone(), stream, peer, service.clone(), stopping.clone());
                tokio::spawn(async move {
                    connection.await;
                    drop(place);
                });
            }
            Err(error) => pause_after(&error).await,
        }
    }

    settings.draining.begin();
    // Closed at once, so that clients turn to another node instead of waiting here.
    drop(listener);
    let _ = stop.send(true);
    let every = u32::try_from(max).unwrap_or(u32::MAX);
    let all_done = places.acquire_many(every);
    let _ = tokio::time::timeout(settings.grace, all_done).await;
    max - places.available_permits()
}

/// A connection that was broken off while it waited is the client's affair; anything else is ours, and will not mend
/// itself by trying harder.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::error!(%error, "can not accept connections");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

async fn serve_connection<S>(
    http: http1::Builder,
    stream: TcpStream,
    peer: SocketAddr,
    service: S,
    mut stopping: watch::Receiver<bool>,
) where
    S: Service<Request, Response = Response, Error = Infallible, Future: Send + Unpin>
        + Clone
        + Unpin
        + Send
        + 'static,
{
    // Answers are small and complete: waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    let mut connection = http.serve_connection(TokioIo::new(stream), Connection { service, peer });
    let by_itself = tokio::select! {
        ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => Some(ended),
        () = told_to_stop(&mut stopping) => None,
    };
    let ended = if let Some(ended) = by_itself {
        ended
    } else {
        Pin::new(&mut connection).graceful_shutdown();
        poll_fn(|cx| connection.poll_without_shutdown(cx)).await
    };
    match ended {
        Ok(()) if !*stopping.borrow() => linger(connection.into_parts().io.into_inner()).await,
        Ok(()) => {}
        Err(error) => tracing::debug!(%error, "connection ended"),
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// Closes a connection so that its last answer arrives: to close it while the client still sends, as it does when its
/// body was refused, would throw that answer away.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let discard = async {
        let mut scrap = vec![0; 16 * 1024];
        let mut left = LINGER_BYTES;
        while let Ok(read @ 1..) = stream.read(&mut scrap).await {
            let Some(rest) = left.checked_sub(read) else { return };
            left = rest;
        }
    };
    let _ = tokio::time::timeout(LINGER, discard).await;
}

/// What is served, as one connection sees it.
struct Connection<S> {
    service: S,
    peer: SocketAddr,
}

impl<S> hyper::service::Service<hyper::Request<Incoming>> for Connection<S>
where
    S: Service<Request, Response = Response, Error = Infallible> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = S::Future;

    fn call(&self, request: hyper::Request<Incoming>) -> Self::Future {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        // What is served is always ready, and its clone is a few counts.
        self.service.clone().call(request)
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::routing::{get, post};
    use futures_util::FutureExt;
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;

    use super::*;
    use crate::JsonBody;

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        task: JoinHandle<usize>,
        draining: Draining,
    }

    async fn start(grace: Duration, header_timeout: Duration) -> Running {
        let router = Router::new()
            .route(
                "/",
                get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() }),
            )
            .route("/json", post(|_: JsonBody<()>| async {}))
            .route(
                "/slow",
                get(|| async {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    "done"
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let draining = Draining::default();
        let settings = ServeSettings {
            header_timeout,
            max_connections: 4,
            ..ServeSettings::new(grace, draining.clone())
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(serve(listener, router, stopped.map(drop), settings));
        Running { address, stop, task, draining }
    }

    async fn exchange(address: SocketAddr, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.expect("a listener");
        let _ = stream.write_all(request).await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("an answer");
        String::from_utf8(answer).expect("text")
    }

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test]
    async fn tells_the_router_who_asks() {
        let server = start(SECOND, SECOND).await;
        let answer =
            exchange(server.address, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
    }

    #[tokio::test]
    async fn finishes_what_has_begun_and_takes_nothing_new() {
        let server = start(10 * SECOND, 10 * SECOND).await;
        let address = server.address;
        // An idle connection does not hold the stop up.
        let _idle = TcpStream::connect(address).await.expect("a listener");
        let slow =
            tokio::spawn(async move { exchange(address, b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!server.draining.has_begun());
        server.stop.send(()).expect("still running");
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(server.draining.has_begun());
        assert!(TcpStream::connect(address).await.is_err());
        let answer = slow.await.expect("no panic");
        assert!(answer.ends_with("done"), "{answer}");
        assert_eq!(server.task.await.expect("no panic"), 0);
    }

    #[tokio::test]
    async fn cuts_off_what_outlasts_the_grace() {
        let server = start(Duration::from_millis(50), 10 * SECOND).await;
        let address = server.address;
        let slow =
            tokio::spawn(async move { exchange(address, b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await });
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.stop.send(()).expect("still running");
        assert_eq!(server.task.await.expect("no panic"), 1);
        slow.abort();
    }

    #[tokio::test]
    async fn a_head_that_never_ends_is_cut_off() {
        let server = start(SECOND, Duration::from_millis(100)).await;
        let answer = exchange(server.address, b"GET / HTTP/1.1\r\nhost:").await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }

    #[tokio::test]
    async fn a_refused_body_does_not_swallow_the_answer() {
        let server = start(SECOND, SECOND).await;
        let mut request =
            b"POST /json HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 4000000\r\n\r\n".to_vec();
        request.resize(request.len() + 4_000_000, b' ');
        let answer = exchange(server.address, &request).await;
        assert!(answer.starts_with("HTTP/1.1 413") && answer.ends_with('}'), "{answer}");
    }

    #[tokio::test]
    async fn more_connections_than_places_wait() {
        let server = start(SECOND, 10 * SECOND).await;
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(TcpStream::connect(server.address).await.expect("a listener"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        let address = server.address;
        let fifth = tokio::spawn(async move {
            exchange(address, b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!fifth.is_finished());
        drop(held);
        assert!(fifth.await.expect("no panic").starts_with("HTTP/1.1 200"));
    }
}
