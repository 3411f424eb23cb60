//! The etag of a person: it tells the mask it was read with as well as the contact's version.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{field::number, mask::Mask};

const MASK: u8 = 0x12;
const SOURCES: u8 = 0x1a;
const VERSION: u8 = 0x22;
const CONTACT: u8 = 2;

/// The etag of a contact at version `source` (an etag without `#`), read with `mask`.
pub(crate) fn encode(mask: &Mask, source: &str) -> String {
    let mut bytes = Vec::with_capacity(48);
    let numbers: Vec<u8> = mask.fields().iter().map(|field| number(field)).collect();
    for (tag, part) in [(MASK, numbers.as_slice()), (SOURCES, &[CONTACT]), (VERSION, source.as_bytes())] {
        bytes.push(tag);
        bytes.push(u8::try_from(part.len()).unwrap_or(u8::MAX));
        bytes.extend_from_slice(part);
    }
    format!("%{}", BASE64_STANDARD.encode(bytes))
}

/// The version in an etag of either form: a person's (`%…`) or a source's (`#…`).
pub(crate) fn version(etag: &str) -> Option<String> {
    if let Some(version) = etag.strip_prefix('#') {
        return Some(version.to_owned());
    }
    let bytes = BASE64_STANDARD.decode(etag.strip_prefix('%')?).ok()?;
    let mut rest = bytes.as_slice();
    while let [tag, length, tail @ ..] = rest {
        let (part, after) = tail.split_at_checked(usize::from(*length))?;
        if *tag == VERSION {
            return String::from_utf8(part.to_vec()).ok();
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_changes_the_etag_and_not_the_version() {
        let names = encode(&Mask::required("m", Some("names")).unwrap(), "RR0JwR2/7hk=");
        let all = encode(&Mask::or_all("m", None).unwrap(), "RR0JwR2/7hk=");
        assert_ne!(names, all);
        assert!(all.starts_with("%E"));
        assert_eq!(version(&names).as_deref(), Some("RR0JwR2/7hk="));
        assert_eq!(version(&all).as_deref(), Some("RR0JwR2/7hk="));
        assert_eq!(version("#RR0JwR2/7hk=").as_deref(), Some("RR0JwR2/7hk="));
        assert_eq!(version("junk"), None);
        assert_eq!(version("%EiQ="), None);
    }
}
