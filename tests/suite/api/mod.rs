//! The doors and the lists of the API: tokens, HTTP, limits, pages, nulls.

mod activity;
mod audit;
mod auth;
mod authorization;
mod documents;
mod http;
mod keys;
mod limits;
mod lists;
mod live;
mod nulls;
mod origins;
mod slow;
mod statements;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::world::World;
pub use keys::Signer;

/// A request to `/graphql`, without a token.
pub fn post(world: &World) -> RequestBuilder {
    reqwest::Client::new().post(format!("{}/graphql", world.app.url()))
}

/// Status and body of an answer.
pub async fn read(request: RequestBuilder) -> (u16, Value) {
    let response: Response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

pub fn code(body: &Value) -> &str {
    body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}
