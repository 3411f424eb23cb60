//! GraphQL over Server-Sent Events: the protocol `graphql-sse`, in which each operation has a connection of its own.
//!
//! When the token expires or the server stops, the stream ends without `complete`: clients of the protocol take that for a
//! lost connection, and come back with a fresh token.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderName;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream, Stream};

use super::Desk;
use super::negotiate::MediaType;
use super::presence::Present;
use crate::domain::Time;
use crate::graphql::Answer;

/// A silent connection gets a comment, before proxies (30 to 60 s) take it for dead.
const HEARTBEAT: TimeDelta = TimeDelta::seconds(15);
const COMMENT: &str = ":\n\n";
/// The empty `data` is for browsers, which drop an event without any.
const COMPLETE: &str = "event: complete\ndata: \n\n";
/// nginx would keep what it has not yet enough of.
const UNBUFFERED: (HeaderName, &str) = (HeaderName::from_static("x-accel-buffering"), "no");

struct Events {
    desk: Arc<Desk>,
    answers: BoxStream<'static, Answer>,
    /// When the token expires.
    deadline: Option<Time>,
    next_comment: Time,
    is_over: bool,
    _present: Option<Present>,
}

/// Answers with all answers of an operation, until the token of the caller expires.
pub(super) fn respond(
    desk: Arc<Desk>,
    answers: BoxStream<'static, Answer>,
    deadline: Option<Time>,
    present: Option<Present>,
) -> Response {
    let next_comment = desk.auth.clock().now() + HEARTBEAT;
    let events = Events { desk, answers, deadline, next_comment, is_over: false, _present: present };
    let headers = [(CONTENT_TYPE, MediaType::Events.name()), (CACHE_CONTROL, "no-store"), UNBUFFERED];
    (headers, Body::from_stream(chunks(events))).into_response()
}

/// The first comment goes out at once, so that the client knows that it is connected.
fn chunks(events: Events) -> impl Stream<Item = Result<String, Infallible>> {
    let rest = stream::unfold(events, |mut events| async move {
        let chunk = events.next().await?;
        Some((Ok(chunk), events))
    });
    stream::iter([Ok(COMMENT.to_owned())]).chain(rest)
}

impl Events {
    async fn next(&mut self) -> Option<String> {
        if self.is_over {
            return None;
        }
        let clock = self.desk.auth.clock();
        let expiry = async {
            match self.deadline {
                Some(deadline) => clock.reach(deadline).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased; // an expired token ends the stream before anything else is sent
            () = expiry => None,
            () = self.desk.closing.asked() => None,
            answer = self.answers.next() => Some(self.event(answer)),
            () = clock.reach(self.next_comment) => {
                self.next_comment = self.desk.auth.clock().now() + HEARTBEAT;
                Some(COMMENT.to_owned())
            }
        }
    }

    fn event(&mut self, answer: Option<Answer>) -> String {
        self.next_comment = self.desk.auth.clock().now() + HEARTBEAT;
        let Some(answer) = answer else {
            self.is_over = true;
            return COMPLETE.to_owned();
        };
        // JSON has no line breaks outside of its texts, and there they are escaped.
        serde_json::to_string(&answer).map_or_else(
            |_| {
                tracing::error!("an answer could not be written as JSON");
                self.is_over = true;
                COMMENT.to_owned()
            },
            |json| format!("event: next\ndata: {json}\n\n"),
        )
    }
}
