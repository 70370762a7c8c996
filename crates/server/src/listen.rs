//! From the command to a listening server, and to its end.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::HeaderValue;
use hyper::body::Incoming;
use hyper::{Request, server::conn::http1, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::body::Bodies;
use crate::config::ServeConfig;
use crate::error::ServeError;
use crate::keys::Keys;
use crate::limits::RateLimits;
use crate::metrics::Metrics;
use crate::registry::Registry;
use crate::signals::{Ending, allow_files};
use crate::state::{Shared, State};
use crate::{logging, reload, routes, tls};

/// Time for the head of a request, or for a TLS handshake. It also ends connections on which nothing is asked.
const HEAD_TIME: Duration = Duration::from_secs(10);
/// Time in which some of an answer must be taken.
const WRITE_TIME: Duration = Duration::from_secs(30);
/// Connections that the system holds until they are accepted.
const BACKLOG: u32 = 4096;
/// Pause after the system had no file or memory for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Streams of an HTTP/2 connection.
const STREAMS: u32 = 64;
/// Files that are open beside connections.
const OTHER_FILES: u64 = 64;

/// Serves until SIGTERM or Ctrl-C, then finishes what is in flight. `ready` is called with the address when the server
/// listens.
///
/// # Errors
/// A bundle, a key, a certificate or the address cannot be used.
pub fn serve(config: &ServeConfig, ready: impl FnOnce(SocketAddr)) -> Result<(), ServeError> {
    logging::start(config.log, config.access_log);
    allow_files(config.max_connections as u64 + OTHER_FILES);
    let origins = origins(&config.cors_origins)?;
    let acceptor = config.tls.as_ref().map(tls::acceptor).transpose()?;
    let state = state(config)?;
    let router = routes::router(&state, &origins);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let served: Result<(), ServeError> = runtime.block_on(async {
        let listen = |source| ServeError::Listen {
            addr: config.addr,
            source,
        };
        let listener = bind(config.addr).map_err(listen)?;
        let addr = listener.local_addr().map_err(listen)?;
        tokio::spawn(reload::watch(state.clone(), config.device.clone()));
        ready(addr);
        let server = Server {
            state,
            router,
            acceptor,
            connections: Arc::new(Semaphore::new(config.max_connections)),
            graceful: GracefulShutdown::new(),
        };
        server.run(listener, config.timeout).await?;
        Ok(())
    });
    // What still reads a file is not waited for.
    runtime.shutdown_background();
    served
}

/// As [`TcpListener::bind`], with more room for connections that come all at once: one that finds none tries again only
/// after a second.
fn bind(addr: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match addr {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    // Otherwise a server that ended a moment ago would keep the next one from starting.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

fn state(config: &ServeConfig) -> Result<Shared, ServeError> {
    let metrics = Arc::new(Metrics::new());
    let keys = Keys::new(config.api_keys.as_deref(), config.api_key.as_deref())?;
    let rates = config.rate_limit.and_then(NonZeroU32::new);
    if !keys.is_empty() {
        tracing::info!(keys = keys.len(), "asking for API keys");
    }
    Ok(Arc::new(State {
        registry: Registry::open(config, &metrics)?,
        metrics,
        keys,
        rates: rates.map(RateLimits::new),
        bodies: Bodies::new(config.max_body, config.max_file, config.timeout),
        shows_reports: config.reports,
        max_rows: config.max_rows,
        timeout: config.timeout,
        has_tls: config.tls.is_some(),
        is_ending: AtomicBool::new(false),
    }))
}

fn origins(origins: &[String]) -> Result<Vec<HeaderValue>, ServeError> {
    let origin = |text: &String| {
        let has_scheme = text.starts_with("https://") || text.starts_with("http://");
        let value = HeaderValue::from_str(text).ok().filter(|_| has_scheme);
        value.ok_or_else(|| ServeError::Origin(text.clone()))
    };
    origins.iter().map(origin).collect()
}

struct Server {
    state: Shared,
    router: Router,
    acceptor: Option<TlsAcceptor>,
    connections: Arc<Semaphore>,
    graceful: GracefulShutdown,
}

impl Server {
    async fn run(self, listener: TcpListener, timeout: Duration) -> std::io::Result<()> {
        let mut ending = Ending::new()?;
        loop {
            let accepted = tokio::select! {
                accepted = accept(&listener, &self.connections) => accepted,
                () = ending.wait() => break,
            };
            match accepted {
                Ok((stream, peer, permit)) => self.start(stream, peer, permit),
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        self.state.is_ending.store(true, Ordering::Relaxed);
        drop(listener);
        tracing::info!("finishing what is in flight");
        tokio::select! {
            () = self.graceful.shutdown() => {}
            () = tokio::time::sleep(timeout) => tracing::warn!("some requests were not finished in time"),
            // Asked twice, it ends at once.
            () = ending.wait() => {}
        }
        Ok(())
    }

    fn start(&self, stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit) {
        // Answers are written whole, so waiting for more to send would only delay them.
        let _ = stream.set_nodelay(true);
        let (router, watcher) = (self.router.clone(), self.graceful.watcher());
        let gauge = self.state.metrics.connections.clone();
        let acceptor = self.acceptor.clone();
        let idle = HEAD_TIME + 3 * self.state.timeout;
        gauge.inc();
        tokio::spawn(async move {
            let stream = with_deadlines(stream, idle);
            match acceptor {
                None => http1(stream, peer, router, watcher).await,
                Some(acceptor) => {
                    let handshake = tokio::time::timeout(HEAD_TIME, acceptor.accept(stream)).await;
                    if let Ok(Ok(stream)) = handshake {
                        match stream.get_ref().1.alpn_protocol() {
                            Some(tls::H2) => http2(stream, peer, router, watcher).await,
                            _ => http1(stream, peer, router, watcher).await,
                        }
                    }
                }
            }
            gauge.dec();
            drop(permit);
        });
    }
}

/// A connection on which nothing can be written for a while is closed: its client does not read what it asked for. So is
/// one on which nothing comes for longer than any answer takes; of HTTP/2 that is one which does not even begin.
fn with_deadlines(stream: TcpStream, idle: Duration) -> Pin<Box<TimeoutStream<TcpStream>>> {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(WRITE_TIME));
    stream.set_read_timeout(Some(idle));
    Box::pin(stream)
}

/// The next connection, when there is room for it.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(connections).acquire_owned().await;
    let permit = permit.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    Ok((stream, peer, permit))
}

async fn http1(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(64 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    // Clients go away without a word; that is no event.
    let _ = watcher.watch(connection).await;
}

async fn http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    watcher: Watcher,
) {
    let service = service_fn(move |request| answer(router.clone(), peer, request));
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD_TIME)
        .max_concurrent_streams(STREAMS)
        .serve_connection(TokioIo::new(stream), service);
    let _ = watcher.watch(connection).await;
}

async fn answer(
    router: Router,
    peer: SocketAddr,
    mut request: Request<Incoming>,
) -> Result<axum::response::Response, std::convert::Infallible> {
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request.map(Body::new)).await
}
