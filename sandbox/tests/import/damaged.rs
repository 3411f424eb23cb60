//! Files that are no address book: a clear error for each, and never a panic.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::import::{Problem, read};
use serde_json::json;

/// Problem and line of a file that cannot be read.
fn problem(bytes: &[u8]) -> (Option<usize>, Problem) {
    let error = read("broken.vcf", bytes).expect_err("the file is broken");
    assert!(error.to_string().starts_with("broken.vcf"), "{error}");
    (error.line, error.problem)
}

#[test]
fn empty_files() {
    assert_eq!(problem(b""), (None, Problem::Empty));
    assert_eq!(problem(b" \r\n\t\n"), (None, Problem::Empty));
    assert_eq!(problem(b"\xef\xbb\xbf"), (None, Problem::Empty));
    assert_eq!(problem(b"\xff\xfe"), (None, Problem::Empty));
}

#[test]
fn files_that_are_not_text() {
    assert_eq!(problem(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), (None, Problem::NotText));
    assert_eq!(problem(b"\0\0\0\0"), (None, Problem::NotText));
}

#[test]
fn text_in_no_known_format() {
    assert_eq!(problem(b"hello"), (None, Problem::UnknownFormat));
    assert_eq!(problem(b"BEGIN:VCALENDAR\nEND:VCALENDAR"), (None, Problem::UnknownFormat));
    assert_eq!(problem(b"First Name,Last Name,E-mail Address\nJo,Doe,jo@example.com"), (None, Problem::UnknownFormat));
    assert_eq!(problem("x".repeat(10_000_000).as_bytes()), (None, Problem::UnknownFormat));
}

#[test]
fn cards_that_do_not_begin_or_end() {
    assert_eq!(problem(b"END:VCARD\n"), (Some(1), Problem::EndWithoutBegin));
    assert_eq!(problem(b"BEGIN:VCARD\nEND:VCARD\n\nEND:VCARD\n"), (Some(4), Problem::EndWithoutBegin));
    assert_eq!(problem(b"BEGIN:VCARD\nFN:Jo\n"), (Some(1), Problem::Unclosed));
    let second = b"BEGIN:VCARD\nFN:Jo\nEND:VCARD\nBEGIN:VCARD\nFN:Sam\nBEGIN:VCARD\nFN:Kim\nEND:VCARD\n";
    assert_eq!(problem(second), (Some(4), Problem::Unclosed));
    assert_eq!(problem(b"BEGIN:VCARD\nEND:VCARD\nTEL:1\n"), (Some(3), Problem::Outside));
    assert_eq!(
        problem(b"BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:cut=\nEND:VCARD\nEND:VCARD"),
        (Some(4), Problem::EndWithoutBegin)
    );
}

#[test]
fn broken_rows() {
    assert_eq!(problem(b"First Name,Labels\n"), (None, Problem::NoContacts));
    assert_eq!(problem(b"First Name,Labels\nJo,x\n\"Sam,y\nKim,z\n"), (Some(3), Problem::UnclosedQuote));
    let short = problem(b"First Name,Labels,Notes\nJo,x,\nSam,y\n");
    assert_eq!(short, (Some(3), Problem::RowLength { expected: 3, found: 2 }));
}

#[test]
fn every_error_names_the_file_and_a_remedy() {
    for bytes in [&b""[..], b"\0", b"hello", b"END:VCARD", b"BEGIN:VCARD", b"First Name,Labels\n\"x", b"Name,Labels\n"]
    {
        let text = read("book.vcf", bytes).expect_err("broken").to_string();
        assert!(text.starts_with("book.vcf"), "{text}");
        assert!(["export", "remove", "choose"].iter().any(|remedy| text.contains(remedy)), "{text}");
    }
}

#[test]
fn a_very_long_line_is_reported() {
    let text = format!("BEGIN:VCARD\nFN:Jo\nNOTE:{}\nX-LONG:{}\nEND:VCARD", "x".repeat(10_000_000), "y".repeat(2000));
    let book = read("long.vcf", text.as_bytes()).expect("an address book");
    assert_eq!(book.summary().into_keys().map(|(property, _)| property).collect::<Vec<_>>(), ["NOTE", "X-LONG"]);
}

#[test]
fn a_line_break_nobody_escaped_stays_in_the_note() {
    let book = read("x.vcf", b"BEGIN:VCARD\nNOTE:one\ntwo\nTEL:1\nEND:VCARD").expect("an address book");
    assert_eq!(book.contacts[0].person["biographies"][0]["value"], "one\ntwo");
}

