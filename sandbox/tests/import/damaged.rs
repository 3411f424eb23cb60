//! Files that are no address book: a clear error for each, and never a panic.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sandbox::import::{Problem, read};

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
