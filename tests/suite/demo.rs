//! The program itself: `demo`, and what it says to wrong settings.

use std::process::Command;

pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_contact-sync"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("CONTACT_SYNC_")) {
        command.env_remove(name);
    }
    command
}

/// Runs it in a directory of its own: success, standard output, standard error.
fn run(arguments: &[&str]) -> (bool, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = program().args(arguments).current_dir(folder.path()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn the_demonstration_succeeds_and_every_rule_holds() {
    let (succeeded, told, log) = run(&["demo"]);
    assert!(succeeded, "{told}\n{log}");
    assert!(told.contains("Every rule held.") && !told.contains('✗'), "{told}");
    let widest = told.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "a terminal has eighty columns: {told}");
}

#[test]
fn the_demonstration_takes_an_address_book() {
    let fixtures = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/fixtures/");
    for book in ["gmail.csv", "iphone.vcf", "outlook.vcf"] {
        let (succeeded, told, log) = run(&["demo", "--address-book", &format!("{fixtures}{book}")]);
        assert!(succeeded, "{book}: {told}\n{log}");
    }
}

#[test]
fn the_demonstration_takes_an_address_book_with_what_google_does_not_keep() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("hard.vcf");
    let card = |name: &str, rest: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nN:{name};{name}\r\n{rest}END:VCARD\r\n");
    let phones: String = (0..520).map(|n| format!("TEL:+1 555 {n}\r\n")).collect();
    let text = [
        card("Ada", "CATEGORIES:Friends,Suppliers,  ,Starred,Family\r\n"),
        card("Ben", "CATEGORIES: Suppliers ,My Contacts,Address book\r\n"),
        card("Cleo", &phones),
        card("Dora", &format!("NOTE:{}\r\n", "n".repeat(200_000))),
        card("Emil", "CATEGORIES:Blocked\r\n"),
    ];
    std::fs::write(&book, text.concat()).unwrap();
    let (succeeded, told, log) = run(&["demo", "--address-book", book.to_str().unwrap()]);
    assert!(succeeded, "{told}\n{log}");
    for left_out in [
        "label Friends left out (1)",
        "label Blocked left out (1)",
        "TEL left out (21)",
        "NOTE left out (1)",
        "Cleo Cleo has no room",
    ] {
        assert!(told.contains(left_out), "{left_out}: {told}");
    }
}

#[test]
fn wrong_settings_are_named_with_the_remedy() {
    for (arguments, said) in [
        (&["demo", "--address-book", "missing.vcf"][..], "cannot read missing.vcf"),
        (&["serve", "--database-url", "mysql://x"], "must begin with sqlite:// or postgres://"),
        (&["serve", "--listen", "nowhere"], "--listen"),
        (&["serve", "--time-zone", "Moon/Base"], "--time-zone"),
        (
            &["serve", "--google-key-file", "missing.json", "--google-admin", "a@corp.example"],
            "cannot read the key file missing.json",
        ),
        (&["serve", "--google-key-file", "key.json"], "--google-admin"),
        (&["serve", "--data-dir", "/dev/null/x"], "cannot create the data directory"),
        (&["serve", "--rate-limit", "100"], "could never be paid for. Lower --max-cost, or raise --rate-limit"),
        (&["serve", "--max-depth", "0"], "--max-depth"),
        (
            &["serve", "--allowed-origins", "https://a.example,console.example.com"],
            "'console.example.com' is no origin",
        ),
        (&["serve", "--allowed-origins", "https://a.example/page"], "is no origin"),
        (&["serve", "--max-deletion-percent", "101"], "write 0 to 100, or none"),
        (&["serve", "--max-page-size", "101"], "--max-page-size"),
        (&["serve", "--request-timeout", "1h"], "--request-timeout"),
        (&["serve", "--documents", "missing.json"], "cannot read the documents in missing.json"),
        (&["serve", "--trusted-proxies", "10.0.0.0/8"], "--trusted-proxies"),
        (
            &["serve", "--jwt-jwks-url", "http://id.corp.example/keys", "--jwt-issuer", "x", "--jwt-audience", "y"],
            "must be an https URL",
        ),
        (&["token", "--role", "KING"], "--role"),
        (&["serve", "--jwt-jwks-url", "https://id.corp.example/keys"], "--jwt-issuer"),
        (
            &["serve", "--jwt-secret-file", "a", "--jwt-public-key-file", "b"],
            "'--jwt-secret-file <JWT_SECRET_FILE>' cannot be used with",
        ),
        (&["token", "--role", "admin", "--jwt-role-map", "x=ADMIN"], "would refuse the token"),
        (&["token", "--role", "admin", "--email", "nobody"], "'nobody' is not an e-mail address"),
        (&["token", "--role", "admin", "--expires", "soon"], "write for example 30m, 12h or 30d"),
        (&["sandbox", "import", "--user", "x@corp.example", "--group", "G", "missing.vcf"], "cannot read missing.vcf"),
    ] {
        let (succeeded, _, log) = run(arguments);
        assert!(!succeeded && log.contains(said), "{arguments:?}: {log}");
    }
}

