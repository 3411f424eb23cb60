//! Everything else a contact may have.

use rand::Rng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use super::profile::{Profile, kind};
use super::{pick, words};

/// The rarer fields of a contact.
pub(super) fn fields(rng: &mut ChaCha8Rng, profile: &Profile, person: bool) -> Vec<(&'static str, Vec<Value>)> {
    let mut fields = vec![
        ("urls", some(rng, 20, |rng| url(rng, profile))),
        ("userDefined", several(rng, &[82, 12, 4, 2], custom)),
        ("biographies", some(rng, 35, |rng| note(rng, profile))),
        (
            "externalIds",
            some(rng, 4, |rng| json!({ "value": format!("X{:06}", rng.random_range(0..999_999)), "type": "customer" })),
        ),
        (
            "calendarUrls",
            some(
                rng,
                3,
                |_| json!({ "url": format!("https://calendar.example/{}", profile.login()), "type": "freeBusy" }),
            ),
        ),
        ("imClients", some(rng, 8, |rng| messaging(rng, profile))),
    ];
    if person {
        fields.extend([
            ("nicknames", some(rng, 12, |rng| json!({ "value": pick::one(rng, &words::NICKNAMES) }))),
            ("birthdays", some(rng, 35, |rng| json!({ "date": date(rng) }))),
            (
                "events",
                several(
                    rng,
                    &[90, 8, 2],
                    |rng| json!({ "date": date(rng), "type": kind(rng, &["anniversary", "other"]) }),
                ),
            ),
            ("relations", several(rng, &[85, 10, 4, 1], |rng| relation(rng, profile))),
            (
                "sipAddresses",
                some(rng, 3, |_| json!({ "value": format!("{}@sip.example", profile.login()), "type": "work" })),
            ),
            (
                "genders",
                some(
                    rng,
                    6,
                    |rng| json!({ "value": pick::one(rng, &["female", "male", "unspecified", "non-binary"]) }),
                ),
            ),
            ("interests", several(rng, &[92, 6, 2], |rng| json!({ "value": pick::one(rng, &words::INTERESTS) }))),
            ("occupations", some(rng, 8, |rng| json!({ "value": pick::one(rng, profile.culture.jobs) }))),
            ("locales", some(rng, 5, |_| json!({ "value": profile.culture.language }))),
            ("locations", some(rng, 4, office)),
            ("miscKeywords", some(rng, 2, |_| json!({ "value": "window seat", "type": "OUTLOOK_KEYWORD" }))),
        ]);
    }
    fields
}

fn some(rng: &mut ChaCha8Rng, percent: u32, item: impl FnOnce(&mut ChaCha8Rng) -> Value) -> Vec<Value> {
    if pick::chance(rng, percent) { vec![item(rng)] } else { Vec::new() }
}

fn several(rng: &mut ChaCha8Rng, weights: &[u32], item: impl Fn(&mut ChaCha8Rng) -> Value) -> Vec<Value> {
    let mut items: Vec<Value> = Vec::new();
    for _ in 0..pick::count(rng, weights) {
        let item = item(rng);
        if !items.contains(&item) {
            items.push(item);
        }
    }
    items
}

/// A date, every fourth without a year.
fn date(rng: &mut ChaCha8Rng) -> Value {
    let (month, day) = (rng.random_range(1..=12), rng.random_range(1..=28));
    match pick::chance(rng, 25) {
        true => json!({ "month": month, "day": day }),
        false => json!({ "year": rng.random_range(1935..2012), "month": month, "day": day }),
    }
}

fn url(rng: &mut ChaCha8Rng, profile: &Profile) -> Value {
    let domain = pick::one(rng, &words::MAIL_DOMAINS);
    let kind = kind(rng, &["homePage", "blog", "profile", "work", "home"]);
    json!({ "value": format!("https://www.{domain}/~{}?a=1&b=%20#top", profile.login()), "type": kind })
}

fn custom(rng: &mut ChaCha8Rng) -> Value {
    let (key, value) = pick::one(rng, &words::CUSTOM_FIELDS);
    json!({ "key": key, "value": value })
}

fn relation(rng: &mut ChaCha8Rng, profile: &Profile) -> Value {
    json!({ "person": profile.somebody(rng), "type": kind(rng, &words::RELATIONS) })
}

fn messaging(rng: &mut ChaCha8Rng, profile: &Profile) -> Value {
    let protocol = pick::one(rng, &words::SERVICES);
    json!({ "username": format!("{}@chat.example", profile.login()), "protocol": protocol, "type": "home" })
}

fn office(rng: &mut ChaCha8Rng) -> Value {
    let (building, floor, desk) = pick::one(rng, &words::OFFICES);
    json!({ "value": building, "type": "desk", "buildingId": building, "floor": floor, "deskCode": desk })
}

/// A note: a sentence, several lines, or rarely a long story.
fn note(rng: &mut ChaCha8Rng, profile: &Profile) -> Value {
    let lines = match rng.random_range(0..100) {
        0..60 => 1,
        60..97 => rng.random_range(2..6),
        _ => rng.random_range(40..80),
    };
    let sentences: Vec<&str> = (0..lines).map(|_| pick::one(rng, profile.culture.notes)).collect();
    let separator = if pick::chance(rng, 20) { "\n\n" } else { "\n" };
    json!({ "value": sentences.join(separator), "contentType": "TEXT_PLAIN" })
}
