//! `graphql-transport-ws` to the letter, and the log of a run over it.

use std::time::Duration;

use chrono::TimeDelta;
use contact_sync::domain::Role;
use contact_sync::graphql::{Limits, RateLimit};
use contact_sync::http::Doors;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::world::{Database, Wishes, World, on_both};

const ANN: &str = "ann@corp.example";
/// Longest wait for a message that must come.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Socket(pub WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    pub async fn open(world: &World) -> Socket {
        let mut request = (world.app.url().replace("http", "ws") + "/graphql").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        Socket(connect_async(request).await.unwrap().0)
    }

    /// Opened and acknowledged.
    pub async fn ready(world: &World) -> Socket {
        let mut socket = Socket::open(world).await;
        socket.say(json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {}", world.token(Role::Viewer)) } })).await;
        assert_eq!(socket.hear().await["type"], "connection_ack");
        socket
    }

    pub async fn say(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    pub async fn next(&mut self) -> Option<Message> {
        let message = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message in time");
        message.map(Result::unwrap)
    }

    /// The next message of the protocol.
    pub async fn hear(&mut self) -> Value {
        match self.next().await {
            Some(Message::Text(text)) => serde_json::from_str(&text).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The code with which the server closes; messages before it are passed over.
    pub async fn closed(&mut self) -> u16 {
        loop {
            match self.next().await {
                Some(Message::Close(Some(frame))) => return frame.code.into(),
                Some(Message::Text(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub async fn follow(&mut self, id: &str, run: &str, after: Option<&str>) {
        let query = "subscription ($run: ID!, $after: String) { syncProgress(runId: $run, after: $after) { cursor isBacklog node { __typename sequence status } } }";
        self.say(json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": { "run": run, "after": after } } })).await;
    }

    /// All events until the operation ends.
    async fn events(&mut self) -> Vec<Value> {
        let mut events = Vec::new();
        loop {
            let message = self.hear().await;
            match message["type"].as_str().unwrap() {
                "next" => events.push(message["payload"]["data"]["syncProgress"].clone()),
                "complete" => return events,
                "ping" => self.say(json!({ "type": "pong" })).await,
                other => panic!("{other}: {message}"),
            }
        }
    }
}

#[tokio::test]
async fn the_acknowledgement_tells_role_expiry_and_pings() {
    let world = World::new(Database::sqlite()).await;
    for key in ["Authorization", "authorization", "AUTHORIZATION"] {
        let mut socket = Socket::open(&world).await;
        socket.say(json!({ "type": "connection_init", "payload": { key: format!("Bearer {}", world.token(Role::Operator)) } })).await;
        let ack = socket.hear().await;
        assert_eq!(
            (&ack["type"], &ack["payload"]["role"], &ack["payload"]["pingIntervalMs"]),
            (&json!("connection_ack"), &json!("OPERATOR"), &json!(20_000))
        );
        assert!(ack["payload"]["expiresAt"].as_str().unwrap().ends_with('Z'));
    }
}

#[tokio::test]
async fn each_offence_has_its_close_code() {
    let world = World::new(Database::sqlite()).await;
    let init =
        |token: String| json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
    let subscribe = |id: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": "{ viewer { role } }" } });

    let mut socket = Socket::open(&world).await;
    socket.say(init("nonsense".into())).await;
    assert_eq!(socket.closed().await, 4403);

    let mut socket = Socket::open(&world).await;
    socket.say(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.closed().await, 4403);

    let mut socket = Socket::open(&world).await;
    socket.say(subscribe("1")).await;
    assert_eq!(socket.closed().await, 4401);

    let mut socket = Socket::ready(&world).await;
    socket.say(init(world.token(Role::Admin))).await;
    assert_eq!(socket.closed().await, 4429);

    for nonsense in ["", "{", "{\"type\":\"hello\"}", "[]", "{\"type\":\"subscribe\",\"id\":\"1\",\"payload\":{}}"] {
        let mut socket = Socket::ready(&world).await;
        socket.0.send(Message::text(nonsense)).await.unwrap();
        assert_eq!(socket.closed().await, 4400, "{nonsense}");
    }

    let request = (world.app.url().replace("http", "ws") + "/graphql").into_client_request().unwrap();
    let mut socket = Socket(connect_async(request).await.unwrap().0);
    assert_eq!(socket.closed().await, 4406);

    let mut request = (world.app.url().replace("http", "ws") + "/graphql").into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert!(connect_async(request).await.is_err());
}

#[tokio::test]
async fn an_id_in_use_is_refused() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    let run = world.create_job("Suppliers", &[ANN]).await["run"]["id"].as_str().unwrap().to_owned();
    let mut socket = Socket::ready(&world).await;
    socket.follow("1", &run, None).await; // waits: nothing has happened yet
    socket.follow("1", &run, None).await;
    assert_eq!(socket.closed().await, 4409);
}

#[tokio::test]
async fn a_socket_without_init_or_with_an_expired_token_is_closed() {
    let world = World::new(Database::sqlite()).await;
    let mut silent = Socket::open(&world).await;
    let mut socket = Socket::ready(&world).await;
    world.clock.advance(TimeDelta::seconds(11));
    assert_eq!(silent.closed().await, 4408);
    world.clock.advance(TimeDelta::seconds(10));
    assert_eq!(socket.hear().await["type"], "ping");
    world.clock.advance(TimeDelta::days(401));
    assert_eq!(socket.closed().await, 4403);
}

#[tokio::test]
async fn queries_run_over_the_socket_too() {
    let world = World::new(Database::sqlite()).await;
    let mut socket = Socket::ready(&world).await;
    socket.say(json!({ "type": "subscribe", "id": "a", "payload": { "query": "{ viewer { role } }" } })).await;
    let next = socket.hear().await;
    assert_eq!((&next["id"], &next["payload"]["data"]), (&json!("a"), &json!({ "viewer": { "role": "VIEWER" } })));
    assert_eq!(socket.hear().await, json!({ "type": "complete", "id": "a" }));
    socket.say(json!({ "type": "subscribe", "id": "b", "payload": { "query": "{ nope }" } })).await;
    let error = socket.hear().await;
    assert_eq!(
        (&error["type"], &error["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("GRAPHQL_VALIDATION_FAILED"))
    );
    socket.say(json!({ "type": "ping" })).await;
    assert_eq!(socket.hear().await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn a_client_that_closes_gets_its_answer() {
    let world = World::new(Database::sqlite()).await;
    let mut socket = Socket::ready(&world).await;
    socket.0.close(None).await.unwrap();
    assert!(matches!(socket.next().await, Some(Message::Close(_))));
    assert!(socket.next().await.is_none(), "and then the connection ends in order");
}

#[tokio::test]
async fn a_server_that_stops_says_that_it_comes_back() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    let run = world.create_job("Suppliers", &[ANN]).await["run"]["id"].as_str().unwrap().to_owned();
    let mut socket = Socket::ready(&world).await;
    let mut silent = Socket::open(&world).await;
    socket.follow("1", &run, None).await;
    let ((), code, other) = tokio::join!(world.app.stop(), socket.closed(), silent.closed());
    assert_eq!((code, other), (1012, 1012));
}

#[tokio::test]
async fn sockets_and_operations_are_limited_for_each_caller() {
    let doors = Doors { connections_per_caller: 2, operations_per_socket: 2, ..Doors::default() };
    let world = World::with(Database::sqlite(), Wishes { doors, ..Wishes::default() }).await;
    world.source_group("Suppliers", &["Ada"]);
    let run = world.create_job("Suppliers", &[ANN]).await["run"]["id"].as_str().unwrap().to_owned();
    let (mut first, _second) = (Socket::ready(&world).await, Socket::ready(&world).await);
    let init = |role| json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {}", world.token(role)) } });
    let mut third = Socket::open(&world).await;
    third.say(init(Role::Viewer)).await;
    assert_eq!(third.closed().await, 1013);
    let mut other = Socket::open(&world).await;
    other.say(init(Role::Admin)).await;
    assert_eq!(other.hear().await["type"], "connection_ack");

    first.follow("1", &run, None).await;
    first.follow("2", &run, None).await;
    first.follow("3", &run, None).await;
    let error = first.hear().await;
    assert_eq!(
        (&error["type"], &error["id"], &error["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("3"), &json!("COST_LIMIT_EXCEEDED"))
    );
    first.say(json!({ "type": "complete", "id": "1" })).await;
    first.say(json!({ "type": "subscribe", "id": "4", "payload": { "query": "{ __typename }" } })).await;
    assert_eq!(first.hear().await["type"], "next");
}

#[tokio::test]
async fn sockets_and_what_runs_on_them_are_paid_from_the_callers_budget() {
    let limits = Limits { complexity: 10, rate: RateLimit { points: 10, restored: 1 }, ..Limits::default() };
    let world = World::with(Database::sqlite(), Wishes { limits, ..Wishes::default() }).await;
    let mut socket = Socket::ready(&world).await; // 1
    let ask = |id: &str| json!({ "type": "subscribe", "id": id, "payload": { "query": "{ viewer { role email expiresAt } }" } });
    for (id, remaining) in [("a", 5), ("b", 1)] {
        socket.say(ask(id)).await;
        assert_eq!(socket.hear().await["payload"]["extensions"]["cost"]["remaining"], remaining);
        assert_eq!(socket.hear().await["type"], "complete");
    }
    socket.say(ask("c")).await;
    let error = socket.hear().await;
    assert_eq!((&error["type"], &error["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("RATE_LIMITED")));
    let mut refused = Socket::open(&world).await;
    refused.say(json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {}", world.token(Role::Viewer)) } })).await;
    assert_eq!(refused.closed().await, 1013);
    world.clock.advance(TimeDelta::seconds(10));
    socket.say(ask("d")).await;
    assert_eq!(socket.hear().await["type"], "next");
}

#[tokio::test]
async fn a_message_that_is_too_big_ends_the_socket() {
    let limits = Limits { body_bytes: 2_000, ..Limits::default() };
    let world = World::with(Database::sqlite(), Wishes { limits, ..Wishes::default() }).await;
    let mut socket = Socket::ready(&world).await;
    socket.say(json!({ "type": "ping", "payload": { "x": "x".repeat(3_000) } })).await;
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn documents_are_known_by_their_hash_on_sockets_too() {
    let world = World::new(Database::sqlite()).await;
    let mut socket = Socket::ready(&world).await;
    let hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"; // of the document below
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    socket.say(json!({ "type": "subscribe", "id": "a", "payload": { "extensions": extensions } })).await;
    assert_eq!(socket.hear().await["payload"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    socket
        .say(
            json!({ "type": "subscribe", "id": "b", "payload": { "query": "{__typename}", "extensions": extensions } }),
        )
        .await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({ "__typename": "Query" }));
    assert_eq!(socket.hear().await["type"], "complete");
    socket.say(json!({ "type": "subscribe", "id": "c", "payload": { "extensions": extensions } })).await;
    assert_eq!(socket.hear().await["payload"]["data"], json!({ "__typename": "Query" }));
}

on_both! {
    async fn a_run_is_followed_live_without_gaps_to_its_one_last_event(world) {
        world.source_group("Suppliers", &["Ada", "Ben"]);
        let run = world.create_job("Suppliers", &[ANN, "bob@corp.example"]).await["run"]["id"].as_str().unwrap().to_owned();
        let mut socket = Socket::ready(&world).await;
        socket.follow("1", &run, None).await;
        let (events, ()) = tokio::join!(socket.events(), world.work());
        let sequences: Vec<i64> = events.iter().map(|event| event["node"]["sequence"].as_i64().unwrap()).collect();
        assert_eq!(sequences, (1..=i64::try_from(events.len()).unwrap()).collect::<Vec<_>>());
        let kinds: Vec<&str> = events.iter().map(|event| event["node"]["__typename"].as_str().unwrap()).collect();
        assert_eq!((kinds[0], kinds[kinds.len() - 1]), ("RunStarted", "RunFinished"));
        assert_eq!(kinds.iter().filter(|kind| **kind == "RunFinished").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| **kind == "RunDestinationFinished").count(), 2);
        assert_eq!(events[events.len() - 1]["node"]["status"], "SUCCEEDED");

        // The same log again: replayed, as a list, and from a cursor on.
        socket.follow("2", &run, None).await;
        let replayed = socket.events().await;
        assert!(replayed.iter().all(|event| event["isBacklog"] == true));
        let facts = |events: &[Value]| -> Vec<Value> { events.iter().map(|event| json!([event["cursor"], event["node"]])).collect() };
        assert_eq!(facts(&replayed), facts(&events));
        let query = "query ($id: ID!) { run(id: $id) { events { edges { cursor isBacklog node { __typename sequence status } } totalCount } } }";
        let data = world.data(query, json!({ "id": run })).await;
        assert_eq!(facts(data["run"]["events"]["edges"].as_array().unwrap()), facts(&events));
        assert_eq!(data["run"]["events"]["totalCount"], json!(events.len()));
        socket.follow("3", &run, events[1]["cursor"].as_str()).await;
        assert_eq!(facts(&socket.events().await), facts(&events[2..]));
    }

    async fn what_cannot_be_followed_is_one_error(world) {
        world.source_group("Suppliers", &["Ada"]);
        let job = world.job("Suppliers", &[ANN]).await;
        let run = world.runs(&job).await[0]["id"].as_str().unwrap().to_owned();
        let other = world.run(&job).await["id"].as_str().unwrap().to_owned();
        let mut socket = Socket::ready(&world).await;
        socket.follow("1", &other, None).await;
        let cursor = socket.events().await[0]["cursor"].as_str().unwrap().to_owned();
        for (id, run, after, code) in [
            ("2", "run_0000000000000000000000", None, "NOT_FOUND"),
            ("3", job.as_str(), None, "NOT_FOUND"),
            ("4", run.as_str(), Some(cursor.as_str()), "INVALID_CURSOR"),
            ("5", run.as_str(), Some("nonsense"), "INVALID_CURSOR"),
        ] {
            socket.follow(id, run, after).await;
            let error = socket.hear().await;
            assert_eq!((&error["type"], &error["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(code)), "{error}");
        }
    }
}
