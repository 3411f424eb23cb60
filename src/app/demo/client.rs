//! A client of the API as anybody could write it: HTTP for mutations, a WebSocket to follow a run.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::Failure;

const FOLLOW: &str = "subscription ($run: ID!) { syncProgress(runId: $run) { node { __typename status
    ... on RunStarted { destinationsTotal }
    ... on RunProgressed { destinationsFinished counts { created updated overwritten deleted } }
    ... on RunDestinationFinished { email destinationStatus error { message } }
    ... on RunWaiting { error { message } resumesAt }
    ... on RunFinished { counts { created updated overwritten deleted additions failed } error { message } } } } }";

pub(super) struct Client {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Client {
    pub(super) fn new(url: &str, token: &str) -> Self {
        Self { http: reqwest::Client::new(), url: format!("{url}/graphql"), token: token.to_owned() }
    }

    /// Sends a mutation; refusals are failures here.
    pub(super) async fn mutate(&self, name: &str, input: &str, fields: &str, value: Value) -> Result<Value, Failure> {
        let query = format!(
            "mutation ($input: {input}!) {{ {name}(input: $input) {{ userErrors {{ code message }} {fields} }} }}"
        );
        let body = json!({ "query": query, "variables": { "input": value } });
        let request = self.http.post(&self.url).bearer_auth(&self.token).json(&body);
        let answer: Value = request.send().await?.json().await?;
        let payload = &answer["data"][name];
        let refused = payload["userErrors"].as_array().is_none_or(|errors| !errors.is_empty());
        if refused { Err(format!("{name} was refused: {answer}").into()) } else { Ok(payload.clone()) }
    }

    /// Follows a run to its end.
    pub(super) async fn follow(&self, run: &Value) -> Result<(), Failure> {
        let mut request = self.url.replacen("http", "ws", 1).into_client_request()?;
        let protocol = HeaderValue::from_static("graphql-transport-ws");
        request.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
        let (mut socket, _) = connect_async(request).await?;
        let init =
            json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {}", self.token) } });
        socket.send(Message::text(init.to_string())).await?;
        let subscribe =
            json!({ "type": "subscribe", "id": "1", "payload": { "query": FOLLOW, "variables": { "run": run } } });
        let bar = ProgressBar::new(0);
        bar.set_style(
            ProgressStyle::with_template("  {bar:30} {pos}/{len} accounts  {msg}")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        bar.enable_steady_tick(Duration::from_millis(200));
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message? else { continue };
            let message: Value = serde_json::from_str(&text)?;
            match message["type"].as_str().unwrap_or_default() {
                "connection_ack" => socket.send(Message::text(subscribe.to_string())).await?,
                "ping" => socket.send(Message::text(json!({ "type": "pong" }).to_string())).await?,
                "next" => note(&bar, &message["payload"]["data"]["syncProgress"]["node"])?,
                "complete" => return Ok(()),
                _ => return Err(format!("the subscription ended: {text}").into()),
            }
        }
        Err("the socket closed before the run ended".into())
    }
}

fn note(bar: &ProgressBar, event: &Value) -> Result<(), Failure> {
    match event["__typename"].as_str().unwrap_or_default() {
        "RunStarted" => bar.set_length(event["destinationsTotal"].as_u64().unwrap_or_default()),
        "RunProgressed" => bar.set_message(format!("{} created", event["counts"]["created"])),
        "RunDestinationFinished" => bar.inc(1),
        "RunWaiting" => bar.set_message(format!("waits: {}", event["error"]["message"])),
        _ => {}
    }
    if event["__typename"] != "RunFinished" {
        return Ok(());
    }
    bar.finish_and_clear();
    let counts = &event["counts"];
    let counted: Vec<String> = ["created", "updated", "overwritten", "deleted", "additions", "failed"]
        .into_iter()
        .filter(|name| counts[name] != 0)
        .map(|name| format!("{name} {}", counts[name]))
        .collect();
    super::print(&format!("  {}: {}", event["status"].as_str().unwrap_or_default(), counted.join(", ")));
    if event["status"] == "SUCCEEDED" { Ok(()) } else { Err(format!("the run ended as {event}").into()) }
}
