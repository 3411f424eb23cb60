//! How many sockets and event streams each caller has open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Open connections by the subject of their token.
#[derive(Debug, Clone, Default)]
pub(super) struct Presence(Arc<Mutex<HashMap<String, usize>>>);

/// One open connection; dropped with it.
#[derive(Debug)]
pub(super) struct Present {
    presence: Presence,
    subject: String,
}

impl Presence {
    /// One more connection, unless there are as many as are allowed.
    pub(super) fn enter(&self, subject: &str, most: usize) -> Option<Present> {
        let mut open = self.open();
        let count = open.get(subject).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        open.insert(subject.to_owned(), count + 1);
        drop(open);
        Some(Present { presence: self.clone(), subject: subject.to_owned() })
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner) // no panic can leave it half changed
    }
}

impl Drop for Present {
    fn drop(&mut self) {
        let mut open = self.presence.open();
        match open.get_mut(&self.subject) {
            Some(count) if *count > 1 => *count -= 1,
            Some(_) | None => {
                open.remove(&self.subject);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_places_of_its_own_which_are_free_again_afterwards() {
        let presence = Presence::default();
        let first = presence.enter("ann", 2);
        let second = presence.enter("ann", 2);
        assert!(first.is_some() && second.is_some() && presence.enter("ann", 2).is_none());
        assert!(presence.enter("bob", 2).is_some());
        drop(first);
        let third = presence.enter("ann", 2);
        assert!(third.is_some() && presence.enter("ann", 2).is_none());
        drop((second, third));
        assert!(presence.open().is_empty());
    }
}
