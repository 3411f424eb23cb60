//! The checker finds what the discovery documents do not allow.

use sandbox::{Entry, conformance};
use serde_json::{Value, json};

use crate::helper::{Stage, named};

#[tokio::test]
async fn every_kind_of_deviation_is_found() {
    let stage = Stage::new().await;
    let ann = stage.user("ann").await;
    ann.create(named("A")).await;
    ann.list("personFields=names&sources=READ_SOURCE_TYPE_CONTACT").await;
    let entries = stage.sandbox.ledger();
    let (create, list) = (&entries[1], &entries[2]);
    assert_eq!((conformance::check(create), conformance::check(list)), (Ok(()), Ok(())));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let wrong = |base: &Entry, change: &dyn Fn(&mut Entry)| {
        let mut entry = base.clone();
        change(&mut entry);
        conformance::check(&entry).unwrap_err()
    };
    let found = [
        wrong(create, &|entry| entry.body["shoeSize"] = json!(5)),
        wrong(create, &|entry| entry.body["names"][0]["givenName"] = json!(null)),
        wrong(create, &|entry| entry.response["names"][0]["given"] = json!("A")),
        wrong(create, &|entry| entry.response["metadata"]["sources"][0]["type"] = json!("MOON")),
        wrong(create, &|entry| entry.response["metadata"]["sources"][0]["updateTime"] = json!("today")),
        wrong(create, &|entry| entry.method = "PUT".to_owned()),
        wrong(create, &|entry| entry.path = "/v1/people/me:createContact".to_owned()),
        wrong(create, &|entry| entry.id = "people.people.dance".to_owned()),
        wrong(list, &|entry| entry.query.push(pair("personFields", "urls"))),
        wrong(list, &|entry| entry.query.push(pair("sources", "CONTACT"))),
        wrong(list, &|entry| entry.query.push(pair("pageSize", "many"))),
        wrong(list, &|entry| entry.query.push(pair("max", "5"))),
        wrong(list, &|entry| entry.body = json!({ "x": 1 })),
        wrong(list, &|entry| entry.response["totalItems"] = json!("1")),
        wrong(list, &|entry| (entry.status, entry.response) = (404, json!({ "error": "none" }))),
    ];
    assert!(found.iter().all(|text| text.starts_with("request ")), "{found:#?}");
}

#[tokio::test]
async fn a_part_of_an_answer_conforms_too() {
    let stage = Stage::new().await;
    let admin = stage.admin().await;
    let path = "/admin/directory/v1/users?customer=my_customer&fields=nextPageToken,users(id,primaryEmail)";
    let (status, body) = admin.get(path).await;
    assert_eq!((status, body.get("kind"), body["users"][0].get("suspended")), (200, None, None));
    assert!(body["users"][0]["primaryEmail"].is_string());
    assert_eq!(admin.get("/admin/directory/v1/users?customer=my_customer&fields=users(").await.0, 400);
    stage.conforms();
}

/// Google's own documents, where they lie beside the project.
const BESIDE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/discovery");

/// All methods of a document, nested as they are there, by id.
fn methods(resources: &Value, found: &mut serde_json::Map<String, Value>) {
    for resource in resources.as_object().into_iter().flat_map(|resources| resources.values()) {
        for method in resource["methods"].as_object().into_iter().flat_map(|methods| methods.values()) {
            found.insert(method["id"].as_str().expect("a method has an id").to_owned(), method.clone());
        }
        methods(&resource["resources"], found);
    }
}

/// Everything in `ours` is in `theirs` too, word for word.
fn assert_part(path: &str, ours: &Value, theirs: &Value) {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            for (key, value) in ours {
                let other = theirs.get(key).unwrap_or_else(|| panic!("{path}.{key} is not Google's"));
                assert_part(&format!("{path}.{key}"), value, other);
            }
        }
        _ => assert_eq!(ours, theirs, "{path}"),
    }
}

#[test]
fn our_extracts_say_what_googles_documents_say() {
    for name in ["people.v1.json", "admin.directory_v1.json"] {
        let Ok(theirs) = std::fs::read_to_string(format!("{BESIDE}/{name}")) else { continue };
        let theirs: Value = serde_json::from_str(&theirs).unwrap();
        let ours = std::fs::read_to_string(format!("{}/discovery/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let ours: Value = serde_json::from_str(&ours).unwrap();
        assert_eq!((&ours["revision"], &ours["version"]), (&theirs["revision"], &theirs["version"]));
        let mut known = serde_json::Map::new();
        methods(&theirs["resources"], &mut known);
        let known = Value::Object(known);
        assert_part("methods", &ours["methods"], &known);
        assert_part("parameters", &ours["parameters"], &theirs["parameters"]);
        assert_part("schemas", &ours["schemas"], &theirs["schemas"]);
        // A parameter or a field that is missing in ours would be refused by mistake.
        for (id, method) in ours["methods"].as_object().unwrap() {
            let names =
                |method: &Value| method["parameters"].as_object().map(|all| all.keys().cloned().collect::<Vec<_>>());
            assert_eq!(names(method), names(&known[id]), "{id}");
        }
        for (schema, fields) in ours["schemas"].as_object().unwrap() {
            let names =
                |schema: &Value| schema["properties"].as_object().map(|all| all.keys().cloned().collect::<Vec<_>>());
            assert_eq!(names(fields), names(&theirs["schemas"][schema]), "{schema}");
        }
    }
}
