//! One contact: who it is, and how to reach it.

use rand::Rng;
use rand::distr::weighted::WeightedIndex;
use rand::prelude::Distribution as _;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use super::culture::{self, Culture, Name};
use super::{extras, phones, pick, words};

/// The types of postal addresses and mail addresses.
const PLACES: [&str; 3] = ["home", "work", "other"];
/// The types of phone numbers.
const PHONES: [&str; 10] =
    ["mobile", "home", "work", "workMobile", "main", "homeFax", "workFax", "pager", "other", "googleVoice"];

/// What the parts of a contact have in common.
pub(super) struct Profile {
    /// Where the contact is from.
    pub(super) culture: &'static Culture,
    given: Name,
    family: Name,
    /// Position in the list, which makes addresses unique.
    pub(super) index: usize,
}

impl Profile {
    fn new(rng: &mut ChaCha8Rng, index: usize) -> Self {
        let drawn = WeightedIndex::new(culture::WEIGHTS).map_or(0, |weights| weights.sample(rng));
        let culture = culture::ALL[drawn];
        Self { culture, given: pick::one(rng, culture.given), family: pick::one(rng, culture.family), index }
    }

    /// The name of somebody else of the same culture.
    pub(super) fn somebody(&self, rng: &mut ChaCha8Rng) -> String {
        let (given, family) = (pick::one(rng, self.culture.given), pick::one(rng, self.culture.family));
        format!("{} {}", given.written, family.written)
    }

    /// A user name in plain letters.
    pub(super) fn login(&self) -> String {
        format!("{}.{}{}", self.given.latin, self.family.latin, self.index)
    }

    /// Chinese, Japanese and Korean titles follow the name.
    fn title_follows(&self) -> bool {
        matches!(self.culture.language, "zh" | "ja" | "ko")
    }
}

/// The fields of a contact by name; most contacts have a handful, some have nearly all.
pub(super) fn fields(rng: &mut ChaCha8Rng, index: usize) -> Vec<(&'static str, Vec<Value>)> {
    let profile = Profile::new(rng, index);
    // A few contacts are a company, a mailbox or a bare number.
    let (named, employed) = match rng.random_range(0..100) {
        0..3 => (false, true),
        3..5 => (false, false),
        _ => (true, pick::chance(rng, 55)),
    };
    let mut fields = vec![
        ("names", if named { vec![name(rng, &profile)] } else { Vec::new() }),
        ("emailAddresses", emails(rng, &profile, !named)),
        ("phoneNumbers", numbers(rng, &profile)),
        ("addresses", addresses(rng, &profile)),
        ("organizations", if employed { organizations(rng, &profile) } else { Vec::new() }),
    ];
    fields.extend(extras::fields(rng, &profile, named));
    fields
}

fn name(rng: &mut ChaCha8Rng, profile: &Profile) -> Value {
    let mut name = Map::new();
    let mut set = |key: &str, value: &str| name.insert(key.to_owned(), value.into());
    if pick::chance(rng, 2) {
        // Some people never told more than this.
        set("unstructuredName", profile.given.written);
        return Value::Object(name);
    }
    set("givenName", profile.given.written);
    set("familyName", profile.family.written);
    if pick::chance(rng, 15) {
        set("middleName", pick::one(rng, profile.culture.given).written);
    }
    if pick::chance(rng, 15) {
        let key = if profile.title_follows() { "honorificSuffix" } else { "honorificPrefix" };
        set(key, pick::one(rng, profile.culture.prefixes));
    } else if pick::chance(rng, 3) {
        set("honorificSuffix", pick::one(rng, &["Jr.", "III", "PhD", "M.Sc."]));
    }
    if profile.culture.phonetic && pick::chance(rng, 35) {
        set("phoneticGivenName", profile.given.spoken);
        set("phoneticFamilyName", profile.family.spoken);
    }
    Value::Object(name)
}