#[test]
fn every_setting_is_documented_with_its_variable_and_default() {
    use clap::CommandFactory;
    let documentation = include_str!("../../docs/configuration.md");
    let command = contact_sync::cli::Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    let rows: Vec<&str> = documentation.lines().filter(|line| line.starts_with("| `--")).collect();
    let mut flags = 0;
    for argument in serve.get_arguments().filter(|argument| argument.get_id() != "help") {
        let flag =
            format!("| `--{}` | `{}` | ", argument.get_long().unwrap(), argument.get_env().unwrap().to_str().unwrap());
        let row = rows.iter().find(|row| row.starts_with(&flag)).unwrap_or_else(|| panic!("no row for {flag}"));
        if let [default] = argument.get_default_values() {
            let default = format!("{flag}`{}` |", default.to_str().unwrap());
            assert!(row.starts_with(&default), "{row} should begin with {default}");
        }
        flags += 1;
    }
    assert_eq!(rows.len(), flags, "rows for settings that are no more");
}

#[test]
fn wrong_keys_are_named_with_the_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let key = |kind: &str, pem: &str, token_uri: &str| {
        serde_json::json!({ "type": kind, "client_email": "robot@project.example", "private_key": pem, "private_key_id": "1",
            "token_uri": token_uri }).to_string()
    };
    let google = "https://oauth2.googleapis.com/token";
    for (content, said) in [
        ("not json".to_owned(), "is not the key file of a service account"),
        ("{}".to_owned(), "is not the key file of a service account"),
        (key("authorized_user", "x", google), "is not the key file of a service account"),
        (
            key("service_account", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", google),
            "the private key in the key file cannot be read",
        ),
        (key("service_account", "x", "http://evil.example/token"), "token_uri in the key file must be an https URL"),
        (key("service_account", "x", "http://127.0.0.1:1/token"), "Set --google-people-url and --google-directory-url"),
    ] {
        let path = folder.path().join("key.json");
        std::fs::write(&path, content).unwrap();
        let (succeeded, _, log) =
            run(&["serve", "--google-key-file", path.to_str().unwrap(), "--google-admin", "admin@corp.example"]);
        assert!(!succeeded && log.contains(said), "{said}: {log}");
        assert!(!log.contains("AAAA"), "no part of a key is repeated");
    }
}

#[test]
fn a_token_is_three_parts_and_the_schema_is_printed() {
    let (succeeded, token, log) = run(&["token", "--role", "admin", "--email", "ann@corp.example"]);
    assert!(succeeded && token.trim().split('.').count() == 3);
    assert!(log.contains("made a new secret in data"), "{log}");
    let (succeeded, schema, _) = run(&["schema"]);
    assert!(succeeded);
    assert_eq!(schema.trim(), include_str!("../../schema.graphql").trim());
}

#[test]
fn address_books_are_imported_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("sandbox.json");
    let good = concat!(env!("CARGO_MANIFEST_DIR"), "/sandbox/fixtures/android.vcf");
    let bad = folder.path().join("bad.vcf");
    std::fs::write(&bad, b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:No").unwrap();
    let import = |user: &str, file: &str| {
        let arguments = [
            "sandbox",
            "import",
            "--user",
            user,
            "--group",
            "Imported",
            "--state",
            state.to_str().unwrap(),
            good,
            file,
        ];
        program().args(arguments).output().unwrap()
    };
    let refused = import("ann@corp.example", bad.to_str().unwrap());
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("bad.vcf"));
    assert!(!state.exists(), "nothing was begun");
    let unknown = import("nobody@corp.example", good);
    assert!(!unknown.status.success() && String::from_utf8_lossy(&unknown.stderr).contains("nobody@corp.example"));
    let done = import("ann@corp.example", good);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stdout).contains("contacts into Imported of ann@corp.example"));
    assert!(state.exists());
}

#[test]
fn contacts_are_generated_on_request_into_a_group() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("sandbox.json");
    let generate = |count: &str| {
        let arguments = ["sandbox", "generate", "--user", "dave@corp.example", "--group", "Many", "--count", count];
        program().args(arguments).arg("--state").arg(&state).output().unwrap()
    };
    for wrong in ["0", "25001", "x"] {
        assert!(!generate(wrong).status.success());
    }
    let elsewhere = program()
        .args(["sandbox", "generate", "--user", "dave@corp.example", "--group", "Few", "--count", "2"])
        .env("CONTACT_SYNC_DATA_DIR", folder.path().join("data"))
        .output()
        .unwrap();
    assert!(elsewhere.status.success(), "{}", String::from_utf8_lossy(&elsewhere.stderr));
    assert!(std::fs::read_to_string(folder.path().join("data/sandbox.json")).unwrap().contains("Few"));
    let done = generate("1000");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    assert!(String::from_utf8_lossy(&done.stdout).contains("1000 contacts into Many of dave@corp.example"));
    assert!(std::fs::read_to_string(&state).unwrap().contains("Many"));
}
