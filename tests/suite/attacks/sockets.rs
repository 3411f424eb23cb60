use std::time::Duration;

use chrono::TimeDelta;
use contact_sync::domain::Role;
use contact_sync::graphql::Limits;
use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use crate::socket::Socket;
use crate::world::{Database, Wishes, World};

#[tokio::test]
async fn a_flood_of_beginnings_ends_the_socket() {
    let world = World::new(Database::sqlite()).await;
    let mut socket = Socket::open(&world).await;
    let init = json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {}", world.token(Role::Admin)) } });
    for _ in 0..100 {
        if socket.0.send(Message::text(init.to_string())).await.is_err() {
            break; // closed meanwhile
        }
    }
    assert_eq!(socket.closed().await, 4429);
}

#[tokio::test]
async fn whoever_answers_no_ping_is_gone() {
    let world = World::new(Database::sqlite()).await;
    let mut socket = Socket::ready(&world).await;
    for _ in 0..2 {
        world.clock.advance(TimeDelta::seconds(20));
        assert_eq!(socket.hear().await["type"], "ping");
    }
    world.clock.advance(TimeDelta::seconds(20));
    let end = tokio::time::timeout(Duration::from_secs(20), socket.0.next()).await.expect("the server leaves");
    assert!(!matches!(end, Some(Ok(Message::Text(_)))), "{end:?}");
}

#[tokio::test]
async fn a_message_in_endless_pieces_ends_the_socket() {
    let limits = Limits { body_bytes: 2_000, ..Limits::default() };
    let world = World::with(Database::sqlite(), Wishes { limits, ..Wishes::default() }).await;
    let mut socket = Socket::ready(&world).await;
    for index in 0..1_000 {
        let opcode = OpCode::Data(if index == 0 { Data::Text } else { Data::Continue });
        let piece = Frame::message(vec![b'x'; 100], opcode, false);
        if socket.0.send(Message::Frame(piece)).await.is_err() {
            break; // closed meanwhile
        }
    }
    assert_eq!(socket.closed().await, 1009);
}

#[tokio::test]
async fn a_frame_that_claims_to_be_huge_is_not_waited_for() {
    let world = World::new(Database::sqlite()).await;
    let mut stream = TcpStream::connect(world.app.address).await.unwrap();
    let request = "GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    // A masked text frame of 2^62 bytes, of which four come.
    stream.write_all(&[0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, b'a', b'b', b'c', b'd']).await.unwrap();
    let mut answer = Vec::new();
    let end = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    end.expect("the server closes").unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
    let close = &answer[answer.len() - 2 - answer.iter().rev().position(|byte| *byte == 0x88).unwrap() + 1..];
    assert_eq!(close[..4], [0x88, close[1], 0x03, 0xf1], "1009: too big");
}

#[tokio::test]
async fn bytes_and_texts_that_are_none_end_the_socket() {
    let world = World::new(Database::sqlite()).await;
    let mut socket = Socket::ready(&world).await;
    socket.0.send(Message::binary(br#"{"type":"ping"}"#.to_vec())).await.unwrap();
    assert_eq!(socket.closed().await, 4400);
    let mut socket = Socket::ready(&world).await;
    socket.0.send(Message::Frame(Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true))).await.unwrap();
    let end = tokio::time::timeout(Duration::from_secs(20), socket.0.next()).await.expect("the server leaves");
    assert!(!matches!(end, Some(Ok(Message::Text(_)))), "{end:?}");
}

#[tokio::test]
async fn documents_that_ask_for_too_much_are_refused_on_sockets_too() {
    let world = World::new(Database::sqlite()).await;
    let aliases: String = (0..101).map(|index| format!("a{index}: __typename ")).collect();
    let bomb: String = (0..40).map(|i| format!("fragment f{i} on Query {{ ...f{n} ...f{n} }} ", n = i + 1)).collect();
    for (query, expected) in [
        (format!("{{ {aliases} }}"), "COST_LIMIT_EXCEEDED"),
        (format!("{{ ...f0 }} {bomb} fragment f40 on Query {{ __typename }}"), "COST_LIMIT_EXCEEDED"),
        ("{ a".repeat(4_000), "COST_LIMIT_EXCEEDED"),
        ("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let mut socket = Socket::ready(&world).await;
        socket.say(json!({ "type": "subscribe", "id": "1", "payload": { "query": query } })).await;
        let error = socket.hear().await;
        assert_eq!((&error["type"], &error["payload"][0]["extensions"]["code"]), (&json!("error"), &json!(expected)));
    }
}

#[tokio::test]
async fn pages_of_others_open_no_socket_and_compression_is_not_taken() {
    let world = World::new(Database::sqlite()).await;
    let url = world.app.url().replace("http", "ws") + "/graphql";
    let own = world.app.url();
    for origin in ["https://evil.example", "null", "file://", &format!("{own}.evil.example"), "http://127.0.0.1"] {
        let mut request = url.as_str().into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        request.headers_mut().insert("origin", origin.parse().unwrap());
        assert!(connect_async(request).await.is_err(), "{origin}");
    }
    let mut request = url.as_str().into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    request.headers_mut().insert("sec-websocket-extensions", "permessage-deflate".parse().unwrap());
    request.headers_mut().insert("origin", own.parse().unwrap());
    let (_socket, answer) = connect_async(request).await.unwrap();
    assert!(answer.headers().get("sec-websocket-extensions").is_none(), "no message can grow by being unpacked");
}
