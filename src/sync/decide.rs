//! The one decision: what to do about a contact, from its state at the source and its state at the destination.

/// State of a source contact, compared with what we last sent to the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtSource {
    /// In the group, as we last sent it.
    Present,
    /// In the group, and changed since we last sent it.
    Changed,
    /// No longer in the group.
    Gone,
}

/// State of a contact at the destination, compared with what we last left there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtDestination {
    /// As Google stored it after our last write.
    AsWeLeftIt,
    /// Its copied fields were changed there.
    Edited,
    /// Its tag, its twin or a membership that we keep was taken away.
    Untagged,
    /// Deleted there.
    Deleted,
    /// We have created none.
    Unlinked,
    /// Not in our records, but it carries our tag, so it is ours.
    Adoptable,
}

/// What to do about one contact at one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Leave it.
    Nothing,
    /// Create it.
    Create,
    /// Create it once more: the user deleted it.
    CreateAgain,
    /// Write what changed at the source.
    Update,
    /// Reset it to the source.
    Overwrite,
    /// Record it as ours, and write it if it is not as the source is.
    Adopt,
    /// Delete it.
    Delete,
    /// Drop our record: there is nothing left to delete.
    Forget,
}

/// Decides. Exhaustive on purpose: a new state must be thought about here.
#[must_use]
pub fn decide(source: AtSource, there: AtDestination) -> Decision {
    use {AtDestination as D, AtSource as S};
    match (source, there) {
        (S::Present, D::AsWeLeftIt) => Decision::Nothing,
        (S::Changed, D::AsWeLeftIt) => Decision::Update,
        (S::Present | S::Changed, D::Edited | D::Untagged) => Decision::Overwrite,
        (S::Present | S::Changed, D::Deleted) => Decision::CreateAgain,
        (S::Present | S::Changed, D::Unlinked) => Decision::Create,
        (S::Present | S::Changed, D::Adoptable) => Decision::Adopt,
        (S::Gone, D::AsWeLeftIt | D::Edited | D::Untagged | D::Adoptable) => Decision::Delete,
        (S::Gone, D::Deleted | D::Unlinked) => Decision::Forget,
    }
}
