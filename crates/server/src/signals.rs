//! What the system asks of a server: to end, to load again, and how many files it may open.

#[cfg(unix)]
pub(crate) use unix::{Ending, Hangup, allow_files};

#[cfg(not(unix))]
pub(crate) use other::{Ending, Hangup, allow_files};

#[cfg(unix)]
mod unix {
    use std::io;

    use rustix::process::{Resource, getrlimit, setrlimit};
    use tokio::signal::unix::{Signal, SignalKind, signal};

    /// SIGTERM and Ctrl-C.
    pub(crate) struct Ending {
        terminate: Signal,
        interrupt: Signal,
    }

    impl Ending {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                interrupt: signal(SignalKind::interrupt())?,
            })
        }

        /// Waits until one of them comes.
        pub(crate) async fn wait(&mut self) {
            tokio::select! {
                _ = self.terminate.recv() => {}
                _ = self.interrupt.recv() => {}
            }
        }
    }

    /// SIGHUP.
    pub(crate) struct Hangup(Signal);

    impl Hangup {
        pub(crate) fn new() -> io::Result<Self> {
            signal(SignalKind::hangup()).map(Self)
        }

        /// Waits until it comes.
        pub(crate) async fn wait(&mut self) {
            self.0.recv().await;
        }
    }

    /// Asks the system for as many open files as connections need; with fewer, connections wait.
    pub(crate) fn allow_files(wanted: u64) {
        let mut limit = getrlimit(Resource::Nofile);
        let most = limit.maximum.unwrap_or(wanted).min(wanted);
        if limit.current.is_some_and(|current| current < most) {
            limit.current = Some(most);
            if setrlimit(Resource::Nofile, limit).is_err() {
                tracing::warn!("the system allows few open files; connections may have to wait");
            }
        }
    }
}

#[cfg(not(unix))]
mod other {
    use std::io;

    /// Ctrl-C.
    pub(crate) struct Ending;

    impl Ending {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits until it comes; without it, for ever.
        pub(crate) async fn wait(&mut self) {
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// No signal of this system says so.
    pub(crate) struct Hangup;

    impl Hangup {
        pub(crate) fn new() -> io::Result<Self> {
            Ok(Self)
        }

        /// Waits for ever.
        pub(crate) async fn wait(&mut self) {
            std::future::pending::<()>().await;
        }
    }

    /// The system has no such bound.
    pub(crate) fn allow_files(_: u64) {}
}