#[test]
fn control_characters_are_taken_out() {
    let text = "BEGIN:VCARD\nFN:\u{1b}[2JAnn\u{7}\nCATEGORIES:Fri\u{8}ends\nNOTE;QUOTED-PRINTABLE:a=00b=0Dc=09d=1F\n\
                X-\u{1b}[1mBig:v\u{85}\nEND:VCARD";
    let contact = &read("x.vcf", text.as_bytes()).expect("an address book").contacts[0];
    let [name, custom] = ["names", "userDefined"].map(|list| contact.person[list][0].clone());
    assert_eq!((&name["unstructuredName"], &contact.labels[0]), (&json!("[2JAnn"), &"Friends".to_owned()));
    assert_eq!(contact.person["biographies"][0]["value"], "ab\nc\td");
    assert_eq!((&custom["key"], &custom["value"]), (&json!("X-[1MBIG"), &json!("v")));
    let csv = read("x.csv", b"Name,Labels,Sho\x1brt\nAnn\x07,\x08,\x1bx\n").expect("an address book");
    assert_eq!(csv.contacts[0].person["names"][0]["unstructuredName"], "Ann");
    assert_eq!(csv.contacts[0].person["userDefined"][0], json!({ "key": "Short", "value": "x" }));
    assert!(csv.contacts[0].labels.is_empty());
}

#[test]
fn agents_of_agents_take_no_stack() {
    let agents = "AGENT:\nBEGIN:VCARD\nFN:Al\n".repeat(200_000);
    let text = format!("BEGIN:VCARD\nFN:Jo\n{agents}{}", "END:VCARD\n".repeat(200_001));
    let book = read("x.vcf", text.as_bytes()).expect("an address book");
    assert_eq!(book.contacts[0].person["relations"], json!([{ "person": "Al", "type": "assistant" }]));
    assert_eq!(book.dropped.len(), 1, "the agent of the agent");
}

/// Each of these takes minutes, or all memory, where every part of a contact is held against every other one.
#[test]
fn a_contact_of_a_megabyte_is_read() {
    let numbered = |line: &dyn Fn(usize) -> String| (0..20_000).map(line).collect::<String>();
    let long = "x".repeat(200_000);
    let cards = [
        numbered(&|n| format!("i{n}.TEL:{n}\ni{n}.X-ABLabel:{n}\n")),
        numbered(&|n| format!("i.TEL:{n}\n")) + "i.X-ABLabel:" + &long,
        numbered(&|n| format!("NOTE:{n}\n")),
        numbered(&|n| format!("i{n}.ADR:;;{n}\ni{n}.X-ABADR:de\n")),
        numbered(&|n| format!("FN:{n} b\n")) + "N:" + &"a ".repeat(100_000),
        format!("CATEGORIES:{}", numbered(&|n| format!("{n},"))),
    ];
    let header = numbered(&|n| format!(",Phone {n} - Value"));
    let values = numbered(&|n| format!("{n}:::"));
    let files = cards.map(|card| format!("BEGIN:VCARD\n{card}\nEND:VCARD\n")).into_iter().chain([
        format!("Name,Labels{header}\nA,b{}\n", numbered(&|n| format!(",{n}"))),
        format!("Name,Labels,Phone 1 - Label,Phone 1 - Value\nA,b,{long},{values}\n"),
    ]);
    for file in files {
        let book = read("large", file.as_bytes()).expect("an address book");
        assert!(!book.dropped.is_empty());
    }
}

#[test]
fn labels_of_many_contacts_are_not_as_long_as_all_of_them_together() {
    let people: String = (0..10_000).map(|n| format!("BEGIN:VCARD\nUID:{n}\nFN:{n}\nEND:VCARD\n")).collect();
    let members: String = (0..10_000).map(|n| format!("MEMBER:{n}\n")).collect();
    let group = format!("BEGIN:VCARD\nKIND:group\nFN:{}\n{members}END:VCARD\n", "x".repeat(500_000));
    let book = read("x.vcf", (people + &group).as_bytes()).expect("an address book");
    assert!(book.contacts.iter().all(|contact| contact.labels.is_empty()));
    assert_eq!(book.dropped.iter().filter(|dropped| dropped.property == "MEMBER").count(), 10_000, "each is told");
}

#[test]
fn no_bytes_make_it_panic() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for name in ["gmail.vcf", "iphone.vcf", "outlook.vcf", "android.vcf", "gmail.csv", "gmail-old.csv"] {
        let whole = std::fs::read(folder.join(name)).expect("the fixture exists");
        for _ in 0..300 {
            let mut bytes = whole.clone();
            for _ in 0..rng.random_range(1..20) {
                let at = rng.random_range(0..bytes.len());
                bytes[at] =
                    if rng.random() { rng.random() } else { *b"\n=;:,\\\"(".get(rng.random_range(0..8)).unwrap_or(&0) };
            }
            bytes.truncate(rng.random_range(1..=bytes.len()));
            let _ = read(name, &bytes);
        }
    }
    for _ in 0..300 {
        let noise: Vec<u8> = (0..rng.random_range(0..400)).map(|_| rng.random()).collect();
        let _ = read("noise", &noise);
        let _ = read("noise.vcf", &[b"BEGIN:VCARD\n".as_slice(), &noise, b"\nEND:VCARD\n"].concat());
        let _ = read("noise.csv", &[b"First Name,Labels,Phone 1 - Value\n".as_slice(), &noise].concat());
    }
}
