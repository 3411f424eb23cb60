//! Clients that are slow, or never finish.

use std::time::{Duration, Instant};

use contact_sync::domain::Role;
use contact_sync::http::Doors;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Database, Wishes, World};

async fn world() -> World {
    let (header_timeout, body_timeout) = (Duration::from_secs(1), Duration::from_secs(1));
    let doors = Doors { header_timeout, body_timeout, ..Doors::default() };
    World::with(Database::sqlite(), Wishes { doors, ..Wishes::default() }).await
}

/// What the server says to these bytes until it closes.
async fn told(world: &World, bytes: &str) -> String {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(world.app.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = stream.read_to_end(&mut answer);
    tokio::time::timeout(Duration::from_secs(60), read).await.expect("the server closes").unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(950), "not at once: {}", String::from_utf8_lossy(&answer));
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_client_that_does_not_finish_its_request_loses_its_connection() {
    let world = world().await;
    for silent in ["", "POST /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ", "GET /health HTTP/1.1\r\n"] {
        assert!(!told(&world, silent).await.contains("200"), "{silent}");
    }
    let token = world.token(Role::Viewer);
    let head = format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n\r\n{{\"query\":"
    );
    let answer = told(&world, &head).await;
    assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("REQUEST_TIMEOUT"), "{answer}");
    // An idle connection is given back too, after it was served.
    let answer = told(&world, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn whoever_has_no_token_is_told_before_the_body_is_read() {
    let world = world().await;
    let mut stream = TcpStream::connect(world.app.address).await.unwrap();
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(Duration::from_secs(60), stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
}
