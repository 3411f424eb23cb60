//! Runs documents: budget and limits first, then async-graphql.

use std::fmt;
use std::sync::Arc;

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Request, Response, ServerError};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use tokio::time::timeout;

use super::budget::{Budgets, Holder, Meter};
use super::codes::{OnlyValidate, coded};
use super::documents::{Documents, Standing};
use super::limits::{Introspection, Limits};
use super::mutation::Mutation;
use super::operation::{alone, kind, missing_variable};
use super::order::arrange;
use super::query::Query;
use super::subscription::Subscription;
use super::{Answer, ApiError, Call, Kind, RequestId};
use crate::domain::Viewer;

const TOO_SLOW: &str = "The request took longer than this server allows, and was given up. Ask for less at once. A mutation \
                        may have been carried out: send it again with the same idempotency key, or read first.";

/// The served schema. Cloning is cheap.
#[derive(Clone)]
pub struct Schema {
    pub(super) inner: async_graphql::Schema<Query, Mutation, Subscription>,
    pub(super) limits: Limits,
    pub(super) budgets: Arc<Budgets>,
    pub(super) documents: Arc<Documents>,
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Schema").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// An operation that may be executed.
pub struct Prepared {
    request: Request,
    /// The whole document, where more stands in it than is executed.
    whole: Option<Request>,
    kind: Option<Kind>,
    /// What was asked for, in its order.
    document: ExecutableDocument,
    id: RequestId,
    meter: Arc<Meter>,
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("kind", &self.kind).field("id", &self.id).finish_non_exhaustive()
    }
}

impl Prepared {
    /// Kind of the operation. `None` when the document does not say which of its operations is meant.
    #[must_use]
    pub fn kind(&self) -> Option<Kind> {
        self.kind
    }

    /// The answer with which a transport refuses the operation.
    #[must_use]
    pub fn refused(&self, error: ApiError) -> Answer {
        Answer::refusal(error, &self.id).metered(&self.meter)
    }
}

/// What was read of a document.
struct Reading {
    introspection: Introspection,
    kind: Option<Kind>,
    /// The operation that is executed, where it is not the only one.
    alone: Option<ExecutableDocument>,
    document: ExecutableDocument,
}

impl Schema {
    /// Limits of documents, requests and callers.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Takes the price of a socket out of the caller's budget.
    ///
    /// # Errors
    /// `RateLimited`.
    pub fn admit(&self, viewer: &Viewer) -> Result<(), ApiError> {
        let holder = Holder::Subject(viewer.subject.clone());
        Meter::new(&self.budgets, holder, self.limits.complexity).start()
    }

    /// Finds the document, reads it, and holds it against the limits.
    ///
    /// # Errors
    /// The answer, when it may not be executed.
    pub fn prepare(&self, mut call: Call) -> Result<Prepared, Box<Answer>> {
        let id = call.origin.request_id.clone();
        let holder = match &call.viewer {
            Some(viewer) => Holder::Subject(viewer.subject.clone()),
            None => Holder::Address(call.origin.ip),
        };
        let mut meter = Meter::new(&self.budgets, holder, self.limits.complexity);
        match meter.start().map_err(ServerError::from).and_then(|()| self.read(&mut call)) {
            Ok(reading) => {
                if call.viewer.is_some() {
                    meter.give_away(reading.introspection.fields());
                }
                Ok(prepared(call, reading, Arc::new(meter)))
            }
            Err(error) => Err(Box::new(Answer::refusal(error, &id).metered(&meter))),
        }
    }

    fn read(&self, call: &mut Call) -> Result<Reading, ServerError> {
        let standing = self.documents.find(call)?;
        self.limits.check_text(&call.request.query)?;
        let name = call.request.operation_name.clone();
        let document = call.request.parsed_query().map_err(|error| coded(error, "GRAPHQL_PARSE_FAILED"))?;
        let introspection = self.limits.check(document, name.as_deref())?;
        self.permit(call.viewer.is_some(), standing, introspection)?;
        let reading = Reading {
            introspection,
            kind: kind(document, name.as_deref()),
            alone: alone(document, name.as_deref()),
            document: document.clone(),
        };
        if let Some(missing) = missing_variable(&reading.document, name.as_deref(), &call.request.variables) {
            let (name, kind) = (&missing.name.node, &missing.var_type.node);
            let message = format!("The variable ${name} of the type {kind} is required and was not given.");
            return Err(ApiError::ValidationFailed(message).into());
        }
        if let Standing::Keep(hash) = standing {
            self.documents.keep(hash, &call.request.query);
        }
        Ok(reading)
    }

