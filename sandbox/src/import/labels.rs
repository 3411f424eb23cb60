//! Labels of contacts and Google's own groups among them.

/// The label is a group of Google's own.
pub(super) struct SystemGroup;

/// The label a user sees, or [`SystemGroup`] for a system group: `* myContacts` in CSV files, `My Contacts` or
/// `myContacts` in the vCards of Google and Android, `starred`.
pub(super) fn user_label(label: &str) -> Result<String, SystemGroup> {
    let label = label.trim();
    let bare = label.strip_prefix("System Group:").unwrap_or(label).trim();
    let folded: String = bare.to_lowercase().split_whitespace().collect();
    if label.starts_with('*') || matches!(folded.as_str(), "mycontacts" | "starred" | "starredinandroid") {
        return Err(SystemGroup);
    }
    Ok(bare.to_owned())
}
