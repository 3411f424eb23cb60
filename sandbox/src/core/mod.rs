//! The one place every request goes through: counting, faults, authentication, quotas, the handler, the ledger.

use std::{collections::HashMap, time::Instant};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::{
    Cost, Entry, FaultId, FaultKind, Settings,
    discovery::{self, route, selection::Selection},
    fault::{self, Faults},
    key::Verifier,
    ledger::Ledger,
    oauth::{self, Grant},
    quota::{self, Meter},
    refusal::Refusal,
    state::State,
    tokens::Pages,
};

pub(crate) mod auth;
mod call;
mod dispatch;

pub(crate) use call::{Call, Lags};

/// A request, parsed as far as HTTP goes.
pub(crate) struct Request {
    /// HTTP verb.
    pub(crate) verb: String,
    /// Path, not decoded.
    pub(crate) path: String,
    /// Query, decoded.
    pub(crate) query: Vec<(String, String)>,
    /// Bearer token.
    pub(crate) bearer: Option<String>,
    /// JSON body; `Null` where there is none, `None` where it is not JSON.
    pub(crate) body: Option<Value>,
}

/// What goes over the wire.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    /// An answer of an API.
    Json(Value),
    /// An answer of whatever stands before it.
    Html(&'static str),
}

/// Whether the answer gets there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It does.
    Answer,
    /// Never, and the connection stays open.
    Hang,
    /// The connection is closed instead.
    Cut,
    /// It does, once the fault is gone.
    Held(FaultId),
}

/// The outcome of a request.
pub(crate) struct Served {
    /// HTTP status.
    pub(crate) status: u16,
    /// Body.
    pub(crate) body: Body,
    /// Does it arrive?
    pub(crate) delivery: Delivery,
    /// Not before then, because a write takes its time.
    pub(crate) not_before: Option<Instant>,
}

impl Served {
    /// An answer.
    pub(crate) fn new(status: u16, body: Body, delivery: Delivery) -> Self {
        Self { status, body, delivery, not_before: None }
    }

    /// The page at a path nobody serves.
    pub(crate) fn not_found() -> Self {
        Self::new(404, Body::Html(fault::NOT_FOUND_PAGE), Delivery::Answer)
    }
}

/// State and everything that watches it.
pub(crate) struct Core {
    /// The Workspace.
    pub(crate) state: State,
    /// Checks assertions of the service account.
    pub(crate) verifier: Verifier,
    /// Base address, for audiences.
    pub(crate) url: String,
    /// Limits, delays and manners.
    pub(crate) settings: Settings,
    /// Faults waiting.
    pub(crate) faults: Faults,
    /// Requests seen.
    pub(crate) ledger: Ledger,
    /// Units used.
    pub(crate) meter: Meter,
    /// Lists being paged through.
    pub(crate) pages: Pages,
    /// Access tokens given out.
    pub(crate) grants: HashMap<String, Grant>,
    /// When the trash was last looked through.
    pub(crate) tidied: DateTime<Utc>,
    /// When the last write of an account ends, by address.
    pub(crate) writing: HashMap<String, Instant>,
    /// Counts changes of the state, so that the file follows.
    pub(crate) version: u64,
}

impl Core {
    /// Serves a request of the People or Directory API.
    pub(crate) fn api(&mut self, request: &Request, now: DateTime<Utc>) -> (Served, Option<FaultId>) {
        let found = route::find(&request.verb, &request.path);
        let id = found.as_ref().map_or("", |found| found.method.id.as_str());
        let user = self.acting_user(request.bearer.as_deref(), now);
        let fault = self.faults.pick_api(id, user.as_deref());
        let kind = fault.map(|(_, kind)| kind);
        let mut cost = Cost::default();
        let early = kind.and_then(|kind| fault::before(kind, id));
        let mut served = match (early, &found) {
            (Some(served), _) => served,
            (None, None) => Served::not_found(),
            (None, Some(found)) => match self.handle(request, found, now, &mut cost) {
                Ok(value) => Served::new(200, Body::Json(value), Delivery::Answer),
                Err(refusal) => refused(&refusal),
            },
        };
        if let Some(late) = kind.and_then(|kind| fault::after(kind, id)) {
            served = late;
        }
        if let Some((held, FaultKind::Held)) = fault {
            served.delivery = Delivery::Held(held);
        }
        if served.status == 200 && dispatch::is_write(id) {
            served.not_before = user.as_deref().and_then(|user| self.occupy(user));
        }
        self.ledger.add(entry(request, id, user, &served, cost, now));
        (served, fault.map(|(id, _)| id))
    }

