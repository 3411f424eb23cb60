//! Global ids: a short prefix that names the kind, and a random UUID in base62.
//!
//! The prefix helps people who read answers and lets an id of the wrong kind be refused before any look-up.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 62^22 > 2^128: enough digits for any UUID.
const DIGITS: usize = 22;

/// A text that is not an id of the expected kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct IdError;

fn encode(uuid: Uuid) -> String {
    let mut rest = uuid.as_u128();
    let mut digits = [b'0'; DIGITS];
    for digit in digits.iter_mut().rev() {
        *digit = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

fn decode(text: &str) -> Result<Uuid, IdError> {
    if text.len() != DIGITS {
        return Err(IdError);
    }
    let mut value: u128 = 0;
    for byte in text.bytes() {
        let digit = ALPHABET.iter().position(|&known| known == byte).ok_or(IdError)?;
        value = value.checked_mul(62).and_then(|shifted| shifted.checked_add(digit as u128)).ok_or(IdError)?;
    }
    Ok(Uuid::from_u128(value))
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            /// Prefix of the textual form, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// A new random id.
            #[must_use]
            pub fn random() -> Self {
                Self(Uuid::new_v4())
            }

            /// The UUID, for the database.
            #[must_use]
            pub fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}_{}", $prefix, encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(IdError)?;
                decode(digits).map(Self)
            }
        }
    };
}

id!(/** Id of a job. */ JobId, "job");
id!(/** Id of a destination: one user of one job. */ DestinationId, "dst");
id!(/** Id of a group that the sync created in a destination account. */ SyncedGroupId, "sgr");
id!(/** Id of a contact group of a source user. */ ContactGroupId, "grp");
id!(/** Id of a Workspace user, ours; Google's immutable id is kept beside it. */ UserId, "usr");
id!(/** Id of a run. */ RunId, "run");
id!(/** Id of the result of a run at one destination. */ ResultId, "res");
id!(/** Id of an entry of the audit log. */ AuditId, "aud");
id!(/** Id of an entry of the work queue; never shown to clients. */ WorkId, "wrk");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_the_round_trip() {
        for uuid in [Uuid::nil(), Uuid::max(), Uuid::new_v4()] {
            let id = JobId::from(uuid);
            assert_eq!(id.to_string().parse::<JobId>(), Ok(id));
        }
    }

    #[test]
    fn other_kinds_and_nonsense_are_refused() {
        let run = RunId::random().to_string();
        assert_eq!(run.parse::<JobId>(), Err(IdError));
        for text in ["", "job_", "job_!!!!!!!!!!!!!!!!!!!!!!", "job_zzzzzzzzzzzzzzzzzzzzzz", "job_é"] {
            assert_eq!(text.parse::<JobId>(), Err(IdError), "{text}");
        }
    }

    #[test]
    fn fuzz_ids() {
        fn read<Id: FromStr + ToString>(text: &str, kinds: &mut usize) {
            if let Ok(id) = text.parse::<Id>() {
                assert_eq!(id.to_string(), text, "there is one text of an id");
                *kinds += 1;
            }
        }
        fuzz::check("ids", |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return };
            let mut kinds = 0;
            read::<JobId>(text, &mut kinds);
            read::<DestinationId>(text, &mut kinds);
            read::<SyncedGroupId>(text, &mut kinds);
            read::<ContactGroupId>(text, &mut kinds);
            read::<UserId>(text, &mut kinds);
            read::<RunId>(text, &mut kinds);
            read::<ResultId>(text, &mut kinds);
            read::<AuditId>(text, &mut kinds);
            read::<WorkId>(text, &mut kinds);
            assert!(kinds <= 1, "an id is of one kind");
        });
    }
}
