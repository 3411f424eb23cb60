//! The running operations of one socket, each in a task of its own: one that panics or waits holds up no other.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use async_graphql::{ServerError, Value};
use futures_util::{FutureExt, StreamExt};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tracing::Instrument;

use crate::graphql::{Answer, ApiError, Call, Kind, RequestId, Schema};

/// Answers that wait for a slow reader. Then its operations wait; a subscription reads its log on when there is room again.
const BACKLOG: usize = 8;

/// What an operation has to say.
#[derive(Debug)]
pub(super) enum Output {
    /// A result.
    Next(Answer),
    /// It failed, and is over.
    Error(Vec<ServerError>),
    /// It is over.
    Complete,
}

/// Output with the operation it is from.
pub(super) struct Said {
    pub(super) id: String,
    serial: u64,
    pub(super) output: Output,
}

/// The running operations of one socket. Dropped with it, and they with them.
pub(super) struct Operations {
    running: HashMap<String, (u64, AbortHandle)>,
    tasks: JoinSet<()>,
    serial: u64,
    sender: mpsc::Sender<Said>,
    receiver: mpsc::Receiver<Said>,
}

impl Operations {
    pub(super) fn new() -> Self {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        Self { running: HashMap::new(), tasks: JoinSet::new(), serial: 0, sender, receiver }
    }

    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.running.contains_key(id)
    }

    /// Starts an operation.
    pub(super) fn start(&mut self, schema: Schema, id: String, call: Call) {
        while self.tasks.try_join_next().is_some() {} // forget those that have ended
        self.serial += 1;
        let (serial, sender, name) = (self.serial, self.sender.clone(), id.clone());
        let span = tracing::info_span!("http.socket_operation", request.id = %call.origin.request_id);
        let task = async move {
            let say = |output| sender.send(Said { id: name.clone(), serial, output });
            let request = call.origin.request_id.clone();
            let last = AssertUnwindSafe(answers(&schema, call, &say)).catch_unwind().await;
            let last = last.unwrap_or_else(|_| {
                tracing::error!("an operation panicked");
                Output::Error(fault(&request))
            });
            let _ = say(last).await; // nobody listens any more when the socket is gone
        };
        let handle = self.tasks.spawn(task.instrument(span));
        self.running.insert(id, (serial, handle));
    }

    /// Ends an operation at the client's wish.
    pub(super) fn stop(&mut self, id: &str) {
        if let Some((_, handle)) = self.running.remove(id) {
            handle.abort();
        }
    }

    /// The next output of an operation that still runs.
    pub(super) async fn next(&mut self) -> Option<Said> {
        loop {
            let said = self.receiver.recv().await?;
            // What an operation said before it was stopped is not sent, even if its id is in use again.
            if self.running.get(&said.id).is_some_and(|(serial, _)| *serial == said.serial) {
                if !matches!(said.output, Output::Next(_)) {
                    self.running.remove(&said.id);
                }
                return Some(said);
            }
        }
    }
}

/// Says all results, and returns the last word.
async fn answers<F>(schema: &Schema, call: Call, say: &impl Fn(Output) -> F) -> Output
where
    F: Future<Output = Result<(), mpsc::error::SendError<Said>>>,
{
    let prepared = match schema.prepare(call) {
        Ok(prepared) => prepared,
        Err(answer) => return Output::Error(answer.errors),
    };
    let is_subscription = prepared.kind() == Some(Kind::Subscription);
    let mut answers = schema.stream(prepared);
    while let Some(answer) = answers.next().await {
        // A subscription that could not begin has no data, as a document that could not be executed.
        let is_over = answer.is_refusal() || (is_subscription && answer.data == Some(Value::Null));
        if is_over {
            return Output::Error(answer.errors);
        }
        if say(Output::Next(answer)).await.is_err() {
            break; // the socket is gone
        }
    }
    Output::Complete
}

fn fault(id: &RequestId) -> Vec<ServerError> {
    Answer::refusal(ApiError::Internal, id).errors
}
