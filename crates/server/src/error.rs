//! Why a server does not start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use hob_inference::InferenceError;

/// What is wrong with what was asked for, or with the machine.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A bundle that cannot be used.
    #[error("cannot serve `{}`", path.display())]
    Model {
        /// The bundle.
        path: PathBuf,
        /// Why.
        source: Box<InferenceError>,
    },
    /// Two bundles under one name.
    #[error(
        "two models have the name `{name}`\nhint: give them names, such as `first={}`", path.display()
    )]
    SameName {
        /// The name.
        name: String,
        /// The second bundle.
        path: PathBuf,
    },
    /// A name that cannot be part of a path.
    #[error(
        "`{name}` cannot be the name of a model: letters, digits, `-`, `_` and `.` can\n\
         hint: give it another one, such as `my-model={}`", path.display()
    )]
    BadName {
        /// The name.
        name: String,
        /// The bundle.
        path: PathBuf,
    },
    /// The address is taken or not of this machine.
    #[error("cannot listen on {addr}")]
    Listen {
        /// As asked for.
        addr: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// A file that cannot be read.
    #[error("cannot read `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line of a key file.
    #[error(
        "`{}`, line {line}: {reason}\nhint: a line is a name and the SHA-256 of the key, as \
         `printf %s KEY | sha256sum` prints it", path.display()
    )]
    Key {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A certificate or its key.
    #[error("cannot use the certificate `{}`: {reason}", path.display())]
    Tls {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An origin that is none.
    #[error("`{0}` is no origin\nhint: an origin is such as `https://shop.example.com`")]
    Origin(String),
    /// The system gave no thread or signal handler.
    #[error("cannot start the server")]
    Start(#[from] io::Error),
}
