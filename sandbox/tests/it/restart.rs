//! The state file.

use chrono::TimeDelta;
use sandbox::{Options, Sandbox, SandboxError, Workspace};

use crate::helper::{Stage, named};

#[tokio::test]
async fn everything_is_there_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/sandbox.json");
    let options = || Options { state: Some(path.clone()), ..Options::default() };
    let stage = Stage::with(options()).await;
    let ann = stage.user("ann").await;
    let kept = ann.create(named("Kept")).await;
    let gone = ann.create(named("Gone")).await;
    ann.delete(&format!("/v1/{}:deleteContact", gone["resourceName"].as_str().unwrap())).await;
    let query = "personFields=names,metadata&requestSyncToken=true";
    let token = ann.list(query).await.1["nextSyncToken"].as_str().unwrap().to_owned();
    let locked = Sandbox::start(options(), Workspace::sample()).await.unwrap_err();
    assert!(matches!(locked, SandboxError::Locked { .. }));
    stage.sandbox.advance(TimeDelta::hours(5));
    let (key, time) = (stage.sandbox.key(), stage.sandbox.now());
    stage.sandbox.stop().await;

    let stage = Stage::with(options()).await;
    assert_eq!(stage.sandbox.key()["private_key"], key["private_key"]);
    assert!((time - stage.sandbox.now()).abs() < TimeDelta::minutes(1));
    let ann = stage.user("ann").await;
    let (_, none) = ann.list(&format!("{query}&syncToken={token}")).await;
    assert_eq!(none.get("connections"), None);
    let (_, full) = ann.list(query).await;
    assert_eq!(full["connections"][0]["metadata"]["sources"], kept["metadata"]["sources"]);
    assert_eq!(stage.sandbox.trash("ann@corp.example").unwrap().len(), 1);
    stage.sandbox.stop().await;
}

#[tokio::test]
async fn another_programs_file_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    for content in ["{}", "hello", r#"{"program":"contact-sync-sandbox","version":99}"#] {
        std::fs::write(&path, content).unwrap();
        let options = Options { state: Some(path.clone()), ..Options::default() };
        let error = Sandbox::start(options, Workspace::sample()).await.unwrap_err();
        assert!(matches!(error, SandboxError::Foreign { .. }), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn changes_are_written_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.json");
    let stage = Stage::with(Options { state: Some(path.clone()), ..Options::default() }).await;
    stage.sandbox.create_contact("ann@corp.example", named("Quickly")).unwrap();
    let written = async {
        while !std::fs::read_to_string(&path).unwrap().contains("Quickly") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), written).await.expect("the change is written");
}
