//! Google's own Python client against the sandbox, where there is one.
//!
//! `CONTACT_SYNC_TEST_PYTHON` names an interpreter that has `google-api-python-client` and `google-auth`.
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

use std::process::Stdio;

use crate::helper::Stage;

#[tokio::test]
async fn the_official_client_works() {
    let Some(python) = std::env::var_os("CONTACT_SYNC_TEST_PYTHON") else {
        eprintln!("skipped: CONTACT_SYNC_TEST_PYTHON is not set");
        return;
    };
    let probe = tokio::process::Command::new(&python)
        .args(["-c", "import googleapiclient, google.auth"])
        .stderr(Stdio::null())
        .status()
        .await;
    if !probe.is_ok_and(|status| status.success()) {
        eprintln!("skipped: {} has no Google client", python.display());
        return;
    }
    // The client signs with the machine's clock.
    let stage = Stage::with_real_clock().await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.json");
    std::fs::write(&key, stage.sandbox.key().to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/python/official_client.py");
    let output = tokio::process::Command::new(&python)
        .arg(script)
        .arg(stage.sandbox.url())
        .arg(&key)
        .arg(stage.sandbox.admin_email())
        .arg("ann@corp.example")
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    stage.conforms();
    assert!(stage.sandbox.ledger().len() > 15);
}
