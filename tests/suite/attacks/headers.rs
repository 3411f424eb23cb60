use contact_sync::domain::Role;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{Database, SOURCE, World};

const BODY: &str = r#"{"query":"{ viewer { role } }"}"#;

/// Everything that the server says to these bytes until it closes; the attacker has nothing more to say.
async fn told(world: &World, bytes: &str) -> String {
    let mut stream = TcpStream::connect(world.app.address).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

fn head(world: &World, lines: &str) -> String {
    let token = world.token(Role::Viewer);
    format!(
        "POST /graphql HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nAuthorization: Bearer {token}\r\n{lines}\r\n"
    )
}

#[tokio::test]
async fn nothing_of_a_request_becomes_a_header_of_the_answer() {
    let world = World::new(Database::sqlite()).await;
    let injected = "x%0d%0aSet-Cookie:%20evil=1";
    let length = format!("Content-Length: {}\r\n", BODY.len());
    for lines in [
        format!("Origin: https://evil.example\r\n{length}"),
        format!("Origin: {injected}\r\n{length}"),
        format!("X-Request-Id: evil\r\n{length}"),
        format!("Accept: application/json; x=\"evil\"\r\n{length}"),
        format!("X-Forwarded-Host: evil.example\r\nX-Forwarded-For: evil\r\nForwarded: host=evil.example\r\n{length}"),
        format!("Access-Control-Request-Headers: evil\r\n{length}"),
        format!("Cookie: evil=1\r\n{length}"),
    ] {
        let answer = told(&world, &(head(&world, &lines) + BODY)).await;
        let (headers, _) = answer.split_once("\r\n\r\n").unwrap();
        assert!(headers.starts_with("HTTP/1.1 ") && !headers.to_lowercase().contains("evil"), "{lines}{answer}");
    }
    for path in [format!("/{injected}"), format!("/graphql?query={injected}"), format!("/graphql/{injected}")] {
        let answer =
            told(&world, &format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")).await;
        let (headers, _) = answer.split_once("\r\n\r\n").unwrap();
        assert!(headers.starts_with("HTTP/1.1 ") && !headers.to_lowercase().contains("evil"), "{path}: {answer}");
    }
}

#[tokio::test]
async fn requests_whose_end_can_be_read_in_two_ways_are_refused() {
    let world = World::new(Database::sqlite()).await;
    let length = BODY.len();
    let hidden = "GET /health HTTP/1.1\r\nHost: x\r\n\r\n";
    for (what, lines) in [
        ("two lengths", format!("Content-Length: {length}\r\nContent-Length: 0\r\n")),
        ("a length of two numbers", format!("Content-Length: {length}, 0\r\n")),
        ("a length with a sign", format!("Content-Length: +{length}\r\n")),
        ("a length in another base", "Content-Length: 0x1f\r\n".to_owned()),
        ("white space before the colon", format!("Content-Length : {length}\r\n")),
        ("chunks that are not the last coding", "Transfer-Encoding: chunked, identity\r\n".to_owned()),
        ("a coding that looks like chunks", "Transfer-Encoding: xchunked\r\n".to_owned()),
        ("a header without a name", ": x\r\n".to_owned()),
        ("a bare line end in a value", "X-A: b\rX-C: d\r\n".to_owned()),
        ("a zero byte in a value", "X-A: b\0c\r\n".to_owned()),
    ] {
        let answer = told(&world, &(head(&world, &lines) + BODY + hidden)).await;
        assert!(answer.starts_with("HTTP/1.1 4") || answer.is_empty(), "{what}: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what} let a second request through: {answer}");
    }
}

#[tokio::test]
async fn what_a_caller_writes_does_not_change_what_google_is_asked() {
    let world = World::new(Database::sqlite()).await;
    world.source_group("Suppliers", &["Ada"]);
    world.sandbox.clear_ledger();
    let emails = [
        "ann@corp.example/../../customers/my_customer",
        "ann/../bob@corp.example",
        "ann?projection=full&x=@corp.example",
        "ann#@corp.example",
        "ann%2f..%2fbob@corp.example",
        "..@corp.example",
        "ann@corp.example\r\nX-Evil: 1",
        "ann@corp.example\u{0}",
    ];
    let input =
        json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": "Suppliers" }, "destinationEmails": emails });
    let payload = world.mutate("createJob", "job { id }", input).await;
    let errors = payload["userErrors"].as_array().unwrap();
    let refused = errors.iter().filter(|error| error["code"] == "INVALID_DESTINATION_USER").count();
    assert_eq!((refused, &payload["job"]), (emails.len(), &json!(null)), "{payload:#}");
    for name in ["\"}, \"x\": {", "contactGroups/myContacts", "../people/me", "Suppliers\" OR \"1", "*"] {
        let input = json!({ "sourceUserEmail": SOURCE, "sourceGroup": { "name": name }, "destinationEmails": ["ann@corp.example"] });
        let payload = world.mutate("createJob", "job { id }", input).await;
        assert_eq!(payload["userErrors"][0]["code"], "SOURCE_GROUP_NOT_FOUND", "{payload:#}");
    }
    let ledger = world.sandbox.ledger();
    assert!(ledger.len() > 5);
    for entry in ledger {
        assert!(entry.status < 500 && !entry.path.contains("..") && !entry.path.contains("//"), "{entry:?}");
        let known = [
            "token",
            "directory.users.get",
            "directory.users.list",
            "directory.customers.get",
            "directory.domains.list",
            "people.contactGroups.list",
        ];
        assert!(known.contains(&entry.id.as_str()), "{entry:?}");
    }
}
