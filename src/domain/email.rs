//! Addresses of users.

use std::fmt;

/// Longest address that SMTP can carry (RFC 5321 §4.5.3.1.3: a path of 256 with its brackets).
const MAX_LENGTH: usize = 254;

/// Address of a Workspace user: trimmed, lower case, with a local part and a domain.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct EmailAddress(String);

/// A text that cannot be the address of a Workspace user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an e-mail address")]
pub struct MalformedAddress;

impl EmailAddress {
    /// Reads an address as people type it.
    ///
    /// # Errors
    /// When it has no local part, no domain, white space, control characters, or is too long.
    pub fn parse(text: &str) -> Result<Self, MalformedAddress> {
        let text = text.trim();
        let (local, domain) = text.rsplit_once('@').ok_or(MalformedAddress)?;
        let is_label = |label: &str| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        };
        let is_local = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c);
        if text.len() > MAX_LENGTH
            || local.is_empty()
            || !local.chars().all(is_local)
            || !domain.contains('.')
            || !domain.split('.').all(is_label)
        {
            return Err(MalformedAddress);
        }
        Ok(Self(text.to_ascii_lowercase()))
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands behind the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_trimmed_and_lowered() {
        assert_eq!(
            EmailAddress::parse(" Ann.Lee@Corp.Example ").map(|a| a.to_string()),
            Ok("ann.lee@corp.example".into())
        );
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "@",
            "ann",
            "ann@",
            "@corp.example",
            "ann@corp",
            "a b@corp.example",
            "a@corp..example",
            "a\0@corp.example",
        ] {
            assert_eq!(EmailAddress::parse(text), Err(MalformedAddress), "{text:?}");
        }
        let long = format!("{}@corp.example", "a".repeat(10_000));
        assert_eq!(EmailAddress::parse(&long), Err(MalformedAddress));
    }

    #[test]
    fn fuzz_addresses() {
        fuzz::check("addresses", |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            if let Ok(address) = EmailAddress::parse(text) {
                assert!(address.as_str().eq_ignore_ascii_case(text.trim()));
                assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()), "it stays what it is");
                assert!(address.as_str().bytes().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase()));
                assert!(address.as_str().ends_with(&format!("@{}", address.domain())));
            }
        });
    }
}