fn emails(rng: &mut ChaCha8Rng, profile: &Profile, at_least_one: bool) -> Vec<Value> {
    let count = pick::count(rng, &[8, 60, 24, 6, 2]).max(usize::from(at_least_one));
    let login = profile.login();
    let email = |number: usize| {
        let work = number == 0 && pick::chance(rng, 40);
        let domain = if work { pick::one(rng, &words::WORK_DOMAINS) } else { pick::one(rng, &words::MAIL_DOMAINS) };
        let tag = if number > 0 { format!("+{number}") } else { String::new() };
        let kind = if work { "work" } else { kind(rng, &PLACES) };
        let mut email = json!({ "value": format!("{login}{tag}@{domain}"), "type": kind });
        if pick::chance(rng, 4) {
            email["displayName"] = format!("{} ({kind})", profile.given.written).into();
        }
        email
    };
    (0..count).map(email).collect()
}

fn numbers(rng: &mut ChaCha8Rng, profile: &Profile) -> Vec<Value> {
    let count = pick::count(rng, &[10, 50, 26, 9, 5]);
    let number = |position: usize| {
        let kind = if position == 0 && pick::chance(rng, 70) { "mobile" } else { kind(rng, &PHONES) };
        let number = phones::number(rng, profile.culture.country.1, kind.to_lowercase().contains("mobile"));
        json!({ "value": number, "type": kind })
    };
    let mut numbers: Vec<Value> = (0..count).map(number).collect();
    numbers.dedup();
    numbers
}

fn addresses(rng: &mut ChaCha8Rng, profile: &Profile) -> Vec<Value> {
    let count = pick::count(rng, &[50, 38, 10, 2]);
    let address = |_| {
        let (city, region, code) = pick::one(rng, profile.culture.places);
        let (country, country_code) = profile.culture.country;
        let street = format!("{} {}", pick::one(rng, profile.culture.streets), rng.random_range(1..200));
        let mut address = json!({
            "streetAddress": street, "city": city, "postalCode": code, "country": country,
            "countryCode": country_code, "type": kind(rng, &PLACES),
        });
        if pick::chance(rng, 50) {
            address["region"] = region.into();
        }
        if pick::chance(rng, 12) {
            address["extendedAddress"] =
                format!("Apt {}\nc/o {}", rng.random_range(1..90), profile.somebody(rng)).into();
        }
        if pick::chance(rng, 5) {
            address["poBox"] = format!("{}", rng.random_range(100..9999)).into();
        }
        address
    };
    (0..count).map(address).collect()
}

fn organizations(rng: &mut ChaCha8Rng, profile: &Profile) -> Vec<Value> {
    let count = pick::count(rng, &[0, 92, 8]);
    let organization = |position: usize| {
        let mut organization = json!({ "name": pick::one(rng, &words::COMPANIES), "type": "work" });
        if pick::chance(rng, 70) {
            organization["title"] = pick::one(rng, profile.culture.jobs).into();
        }
        if pick::chance(rng, 40) {
            organization["department"] = pick::one(rng, &words::DEPARTMENTS).into();
        }
        if pick::chance(rng, 8) {
            organization["jobDescription"] = "Plans, buys; and sometimes \"fixes\" things".into();
            organization["costCenter"] = format!("CC-{}", rng.random_range(1000..9999)).into();
        }
        if pick::chance(rng, 8) {
            let start = json!({ "year": rng.random_range(1990..2020), "month": rng.random_range(1..=12), "day": 1 });
            organization["startDate"] = start;
            organization["current"] = (position == 0).into();
        }
        organization
    };
    (0..count).map(organization).collect()
}

/// A predefined type, rarely one a user invented.
pub(super) fn kind<'types>(rng: &mut ChaCha8Rng, predefined: &[&'types str]) -> &'types str {
    if pick::chance(rng, 6) { pick::one(rng, &words::CUSTOM_TYPES) } else { pick::one(rng, predefined) }
}
