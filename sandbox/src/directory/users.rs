//! `users.get` and `users.list`.

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{foreign, not_found, query::Query, render};
use crate::{account::Account, core::Call, refusal::Refusal, state::State, tokens};

const PAGE_DAYS: i64 = 3;

/// One user by id, primary address or alias.
pub(crate) fn user(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let key = call.segment();
    let found = if key == "me" { state.accounts.get(call.user_id).map(Arc::as_ref) } else { state.find_live(key) };
    match found {
        Some(account) => Ok(render::user(state, account)),
        None if key.contains('@') && !state.owns_domain_of(key) => Err(foreign()),
        None => Err(not_found("userKey")),
    }
}

/// A page of the users of the customer or of one domain.
pub(crate) fn users(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    let size = max_results(call)?;
    let query = Query::parse(call.one("query").unwrap_or_default())?;
    let deleted = call.one("showDeleted").is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let domain = scope(state, call)?;
    let mut found: Vec<&Account> = state
        .accounts
        .values()
        .map(Arc::as_ref)
        .filter(|account| account.user.deleted == deleted && query.matches(&account.user))
        .filter(|account| domain.as_deref().is_none_or(|domain| is_in(account, domain)))
        .collect();
    sort(&mut found, call);
    let offset = offset(state, call)?;
    let end = found.len().min(offset.saturating_add(size));
    let page: Vec<_> =
        found.get(offset..end).unwrap_or_default().iter().map(|account| render::user(state, account)).collect();
    let mut body = json!({ "kind": "admin#directory#users" });
    body["etag"] = Value::from(render::etag(&Value::from(page.clone())));
    if !page.is_empty() {
        body["users"] = Value::from(page);
    }
    if end < found.len() {
        let token = (params(call), end, call.now.timestamp());
        body["nextPageToken"] = Value::from(tokens::seal(&state.secret, &token));
    }
    Ok(body)
}

/// The domain asked for; `None` is the whole customer.
fn scope(state: &State, call: &Call<'_>) -> Result<Option<String>, Refusal> {
    match (call.one("customer"), call.one("domain")) {
        (_, Some(domain)) => {
            let domain = domain.to_lowercase();
            if state.domains.iter().any(|known| known.name == domain) {
                Ok(Some(domain))
            } else {
                Err(Refusal::directory(404, "notFound", "Domain not found."))
            }
        }
        (Some(customer), None) if customer == "my_customer" || customer == state.customer_id => Ok(None),
        (Some(_), None) => Err(foreign()),
        (None, None) => Err(Refusal::directory(400, "badRequest", "Bad Request")),
    }
}

fn is_in(account: &Account, domain: &str) -> bool {
    account.user.primary_email.rsplit_once('@').is_some_and(|(_, name)| name == domain)
}

fn max_results(call: &Call<'_>) -> Result<usize, Refusal> {
    let Some(text) = call.one("maxResults") else { return Ok(100) };
    match text.parse::<usize>() {
        Ok(size @ 1..=500) => Ok(size),
        _ => Err(Refusal::directory(400, "invalid", "Invalid Input: maxResults")),
    }
}

/// By creation unless told otherwise: Google promises no order either.
fn sort(found: &mut [&Account], call: &Call<'_>) {
    match call.one("orderBy") {
        Some("email") => found.sort_by(|a, b| a.user.primary_email.cmp(&b.user.primary_email)),
        Some("givenName") => found.sort_by(|a, b| a.user.given_name.cmp(&b.user.given_name)),
        Some("familyName") => found.sort_by(|a, b| a.user.family_name.cmp(&b.user.family_name)),
        _ => return,
    }
    if call.one("sortOrder") == Some("DESCENDING") {
        found.reverse();
    }
}

/// Everything a page token is bound to.
fn params(call: &Call<'_>) -> String {
    let names = ["customer", "domain", "orderBy", "sortOrder", "query", "showDeleted"];
    tokens::fingerprint(&names.map(|name| call.one(name).unwrap_or_default()))
}

fn offset(state: &State, call: &Call<'_>) -> Result<usize, Refusal> {
    let Some(text) = call.one("pageToken") else { return Ok(0) };
    let wrong = || Refusal::directory(400, "invalid", "Invalid Input: pageToken");
    let (bound, offset, at): (String, usize, i64) = tokens::open(&state.secret, text).ok_or_else(wrong)?;
    let fresh = call.now.timestamp() - at < TimeDelta::days(PAGE_DAYS).num_seconds();
    if bound == params(call) && fresh { Ok(offset) } else { Err(wrong()) }
}
