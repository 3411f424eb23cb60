//! Types of e-mail addresses, phone numbers and the rest: from the words of a file to Google's predefined names.

/// Google's predefined names; everything else is a custom label.
const PREDEFINED: [&str; 42] = [
    "home",
    "work",
    "other",
    "mobile",
    "homeFax",
    "workFax",
    "otherFax",
    "pager",
    "workMobile",
    "workPager",
    "main",
    "googleVoice",
    "anniversary",
    "spouse",
    "child",
    "mother",
    "father",
    "parent",
    "brother",
    "sister",
    "friend",
    "relative",
    "domesticPartner",
    "manager",
    "assistant",
    "referredBy",
    "partner",
    "homePage",
    "profile",
    "blog",
    "ftp",
    "reservations",
    "school",
    "account",
    "customer",
    "loginId",
    "network",
    "organization",
    "freeBusy",
    "birthday",
    "appInstallPage",
    "ftpSite",
];

/// Words that are not types: every address and number has them, or they say what the field says already.
const NOISE: [&str; 8] = ["internet", "voice", "pref", "postal", "parcel", "dom", "intl", "msg"];

/// The type a label stands for: `_$!<HomePage>!$_`, `REFERRED_BY`, `Home Fax` and `GRAND_CENTRAL` are predefined ones
/// in other spellings; any other label is kept as it is. `None` for an empty label.
pub(super) fn from_label(label: &str) -> Option<String> {
    let label = label.trim();
    let inner = label.strip_prefix("_$!<").and_then(|rest| rest.strip_suffix(">!$_"));
    let text = inner.unwrap_or(label).trim();
    let folded: String = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match folded.as_str() {
        "" => (!text.is_empty()).then(|| text.to_owned()),
        "cell" | "cellular" => Some("mobile".to_owned()),
        "grandcentral" => Some("googleVoice".to_owned()),
        _ => {
            let known = PREDEFINED.iter().find(|name| name.eq_ignore_ascii_case(&folded));
            Some(known.map_or_else(|| text.to_owned(), |name| (*name).to_owned()))
        }
    }
}

/// The type of a phone number from the words of its `TYPE` parameters.
pub(super) fn phone(words: &[String]) -> Option<String> {
    let has = |word: &str| words.iter().any(|candidate| candidate.eq_ignore_ascii_case(word));
    let place = if has("home") {
        "home"
    } else if has("work") {
        "work"
    } else {
        ""
    };
    let name = match (has("fax"), has("pager"), has("cell") || has("mobile"), place) {
        (true, _, _, "home") => "homeFax",
        (true, _, _, "work") => "workFax",
        (true, ..) => "otherFax",
        (_, true, _, "work") => "workPager",
        (_, true, ..) => "pager",
        (_, _, true, "work") => "workMobile",
        (_, _, true, _) => "mobile",
        _ if has("main") => "main",
        _ => return general(words),
    };
    Some(name.to_owned())
}

/// The type of anything else: the first word that says something.
pub(super) fn general(words: &[String]) -> Option<String> {
    let telling = |word: &&String| !NOISE.iter().any(|noise| word.eq_ignore_ascii_case(noise));
    let place = |word: &&String| word.eq_ignore_ascii_case("home") || word.eq_ignore_ascii_case("work");
    let word = words.iter().filter(telling).find(place).or_else(|| words.iter().find(telling))?;
    // Programs mark words of their own with `X-`.
    let bare = word.strip_prefix("X-").or_else(|| word.strip_prefix("x-")).unwrap_or(word);
    from_label(bare)
}

/// Google's name of a messaging service; an unknown one keeps its name.
pub(super) fn protocol(service: &str) -> String {
    let folded: String = service.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    match folded.as_str() {
        "aim" | "aol" => "aim",
        "msn" | "msnim" | "windowslive" => "msn",
        "yahoo" | "ymsgr" => "yahoo",
        "skype" | "skypeusername" => "skype",
        "qq" => "qq",
        "gtalk" | "googletalk" | "googlehangouts" | "hangouts" => "googleTalk",
        "icq" => "icq",
        "jabber" | "xmpp" => "jabber",
        "netmeeting" => "netMeeting",
        _ => service.trim(),
    }
    .to_owned()
}
