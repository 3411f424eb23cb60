//! `customers.get` and `domains.list`.

use serde_json::{Value, json};

use super::{foreign, not_found, render};
use crate::{core::Call, ids, refusal::Refusal, state::State};

/// The customer.
pub(crate) fn customer(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    check(state, call, "customerKey")?;
    let primary = state.domains.first().map_or("", |domain| domain.name.as_str());
    let mut body = json!({
        "kind": "admin#directory#customer",
        "id": state.customer_id,
        "customerDomain": primary,
        "alternateEmail": format!("owner@{primary}"),
        "language": "en",
        "postalAddress": { "organizationName": "Sandbox", "countryCode": "US" },
        "customerCreationTime": ids::directory_time(state.created),
    });
    body["etag"] = Value::from(render::etag(&body));
    Ok(body)
}

/// All domains with their alias domains; there are no pages.
pub(crate) fn domains(state: &State, call: &Call<'_>) -> Result<Value, Refusal> {
    check(state, call, "customer")?;
    let created = state.created.timestamp_millis().to_string();
    let domains: Vec<_> = state
        .domains
        .iter()
        .enumerate()
        .map(|(at, domain)| {
            let mut body = json!({
                "kind": "admin#directory#domain",
                "domainName": domain.name,
                "isPrimary": at == 0,
                "verified": true,
                "creationTime": created,
            });
            let mut names: Vec<String> = domain.aliases.clone();
            if at == 0 {
                names.push(format!("{}.test-google-a.com", domain.name));
            }
            let aliases: Vec<_> = names.iter().map(|alias| alias_body(alias, &domain.name, &created)).collect();
            if !aliases.is_empty() {
                body["domainAliases"] = Value::from(aliases);
            }
            body["etag"] = Value::from(render::etag(&body));
            body
        })
        .collect();
    let mut body = json!({ "kind": "admin#directory#domains", "domains": domains });
    body["etag"] = Value::from(render::etag(&body));
    Ok(body)
}

fn alias_body(alias: &str, parent: &str, created: &str) -> Value {
    let mut body = json!({
        "kind": "admin#directory#domainAlias",
        "domainAliasName": alias,
        "parentDomainName": parent,
        "verified": true,
        "creationTime": created,
    });
    body["etag"] = Value::from(render::etag(&body));
    body
}

fn check(state: &State, call: &Call<'_>, what: &str) -> Result<(), Refusal> {
    let key = call.segment();
    if key == "my_customer" || key == state.customer_id {
        return Ok(());
    }
    Err(if key.starts_with('C') { foreign() } else { not_found(what) })
}
