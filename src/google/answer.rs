//! Reads Google's error bodies. Bodies may be HTML or empty, and say the same in several ways.

use serde_json::Value;

/// What an answer that is not a success means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// 401.
    Unauthenticated,
    /// Quota of a minute.
    TooFast,
    /// Quota of the project's day.
    DaySpent,
    /// The account itself is worn out; hours, perhaps.
    WornOut,
    /// 5xx: of a change nobody knows whether it happened.
    Broken,
    SyncTokenExpired,
    Stale,
    NotFound,
    NameTaken,
    Full,
    /// A scope is missing, an API is switched off, or the caller is no administrator.
    Forbidden(String),
    /// Contacts is switched off for this user, or the user is suspended.
    AccountForbidden(String),
    /// A new contact group that Google does not find yet.
    GroupNotReady,
    Refused {
        message: String,
        items: Vec<usize>,
    },
}

/// Quota reasons of the Directory API, which come as 403 or 429.
const QUOTA_REASONS: [&str; 4] = ["quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"];
/// Reasons of Google's older APIs for a fault of its own, whatever the status.
const FAULT_REASONS: [&str; 6] =
    ["backendError", "badGateway", "gatewayTimeout", "internalError", "transientError", "serviceNotAvailable"];

/// Marks between which Google repeats what we sent.
const QUOTES: [char; 9] = ['"', '\'', '`', '“', '”', '„', '‘', '’', '«'];
/// Most characters of Google's words.
const MESSAGE: usize = 200;