    fn permit(&self, is_known: bool, standing: Standing, introspection: Introspection) -> Result<(), ApiError> {
        let only = matches!(introspection, Introspection::Only(_));
        let may_call = is_known || only && self.limits.anonymous_introspection;
        if !may_call {
            return Err(ApiError::Unauthenticated("A bearer token is required."));
        }
        if is_known && introspection.fields() > 0 && !self.limits.introspection {
            return Err(ApiError::ValidationFailed("This server does not let its schema be introspected.".into()));
        }
        if standing == Standing::Unlisted && !only {
            return Err(ApiError::DocumentNotAllowed);
        }
        Ok(())
    }

    /// Executes a query or a mutation.
    pub async fn execute(&self, prepared: Prepared) -> Answer {
        let Prepared { request, whole, kind, document, id, meter } = prepared;
        let name = request.operation_name.clone();
        if kind == Some(Kind::Subscription) {
            let message = "Subscriptions are served over graphql-transport-ws, and as an event stream to whoever accepts \
                           text/event-stream.";
            return Answer::refusal(ApiError::ValidationFailed(message.to_owned()), &id).metered(&meter);
        }
        let execution = async {
            match self.validated(whole).await {
                Ok(()) => self.inner.execute(request).await,
                Err(response) => response,
            }
        };
        let mut response = match timeout(self.limits.request_time, execution).await {
            Ok(response) => response,
            Err(_) => Response::from_errors(vec![ApiError::Timeout(TOO_SLOW).into()]),
        };
        arrange(&mut response.data, &document, name.as_deref());
        Answer::new(response, &id).metered(&meter)
    }

    /// Executes any operation; a query or a mutation gives one answer.
    #[must_use]
    pub fn stream(&self, prepared: Prepared) -> BoxStream<'static, Answer> {
        let schema = self.clone();
        if prepared.kind != Some(Kind::Subscription) {
            return stream::once(async move { schema.execute(prepared).await }).boxed();
        }
        let Prepared { request, whole, document, id, meter, .. } = prepared;
        let name = request.operation_name.clone();
        let responses = stream::once(async move {
            match schema.validated(whole).await {
                Ok(()) => schema.inner.execute_stream(request).boxed(),
                Err(response) => stream::iter([response]).boxed(),
            }
        });
        let arranged = move |mut response: Response| {
            arrange(&mut response.data, &document, name.as_deref());
            Answer::new(response, &id).metered(&meter)
        };
        responses.flatten().map(arranged).boxed()
    }

    /// The rest of a document is held against the schema too: a document that is wrong anywhere is not executed.
    async fn validated(&self, whole: Option<Request>) -> Result<(), Response> {
        let Some(whole) = whole else { return Ok(()) };
        let response = self.inner.execute(whole).await;
        if response.errors.is_empty() { Ok(()) } else { Err(response) }
    }
}

fn prepared(call: Call, reading: Reading, meter: Arc<Meter>) -> Prepared {
    let Call { mut request, viewer, origin, document_id: _ } = call;
    let id = origin.request_id.clone();
    let whole = reading.alone.map(|alone| {
        let mut executed = Request::new(request.query.clone()).variables(request.variables.clone());
        executed.operation_name.clone_from(&request.operation_name);
        executed.set_parsed_query(alone);
        std::mem::replace(&mut request, executed).data(OnlyValidate)
    });
    let request = request.data(origin).data(Arc::clone(&meter));
    let request = match viewer {
        Some(viewer) => request.data(viewer),
        None => request.only_introspection(),
    };
    Prepared { request, whole, kind: reading.kind, document: reading.document, id, meter }
}
