//! Requests that wait for a worker, and the workers.
//!
//! Rows of requests that wait at the same time go through the network together: one pass over many rows costs little
//! more than one over a single row. Nobody waits for company unless `batch_wait` says so.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hob_data::source::Object;
use hob_inference::Model;
use hyper::StatusCode;
use tokio::sync::oneshot;

use crate::config::ServeConfig;
use crate::metrics::{Metrics, ModelLabels};
use crate::problem::Problem;
use crate::registry::Entry;
use crate::rows;
use crate::served::Served;

/// What is said to a request.
pub(crate) type Answer = Result<Bytes, Problem>;

/// Computes one answer.
pub(crate) type Call = Box<dyn FnOnce(&Served) -> Answer + Send>;

/// What a request wants.
pub(crate) enum Work {
    /// Rows to predict, which may share a pass with the rows of others.
    Rows(Vec<Object>),
    /// Anything else.
    Call(Call),
}

impl Work {
    fn num_rows(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Call(_) => 0,
        }
    }
}

struct Job {
    work: Work,
    reply: oneshot::Sender<Answer>,
}

/// Requests that wait, at most as many as the bound.
pub(crate) struct Queue {
    sender: SyncSender<Job>,
    receiver: Arc<Mutex<Receiver<Job>>>,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Queue")
    }
}

/// How a worker puts requests together.
#[derive(Clone, Copy)]
struct Batching {
    rows: usize,
    wait: Duration,
}

impl Queue {
    pub(crate) fn new(bound: usize) -> Self {
        let (sender, receiver) = sync_channel(bound);
        Self {
            sender,
            receiver: Arc::new(Mutex::new(receiver)),
        }
    }

    /// Waits for the answer of a worker, at most for the timeout.
    ///
    /// # Errors
    /// The queue is full, the time is up, or the work failed.
    pub(crate) async fn ask(&self, work: Work, timeout: Duration) -> Answer {
        let (reply, answer) = oneshot::channel();
        match self.sender.try_send(Job { work, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                return Err(Problem::busy("too many requests wait for this model"));
            }
            Err(TrySendError::Disconnected(_)) => {
                return Err(Problem::busy("the server is shutting down"));
            }
        }
        match tokio::time::timeout(timeout, answer).await {
            Ok(Ok(answer)) => answer,
            // The worker dropped it: a panic, which is in the log.
            Ok(Err(_)) => Err(Problem::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "the model failed on this request; the log says why",
            )),
            // Asking again at once would make it worse.
            Err(_) => {
                let detail = "the model took longer than `--timeout`";
                Err(Problem::new(StatusCode::GATEWAY_TIMEOUT, detail))
            }
        }
    }

    /// A thread that answers until the server ends.
    pub(crate) fn start_worker(
        entry: &Arc<Entry>,
        config: &ServeConfig,
        metrics: &Arc<Metrics>,
    ) -> std::io::Result<()> {
        let batching = Batching {
            rows: config.batch_rows,
            wait: config.batch_wait,
        };
        let jobs = Arc::clone(&entry.queue.receiver);
        let (entry, metrics) = (Arc::downgrade(entry), Arc::clone(metrics));
        let thread = std::thread::Builder::new().name("worker".to_string());
        thread.spawn(move || work(&jobs, &entry, batching, &metrics))?;
        Ok(())
    }
}

fn work(jobs: &Mutex<Receiver<Job>>, entry: &Weak<Entry>, batching: Batching, metrics: &Metrics) {
    while let Some(batch) = take(jobs, batching) {
        let Some(entry) = entry.upgrade() else { return };
        let served = entry.served();
        // A panic of the network must not end the worker. Replies that were not given are dropped, which the requests
        // see as a failure.
        let done = catch_unwind(AssertUnwindSafe(|| {
            answer(&served, batch, metrics, &entry.name);
        }));
        if done.is_err() {
            tracing::error!(model = entry.name, "a request made the model fail");
        }
    }
}

/// The next request with those that may share a pass with it; `None` when there will be no more.
fn take(jobs: &Mutex<Receiver<Job>>, batching: Batching) -> Option<Vec<Job>> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    let first = jobs.recv().ok()?;
    let mut rows = first.work.num_rows();
    let mut batch = vec![first];
    let until = Instant::now() + batching.wait;
    while rows > 0 && rows < batching.rows {
        let next = match batching.wait.is_zero() {
            true => jobs.try_recv().map_err(|_| RecvTimeoutError::Timeout),
            false => jobs.recv_timeout(until.saturating_duration_since(Instant::now())),
        };
        let Ok(next) = next else { break };
        let more = next.work.num_rows();
        batch.push(next);
        // Other work ends the batch: it is answered behind the rows.
        match more {
            0 => break,
            more => rows += more,
        }
    }
    Some(batch)
}

fn answer(served: &Served, batch: Vec<Job>, metrics: &Metrics, name: &str) {
    let (mut requests, mut replies, mut calls) = (Vec::new(), Vec::new(), Vec::new());
    // Nobody waits for the answer of a request that was given up.
    for job in batch.into_iter().filter(|job| !job.reply.is_closed()) {
        match job.work {
            Work::Rows(rows) => {
                requests.push(rows);
                replies.push(job.reply);
            }
            Work::Call(call) => calls.push((call, job.reply)),
        }
    }
    if !requests.is_empty() {
        let labels = ModelLabels {
            model: name.to_string(),
        };
        let count: usize = requests.iter().map(Vec::len).sum();
        metrics.batches.get_or_create(&labels).observe(count as f64);
        let answers = match &served.model {
            Model::Predictor(predictor) => rows::predict(served, predictor, requests),
            _ => requests
                .into_iter()
                .map(|rows| rows::answer(served, rows))
                .collect(),
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            let _ = reply.send(answer);
        }
    }
    for (call, reply) in calls {
        let _ = reply.send(call(served));
    }
}
