//! The gSync tag: whose copy a contact is, written on the contact itself (R11).

use std::fmt;

use sha2::{Digest, Sha256};

use super::ResourceName;

/// Key of the visible tag (`userDefined`), of its twin (`clientData`) and of a group's marker.
pub const GSYNC: &str = "gSync";

/// Key of the nonce in `clientData`, beside the twin of the tag.
pub const GSYNC_NONCE: &str = "gSyncNonce";

/// Number of a job, the first half of its tags: 53 bits, exact in every JSON reader.
///
/// Derived from what the job is, never from a row of ours, so that a fresh database finds its own contacts again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobNumber(u64);

impl JobNumber {
    /// The number of the jobs that sync this source group.
    #[must_use]
    pub fn derive(customer_id: &str, source_google_id: &str, source_group: &str) -> Self {
        let mut hash = Sha256::new();
        for part in [customer_id, source_google_id, source_group] {
            hash.update(part.as_bytes());
            hash.update([0]); // ("ab", "c") and ("a", "bc") are different jobs
        }
        let digest = hash.finalize();
        let first = digest.iter().take(8).fold(0u64, |value, &byte| (value << 8) | u64::from(byte));
        Self(first >> (64 - 53))
    }

    /// The number as the database stores it.
    #[must_use]
    pub fn to_i64(self) -> i64 {
        i64::try_from(self.0).unwrap_or(i64::MAX) // 53 bits always fit
    }

    /// The number as the database stored it. `None` for a value that no job can have.
    #[must_use]
    pub fn from_i64(value: i64) -> Option<Self> {
        u64::try_from(value).ok().filter(|value| *value < 1 << 53).map(Self)
    }
}

impl fmt::Display for JobNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Decimal of the CONTACT source id that a source contact had when it was first seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContactNumber(pub u64);

impl ContactNumber {
    /// The number as the database stores it. Google's ids have 63 bits; a 64th is kept by wrapping.
    #[must_use]
    pub fn to_i64(self) -> i64 {
        self.0.cast_signed()
    }

    /// Google's name of the source contact when it was first seen ("people/c" and the decimal id).
    #[must_use]
    pub fn resource(self) -> ResourceName {
        ResourceName::new(format!("people/c{self}"))
    }

    /// The number as the database stored it.
    #[must_use]
    pub fn from_i64(value: i64) -> Self {
        Self(value.cast_unsigned())
    }
}

impl fmt::Display for ContactNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `<job number>-<source contact number>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GSyncTag {
    /// Job of the copy.
    pub job: JobNumber,
    /// Source contact of the copy.
    pub contact: ContactNumber,
}

impl GSyncTag {
    /// Reads a tag. `None` for anything that we would not have written.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (job, contact) = text.split_once('-')?;
        let decimal = |text: &str| {
            let canonical = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u64>().ok().filter(|value| canonical && value.to_string() == text)
        };
        let job = decimal(job).filter(|value| *value < 1 << 53).map(JobNumber)?;
        Some(Self { job, contact: ContactNumber(decimal(contact)?) })
    }
}

impl fmt::Display for GSyncTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.job, self.contact)
    }
}

/// Mark of one create call, so that a contact can be recognised when the answer never came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Nonce(String);

impl Nonce {
    /// A new random nonce.
    #[must_use]
    pub fn random() -> Self {
        Self(uuid::Uuid::new_v4().simple().to_string())
    }

    /// The nonce as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Nonce {
    fn from(text: String) -> Self {
        Self(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn job_numbers_depend_on_every_part_and_fit_53_bits() {
        let number = JobNumber::derive("C1", "u1", "contactGroups/a");
        assert_ne!(number, JobNumber::derive("C2", "u1", "contactGroups/a"));
        assert_ne!(number, JobNumber::derive("C1", "u2", "contactGroups/a"));
        assert_ne!(number, JobNumber::derive("C1", "u1", "contactGroups/b"));
        assert_ne!(JobNumber::derive("C1u", "1", "g"), JobNumber::derive("C1", "u1", "g"));
        assert!(number.0 < 1 << 53);
        assert_eq!(JobNumber::from_i64(number.to_i64()), Some(number));
    }

    #[test]
    fn tags_are_read_strictly() {
        let tag = GSyncTag { job: JobNumber(12), contact: ContactNumber(u64::MAX) };
        assert_eq!(GSyncTag::parse(&tag.to_string()), Some(tag));
        for text in ["", "12", "12-", "-3", "012-3", "12-03", "12-3-4", "+12-3", " 12-3", "9007199254740992-1"] {
            assert_eq!(GSyncTag::parse(text), None, "{text}");
        }
    }

    #[test]
    fn fuzz_tags() {
        fuzz::check("tags", |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            if let Some(tag) = GSyncTag::parse(text) {
                assert_eq!(tag.to_string(), text, "we would have written it");
                assert_eq!(JobNumber::from_i64(tag.job.to_i64()), Some(tag.job));
                assert_eq!(ContactNumber::from_i64(tag.contact.to_i64()), tag.contact);
            }
        });
    }
}
