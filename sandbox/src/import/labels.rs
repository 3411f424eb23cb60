//! Labels of contacts and Google's own groups among them.

/// What a label of a file stands for.
pub(super) enum Label {
    /// A label of the user's own.
    Own(String),
    /// My Contacts, which every contact of an account is put into.
    MyContacts,
    /// Another group of Google's own that contacts can be put into, by its name in the API.
    Starred,
    /// A group of Google's own that takes no contacts any more.
    Deprecated,
}

/// Reads a label: `* myContacts` in CSV files, `My Contacts` or `myContacts` in the vCards of Google and Android.
pub(super) fn label(text: &str) -> Label {
    let text = super::text::clean(text);
    let bare = text.strip_prefix("System Group:").unwrap_or(&text).trim();
    let folded: String = bare.trim_start_matches('*').to_lowercase().split_whitespace().collect();
    match folded.as_str() {
        "mycontacts" => Label::MyContacts,
        "starred" | "starredinandroid" => Label::Starred,
        _ if text.starts_with('*') => Label::Deprecated,
        _ => Label::Own(bare.to_owned()),
    }
}