/// What this answer means. `names` are the resources of a batch, in its order.
pub(super) fn meaning(status: u16, body: &[u8], names: &[&str]) -> Meaning {
    let json: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let error = &json["error"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let code = text(&error["status"]);
    // The Directory also refuses in plain text.
    let message = if json.is_null() { String::from_utf8_lossy(body).into_owned() } else { text(&error["message"]) };
    let details = error["details"].as_array().map(Vec::as_slice).unwrap_or_default();
    let legacy = error["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
    let reasons: Vec<String> = details.iter().chain(legacy).map(|detail| text(&detail["reason"])).collect();
    let has_reason = |reason: &str| reasons.iter().any(|known| known == reason);
    let is_quota = QUOTA_REASONS.iter().any(|reason| has_reason(reason)) || message.contains("Request rate higher");
    match status {
        _ if message.contains("MY_CONTACTS_OVERFLOW") => Meaning::Full,
        _ if has_reason("EXPIRED_SYNC_TOKEN") || status == 410 => Meaning::SyncTokenExpired,
        401 => Meaning::Unauthenticated,
        _ if FAULT_REASONS.iter().any(|reason| has_reason(reason)) => Meaning::Broken,
        403 | 429 if has_reason("dailyLimitExceeded") => Meaning::WornOut, // the Directory's day, not that of contacts
        429 if message.contains("per day") && message.contains("per user") => Meaning::WornOut,
        429 if message.contains("per day") => Meaning::DaySpent,
        429 if is_quota || message.contains("per minute") => Meaning::TooFast,
        429 => Meaning::WornOut,
        403 if is_quota => Meaning::TooFast,
        403 if has_reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT") => Meaning::Forbidden(
            "The token lacks a scope. Authorise all scopes named in the README for the service account's client id.".into(),
        ),
        403 if has_reason("SERVICE_DISABLED") || has_reason("accessNotConfigured") => Meaning::Forbidden(
            "An API is not enabled. Enable the People API and the Admin SDK API in the service account's Cloud project.".into(),
        ),
        403 => Meaning::AccountForbidden("Google refuses access to this account".into()),
        400 | 404 if is_about_a_missing_group(&message) => Meaning::GroupNotReady,
        404 => Meaning::NotFound,
        409 if code == "ABORTED" => Meaning::Stale,
        409 => Meaning::NameTaken,
        400 if code == "FAILED_PRECONDITION" && message.contains("etag") => Meaning::Stale,
        // A request that was given up, by a server of Google's or by us: it may have been carried out.
        408 | 499 | 500..=599 => Meaning::Broken,
        _ => Meaning::Refused {
            message: public(&text(&error["message"]), status),
            items: offending(details, names),
        },
    }
}

/// Google says so in several ways: "can't find group", "Contact group … is not found". What it quotes says nothing.
fn is_about_a_missing_group(message: &str) -> bool {
    let words = public(message, 0).to_lowercase();
    let is_named = words.contains("contact group") || words.contains("contactgroups/");
    let is_plain = message.to_lowercase().starts_with("can't find group");
    is_plain || is_named && (words.contains("not found") || words.contains("not exist"))
}

/// Google's words without anything that was quoted from the request: from the first quotation mark to the last one, because
/// what was quoted may hold marks itself, and an apostrophe is one, too.
fn public(message: &str, status: u16) -> String {
    let line = message.lines().next().unwrap_or_default();
    let kept = match (line.find(QUOTES), line.rfind(QUOTES)) {
        (Some(first), Some(last)) if first < last => {
            let after = line[last..].trim_start_matches(QUOTES);
            format!("{}…{after}", &line[..first])
        }
        (Some(only), _) if !is_apostrophe(line, only) => format!("{}…", &line[..only]),
        (Some(_) | None, _) => line.to_owned(),
    };
    let kept: String = kept.chars().filter(|character| !character.is_control()).take(MESSAGE).collect();
    if kept.is_empty() { format!("HTTP {status}") } else { kept }
}

/// `isn't` and `contact's`.
fn is_apostrophe(line: &str, at: usize) -> bool {
    let (before, after) = line.split_at(at);
    let rest = after.strip_prefix("'t").or_else(|| after.strip_prefix("'s"));
    before.ends_with(char::is_alphabetic) && rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// Positions that Google names: by index, by resource name, or as `resourceNames[3]` and `contacts[3]`.
fn offending(details: &[Value], names: &[&str]) -> Vec<usize> {
    let mut items: Vec<usize> = Vec::new();
    for detail in details {
        let keys = detail["contactErrors"].as_object().into_iter().flat_map(|errors| errors.keys());
        items.extend(keys.filter_map(|key| key.parse().ok().or_else(|| names.iter().position(|name| name == key))));
        let violations = detail["fieldViolations"].as_array().into_iter().flatten();
        items.extend(violations.filter_map(|violation| index(violation["field"].as_str()?)));
    }
    items.sort_unstable();
    items.dedup();
    items.retain(|item| *item < names.len());
    items
}

fn index(field: &str) -> Option<usize> {
    // The number behind a field of a contact is no contact's.
    let rest = field.strip_prefix("contacts[").or_else(|| field.strip_prefix("resourceNames["))?;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(status: u16, body: &Value) -> Meaning {
        meaning(status, body.to_string().as_bytes(), &["people/c1", "people/c2"])
    }

    #[test]
    fn bodies_are_read_by_what_they_say() {
        let with_reason = |reason: &str| json!({"error": {"message": "x", "details": [{"reason": reason}]}});
        assert_eq!(read(400, &with_reason("EXPIRED_SYNC_TOKEN")), Meaning::SyncTokenExpired);
        assert_eq!(read(429, &with_reason("RATE_LIMIT_EXCEEDED")), Meaning::TooFast);
        let day = json!({"error": {"message": "Quota exceeded for … and limit '… per day' of …", "details": [{"reason": "RATE_LIMIT_EXCEEDED"}]}});
        assert_eq!(read(429, &day), Meaning::DaySpent);
        let worn = json!({"error": {"message": "Resource has been exhausted (e.g. check quota)."}});
        assert_eq!(read(429, &worn), Meaning::WornOut);
        let legacy = json!({"error": {"errors": [{"reason": "userRateLimitExceeded"}]}});
        assert_eq!(read(403, &legacy), Meaning::TooFast);
        assert_eq!(read(409, &json!({"error": {"status": "ABORTED"}})), Meaning::Stale);
        assert_eq!(read(409, &json!({"error": {"status": "ALREADY_EXISTS"}})), Meaning::NameTaken);
        let stale =
            json!({"error": {"status": "FAILED_PRECONDITION", "message": "Request person.etag is different than …"}});
        assert_eq!(read(400, &stale), Meaning::Stale);
        let full = json!({"error": {"message": "MY_CONTACTS_OVERFLOW_COUNT"}});
        assert_eq!(read(429, &full), Meaning::Full);
    }

    #[test]
    fn faults_of_googles_own_are_told_from_refusals() {
        for reason in FAULT_REASONS {
            assert_eq!(read(403, &json!({"error": {"errors": [{"reason": reason}]}})), Meaning::Broken, "{reason}");
        }
        assert_eq!(read(499, &json!({"error": {"status": "CANCELLED"}})), Meaning::Broken);
        assert_eq!(read(408, &Value::Null), Meaning::Broken);
        assert_eq!(meaning(403, b"Request rate higher than configured.", &[]), Meaning::TooFast);
        let day = json!({"error": {"errors": [{"reason": "dailyLimitExceeded"}]}});
        assert_eq!(read(403, &day), Meaning::WornOut);
        let of_one = json!({"error": {"message": "Quota exceeded for … and limit '… per day per user' of …"}});
        assert_eq!(read(429, &of_one), Meaning::WornOut, "the others go on");
    }

    #[test]
    fn a_group_that_is_not_there_yet_is_known_by_any_of_googles_words() {
        for (status, words) in [
            (400, "can't find group"),
            (400, "Can't find group 'contactGroups/1a'"),
            (400, "Contact group contactGroups/1a is not found."),
            (404, "Contact group does not exist"),
            (404, "Requested entity was not found: contactGroups/1a"),
        ] {
            assert_eq!(read(status, &json!({"error": {"message": words}})), Meaning::GroupNotReady, "{words}");
        }
        assert_eq!(read(404, &json!({"error": {"message": "Requested entity was not found."}})), Meaning::NotFound);
        let quoted = json!({"error": {"message": "Name \"Contact group Foundation\" not found to be valid"}});
        assert!(matches!(read(400, &quoted), Meaning::Refused { .. }), "what is quoted says nothing");
        assert_eq!(read(409, &json!({"error": {"message": "Contact group name already exists."}})), Meaning::NameTaken);
    }

    #[test]
    fn html_and_empty_bodies_are_read_by_their_status() {
        assert_eq!(meaning(502, b"<html>Error 502</html>", &[]), Meaning::Broken);
        assert_eq!(meaning(404, b"", &[]), Meaning::NotFound);
        assert_eq!(meaning(400, b"", &[]), Meaning::Refused { message: "HTTP 400".into(), items: vec![] });
    }

    #[test]
    fn offending_items_are_found_and_what_we_sent_is_not_repeated() {
        let errors = json!({"error": {"message": "Invalid value \"ann@corp.example\" at names", "details": [{"contactErrors": {"people/c2": {}, "people/c9": {}}}]}});
        assert_eq!(read(400, &errors), Meaning::Refused { message: "Invalid value … at names".into(), items: vec![1] });
        let errors = json!({"error": {"message": "m", "details": [{"contactErrors": {"0": {}}}]}});
        assert_eq!(read(400, &errors), Meaning::Refused { message: "m".into(), items: vec![0] });
        for (said, kept) in [
            ("The contact's name \"O'Hara\" can't be \"x\"", "The contact…"),
            ("This field isn't known", "This field isn't known"),
            ("Cut off at 'ann@corp.exam", "Cut off at …"),
        ] {
            let told = Meaning::Refused { message: kept.into(), items: vec![] };
            assert_eq!(read(400, &json!({"error": {"message": said}})), told);
        }
        let fields =
            json!({"error": {"message": "m", "details": [{"fieldViolations": [{"field": "contacts[1].person"}]}]}});
        assert_eq!(read(400, &fields), Meaning::Refused { message: "m".into(), items: vec![1] });
        let inner = json!({"error": {"message": "m", "details": [{"fieldViolations": [{"field": "person.phoneNumbers[1].value"}]}]}});
        assert_eq!(read(400, &inner), Meaning::Refused { message: "m".into(), items: vec![] });
    }

    #[test]
    fn fuzz_google_answers() {
        const SENT: &str = "Ada Lovelace";
        let names = ["people/c1", "people/c2", "people/c3"];
        let well_formed = move |meaning: Meaning| {
            if let Meaning::Refused { message, items } = meaning {
                assert!(!message.is_empty() && message.chars().count() <= MESSAGE, "{message}");
                assert!(!message.chars().any(char::is_control), "{message:?}");
                assert!(!message.contains(SENT), "{message}");
                assert!(items.iter().all(|item| *item < names.len()) && items.is_sorted());
            }
        };
        // A status in the first line, then a body.
        fuzz::check("google_answers", move |bytes| {
            let (status, body) = match bytes.iter().position(|byte| *byte == b'\n') {
                Some(end) => (&bytes[..end], &bytes[end + 1..]),
                None => (&b""[..], bytes),
            };
            let status = std::str::from_utf8(status).ok().and_then(|status| status.parse().ok()).unwrap_or(400);
            let words = String::from_utf8_lossy(body);
            if words.contains(SENT) {
                return;
            }
            well_formed(meaning(status, body, &names));
            let (before, after) = words.split_at(words.floor_char_boundary(words.len() / 2));
            for quotes in ["\"\"", "''", "“”"] {
                let (open, close) = quotes.split_at(quotes.len() / 2);
                let message = format!("{before}{open}{SENT}{close}{after}");
                let body = json!({ "error": { "message": message } }).to_string();
                well_formed(meaning(status, body.as_bytes(), &names));
            }
        });
    }
}