    /// Serves a request of the token endpoint; `form` is its body.
    pub(crate) fn token(&mut self, form: &[(String, String)], now: DateTime<Utc>) -> (Served, Option<FaultId>) {
        let user = oauth::claimed_user(form);
        let fault = self.faults.pick_token(user.as_deref());
        let personal = self.faults.is_personal(fault);
        let refused = fault.and_then(|(_, kind)| oauth::fault_refusal(kind, user.as_deref(), personal));
        let (status, value) = refused.unwrap_or_else(|| match self.mint(form, now) {
            Ok(value) => (200, value),
            Err(refusal) => refusal.reply(),
        });
        let mut served = Served::new(status, Body::Json(value), Delivery::Answer);
        if let Some(other) =
            fault.and_then(|(_, kind)| fault::before(kind, "token").or_else(|| fault::after(kind, "token")))
        {
            served = other;
        }
        let shown = form.iter().filter(|(name, _)| name != "assertion").cloned().collect::<Vec<_>>();
        let request = Request {
            verb: "POST".to_owned(),
            path: "/token".to_owned(),
            query: Vec::new(),
            bearer: None,
            body: Some(shown.into_iter().map(|(name, value)| (name, Value::from(value))).collect()),
        };
        let mut entry = entry(&request, "token", user, &served, Cost::default(), now);
        if let Some(token) = entry.response.get_mut("access_token") {
            *token = Value::from("(hidden)");
        }
        self.ledger.add(entry);
        (served, fault.map(|(id, _)| id))
    }

    fn handle(
        &mut self,
        request: &Request,
        found: &route::Match,
        now: DateTime<Utc>,
        cost: &mut Cost,
    ) -> Result<Value, Refusal> {
        let user_id = self.authorise(request.bearer.as_deref(), found, now)?;
        let price = quota::price(&found.method.id);
        self.meter.charge(self.settings.quotas.as_ref(), &user_id, &found.method.id, price, now)?;
        *cost = price;
        self.check_writing(request.bearer.as_deref(), &found.method.id, now)?;
        discovery::params::check(found.api, found.method, &request.query)
            .map_err(|refusal| in_style_of(found, refusal))?;
        let Some(body) = &request.body else {
            let text = "Invalid JSON payload received. Expected a value.";
            return Err(Refusal::invalid(text).with_violation("", text));
        };
        let empty = json!({});
        let body = if body.is_null() { &empty } else { body };
        if let Some(schema) = &found.method.request {
            let root = if matches!(schema.reference.as_deref(), Some("Person")) { "person" } else { "" };
            discovery::schema::check(found.api, schema, body, root, true).map_err(|flaw| flaw.refusal())?;
        }
        let call = Call {
            query: &request.query,
            body,
            segments: &found.segments,
            now,
            lags: self.lags(),
            refuses_calendar_urls: self.settings.refuses_calendar_urls,
            refuses_group_members: self.settings.refuses_group_members,
            unlisted_contacts: self.settings.unlisted_contacts,
            user_id: &user_id,
        };
        let selection = call.one("fields").map(Selection::parse).transpose();
        let selection = selection.map_err(|refusal| in_style_of(found, refusal))?;
        let answer = self.dispatch(&found.method.id, &call)?;
        Ok(match selection {
            Some(selection) => selection.keep(answer),
            None => answer,
        })
    }

    /// The delays in force.
    pub(crate) fn lags(&self) -> Lags {
        self.settings.lag.into()
    }

    /// A write keeps its account busy; says until when.
    fn occupy(&mut self, user: &str) -> Option<Instant> {
        if self.settings.write_time.is_zero() {
            return None;
        }
        let until = Instant::now() + self.settings.write_time;
        self.writing.insert(user.to_owned(), until);
        Some(until)
    }

    /// Refuses a write while another one to the same account is under way.
    fn check_writing(&self, bearer: Option<&str>, id: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        let user = if dispatch::is_write(id) { self.acting_user(bearer, now) } else { None };
        match user.and_then(|user| self.writing.get(&user)) {
            Some(until) if *until > Instant::now() => {
                Err(Refusal::people(409, "ABORTED", "The operation was aborted. Another change is under way."))
            }
            _ => Ok(()),
        }
    }

    /// Something changed.
    pub(crate) fn touch(&mut self) {
        self.version += 1;
    }

    /// Empties trash that is old enough; looks once in a minute.
    pub(crate) fn tidy(&mut self, now: DateTime<Utc>) {
        if (now - self.tidied).abs() < TimeDelta::minutes(1) {
            return;
        }
        self.tidied = now;
        for account in self.state.accounts.values_mut() {
            if account.has_expired_trash(now) {
                std::sync::Arc::make_mut(account).purge(now);
            }
        }
    }
}

/// The Directory words its errors differently.
fn in_style_of(found: &route::Match, refusal: Refusal) -> Refusal {
    if found.api.name == "people" { refusal } else { Refusal::directory(refusal.http, "invalid", refusal.message) }
}

/// An error on its way out.
pub(crate) fn refused(refusal: &Refusal) -> Served {
    Served::new(refusal.http, Body::Json(refusal.body()), Delivery::Answer)
}

fn entry(request: &Request, id: &str, user: Option<String>, served: &Served, cost: Cost, at: DateTime<Utc>) -> Entry {
    let answered = matches!(served.delivery, Delivery::Answer | Delivery::Held(_));
    Entry {
        number: 0,
        at,
        method: request.verb.clone(),
        id: id.to_owned(),
        path: request.path.clone(),
        query: request.query.clone(),
        body: request.body.clone().unwrap_or(Value::Null),
        user,
        status: if answered { served.status } else { 0 },
        response: match &served.body {
            Body::Json(value) if answered => value.clone(),
            Body::Html(text) if answered => Value::from(*text),
            _ => Value::Null,
        },
        cost,
    }
}
